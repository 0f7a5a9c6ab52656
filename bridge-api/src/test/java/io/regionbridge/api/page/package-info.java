/** The status page in a real browser. */
@NullMarked
package io.regionbridge.api.page;

import org.jspecify.annotations.NullMarked;
