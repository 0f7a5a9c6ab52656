/** Gives the local directory to peers, as a stream over HTTP. */
@NullMarked
package io.regionbridge.api.feed;

import org.jspecify.annotations.NullMarked;
