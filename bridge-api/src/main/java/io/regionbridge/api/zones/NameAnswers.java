package io.regionbridge.api.zones;

import io.regionbridge.router.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one name says, as data: to be compared with what it said before, and encoded if it differs.
 *
 * @param cluster to clients in the local cluster
 * @param peers to everyone else
 */
record NameAnswers(Said cluster, Said peers) {

  static NameAnswers toEveryone(Said said) {
    return new NameAnswers(said, said);
  }

  /**
   * What a name says to one kind of client.
   *
   * @param addresses its A and AAAA records
   * @param targets its SRV records
   * @param alias the target of its CNAME, which excludes all else; null if it has none
   */
  record Said(List<IpAddress> addresses, List<Target> targets, @Nullable String alias) {
    static final Said NOTHING = new Said(List.of(), List.of(), null);

    static Said addresses(List<IpAddress> addresses) {
      return addresses.isEmpty() ? NOTHING : new Said(addresses, List.of(), null);
    }

    static Said targets(List<Target> targets) {
      return targets.isEmpty() ? NOTHING : new Said(List.of(), targets, null);
    }

    static Said alias(String target) {
      return new Said(List.of(), List.of(), target);
    }
  }

  /**
   * A host and port that an SRV record points at.
   *
   * @param host labels below the Service's own name, empty for that name itself, or a whole name
   *     that ends with a dot
   */
  record Target(String host, int port) {}
}
