/**
 * The directory feed at both its ends: what this region gives its peers over HTTP, and the replicas
 * of theirs that the zones are compiled from.
 */
@NullMarked
package io.regionbridge.api.feed;

import org.jspecify.annotations.NullMarked;
