package io.regionbridge.router.discovery;

import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.util.List;

/**
 * The relevant facts of a Node.
 *
 * @param uid for owner references
 * @param hostname value of the label {@code kubernetes.io/hostname}, which policies select by
 * @param router whether it carries the router label
 * @param ready whether its kubelet reports so
 * @param addresses internal ones, the preferred first
 * @param podCidrs that Kubernetes assigned, if any
 */
public record NodeFacts(
    String name,
    String uid,
    String hostname,
    boolean router,
    boolean ready,
    List<InetAddress> addresses,
    List<Cidr> podCidrs) {
  public NodeFacts {
    addresses = List.copyOf(addresses);
    podCidrs = List.copyOf(podCidrs);
  }
}
