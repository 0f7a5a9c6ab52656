package io.regionbridge.router.discovery;

import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.util.List;

/**
 * What is known of a Node.
 *
 * @param uid for references from objects that it owns
 * @param hostname value of the label {@code kubernetes.io/hostname}, which policies select by
 * @param router whether it carries the router label
 * @param ready whether its kubelet says that it is
 * @param addresses its internal addresses, first the one that it prefers
 * @param podCidrs the ranges that Kubernetes gave it for pods, if it gives any
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
