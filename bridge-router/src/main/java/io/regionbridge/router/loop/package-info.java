/**
 * How everything that goes on in the background runs: {@link io.regionbridge.router.loop.Loop}, one
 * class for all of it, and {@link io.regionbridge.router.loop.Loops}, which knows those of a
 * process. {@link io.regionbridge.router.loop.FailureReason} says why one failed. Uses the JDK
 * only.
 */
@NullMarked
package io.regionbridge.router.loop;

import org.jspecify.annotations.NullMarked;
