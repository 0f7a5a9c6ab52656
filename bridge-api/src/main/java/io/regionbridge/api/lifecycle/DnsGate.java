package io.regionbridge.api.lifecycle;

import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.topology.Topology;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * When a bridge begins to serve DNS. In a cluster that waits until the regions are known: before,
 * peers' names would be refused, and the cluster's DNS passes that on instead of asking the next
 * bridge, as it does where a port is closed. Written by the control loop, read by any thread.
 */
final class Opening {
  private final CountDownLatch open;
  private boolean settled;

  /**
   * One that is to come.
   *
   * @param waits whether it waits; if not, DNS is served from the start
   */
  Opening(boolean waits) {
    open = new CountDownLatch(waits ? 1 : 0);
  }

  /** Whether DNS is served. */
  boolean done() {
    return open.getCount() == 0;
  }

  /** Whether it is not time yet. On the control loop. */
  boolean waits() {
    return !done() && !settled;
  }

  /**
   * Whether it is time now: all is known that was to be had, and that is not nothing. With nothing
   * at all a closed port serves clients best, since they ask another bridge at once. On the control
   * loop.
   */
  boolean settles(ControlPlane control) {
    if (control.settled()) {
      Topology known = control.topology();
      settled =
          control.directory().complete()
              || !control.directoryProblems().isEmpty()
                  && (known.complete() || !known.peers().isEmpty());
    }
    return settled;
  }

  /** DNS is served. */
  void open() {
    open.countDown();
  }

  /**
   * Waits until DNS is served.
   *
   * @return false if it is not after so many nanoseconds
   */
  boolean await(long nanos) throws InterruptedException {
    return open.await(nanos, TimeUnit.NANOSECONDS);
  }
}
