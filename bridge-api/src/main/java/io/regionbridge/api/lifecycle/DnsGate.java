package io.regionbridge.api.lifecycle;

import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.topology.Topology;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the DNS ports of a bridge closed until it can answer. In a cluster it opens once the
 * regions are known. Before that, the bridge would refuse peers' names, and the cluster's DNS
 * passes a refusal on; where the port is closed, it asks the next bridge. Written by the control
 * loop, read by any thread.
 */
final class DnsGate {
  private final CountDownLatch open;
  private boolean settled;

  /** Creates a gate that is closed if it waits for the regions. */
  DnsGate(boolean waits) {
    open = new CountDownLatch(waits ? 1 : 0);
  }

  /** Whether the gate is open. */
  boolean isOpen() {
    return open.getCount() == 0;
  }

  /** Whether {@link #mayOpen} has not yet returned true. Called on the control loop. */
  boolean isWaiting() {
    return !isOpen() && !settled;
  }

  /**
   * Whether the gate may open: the control plane has read what there is, and knows the directory or
   * the domain of a region. If it knows neither, a closed port serves clients best, since they ask
   * another bridge at once. Called on the control loop.
   */
  boolean mayOpen(ControlPlane control) {
    if (control.settled()) {
      Topology known = control.topology();
      settled =
          control.directory().complete()
              || !control.directoryProblems().isEmpty()
                  && (known.complete() || known.knowsDomainOfAPeer());
    }
    return settled;
  }

  /** Opens the gate for good. */
  void open() {
    open.countDown();
  }

  /** Waits up to {@code nanos} for the gate to open, and returns whether it is open. */
  boolean await(long nanos) throws InterruptedException {
    return open.await(nanos, TimeUnit.NANOSECONDS);
  }
}
