/**
 * What one API server says, kept up to date as small facts: {@link
 * io.regionbridge.router.discovery.ClusterWatcher} lists and watches, readers turn each object into
 * the few fields in use, and nothing else of it is kept. Each resource stands alone: one that may
 * not be read, or is throttled, is a typed {@link io.regionbridge.router.discovery.WatchStatus} and
 * keeps what was last known of it, while all others go on.
 *
 * <p>May use fabric8's client. Threads: one virtual thread per resource lists and waits; events
 * come on the client's own threads; the loops that are notified read snapshots.
 */
@NullMarked
package io.regionbridge.router.discovery;

import org.jspecify.annotations.NullMarked;
