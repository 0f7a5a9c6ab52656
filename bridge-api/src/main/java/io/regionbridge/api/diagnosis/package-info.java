/**
 * The checks of {@code doctor}: of a running bridge by its status, of the node, of the release in
 * the cluster.
 */
@NullMarked
package io.regionbridge.api.diagnosis;

import org.jspecify.annotations.NullMarked;
