/**
 * The control plane of one router node, put together: what it is configured with, the loops that
 * look, and what they write. Nothing here decides; the planners of the other packages do.
 */
@NullMarked
package io.regionbridge.router.control;

import org.jspecify.annotations.NullMarked;
