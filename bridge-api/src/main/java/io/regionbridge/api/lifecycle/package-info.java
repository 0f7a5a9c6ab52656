/**
 * The life of a bridge: makes its parts of the configuration, starts and stops them, and carries
 * what the control plane finds to the data plane.
 */
@NullMarked
package io.regionbridge.api.lifecycle;

import org.jspecify.annotations.NullMarked;
