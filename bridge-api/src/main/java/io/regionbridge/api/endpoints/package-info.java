/** The HTTP endpoints of a bridge: which paths there are, for operators and for peers. */
@NullMarked
package io.regionbridge.api.endpoints;

import org.jspecify.annotations.NullMarked;
