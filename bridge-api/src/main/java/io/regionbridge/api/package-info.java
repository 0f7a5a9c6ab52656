/**
 * The process: configuration, assembly and lifecycle, HTTP, command line. The only place that sees
 * both the data plane and the control plane.
 */
@NullMarked
package io.regionbridge.api;

import org.jspecify.annotations.NullMarked;
