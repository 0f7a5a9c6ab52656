package io.regionbridge.router.netlink;

import io.regionbridge.router.net.Cidr;
import java.util.Optional;

/**
 * A rule that has packets looked up in a routing table. Compared by value.
 *
 * @param from range of the source; empty: any
 * @param to range of the destination, of the same family
 * @param priority lower comes first
 * @param protocol who made it, {@code RTPROT_*}
 */
public record RoutingRule(Optional<Cidr> from, Cidr to, int table, int priority, int protocol) {
  @Override
  public String toString() {
    return "%sto %s lookup %s priority %d"
        .formatted(
            from.map(range -> "from " + range + " ").orElse(""),
            to,
            table == Route.MAIN ? "main" : table,
            priority);
  }
}
