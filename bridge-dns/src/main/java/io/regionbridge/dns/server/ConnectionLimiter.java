package io.regionbridge.dns.server;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The places for connections, in total and by client, over all event loops. Where all are taken,
 * the connection that has been idle for longest makes room (RFC 7766 section 6.2.3); a newcomer is
 * turned away only if all the others have a query under way. Thread-safe.
 */
final class ConnectionLimiter {
  private final Supplier<TcpLimits> limits;
  private final Set<TcpConnection> open = new HashSet<>();
  private final Map<InetAddress, Set<TcpConnection>> byClient = new HashMap<>();
  private final LongAdder refused = new LongAdder();

  ConnectionLimiter(Supplier<TcpLimits> limits) {
    this.limits = limits;
  }

  /** Gives the connection a place, to be given back with {@link #leave}; false if there is none. */
  boolean enter(TcpConnection newcomer) {
    TcpConnection evicted = null;
    synchronized (this) {
      Set<TcpConnection> ofClient = byClient.getOrDefault(newcomer.client(), Set.of());
      boolean clientFull = ofClient.size() >= limits().maxConnectionsPerClient();
      if (clientFull || open.size() >= limits().maxConnections()) {
        evicted = longestIdle(clientFull ? ofClient : open);
        if (evicted == null) {
          refused.increment();
          return false;
        }
        leave(evicted);
      }
      open.add(newcomer);
      byClient.computeIfAbsent(newcomer.client(), _ -> new HashSet<>()).add(newcomer);
    }
    if (evicted != null) {
      evicted.close();
    }
    return true;
  }

  private static @Nullable TcpConnection longestIdle(Collection<TcpConnection> connections) {
    TcpConnection longest = null;
    for (TcpConnection c : connections) {
      if (c.idle() && (longest == null || c.lastActive() - longest.lastActive() < 0)) {
        longest = c;
      }
    }
    return longest;
  }

  /** Gives a place back; does nothing if the connection has none. */
  synchronized void leave(TcpConnection connection) {
    if (open.remove(connection)) {
      byClient.computeIfPresent(
          connection.client(),
          (_, ofClient) -> {
            ofClient.remove(connection);
            return ofClient.isEmpty() ? null : ofClient;
          });
    }
  }

  TcpLimits limits() {
    return limits.get();
  }

  synchronized int open() {
    return open.size();
  }

  long refused() {
    return refused.sum();
  }
}
