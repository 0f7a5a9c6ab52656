package io.regionbridge.dns.server;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counts open connections, in total and by client, over all event loops. Thread-safe. */
final class ConnectionLimiter {
  private final Supplier<TcpLimits> limits;
  private final AtomicInteger open = new AtomicInteger();
  private final Map<InetAddress, Integer> byClient = new ConcurrentHashMap<>();
  private final LongAdder refused = new LongAdder();

  ConnectionLimiter(Supplier<TcpLimits> limits) {
    this.limits = limits;
  }

  /** Takes a place for the client, to be given back with {@link #leave}; false if there is none. */
  boolean enter(InetAddress client) {
    TcpLimits l = limits.get();
    if (open.incrementAndGet() > l.maxConnections()) {
      open.decrementAndGet();
      refused.increment();
      return false;
    }
    int mine = byClient.merge(client, 1, Integer::sum);
    if (mine > l.maxConnectionsPerClient()) {
      leave(client);
      refused.increment();
      return false;
    }
    return true;
  }

  void leave(InetAddress client) {
    open.decrementAndGet();
    byClient.computeIfPresent(client, (c, n) -> n == 1 ? null : n - 1);
  }

  TcpLimits limits() {
    return limits.get();
  }

  int open() {
    return open.get();
  }

  long refused() {
    return refused.sum();
  }
}
