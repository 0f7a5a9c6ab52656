package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The facts of a Node object. Pure. */
final class NodeReader implements Function<Node, NodeFacts> {
  private static final String HOSTNAME = "kubernetes.io/hostname";

  private final LabelSelector routerLabel;

  NodeReader(LabelSelector routerLabel) {
    this.routerLabel = routerLabel;
  }

  @Override
  public NodeFacts apply(Node node) {
    String name = node.getMetadata().getName();
    Map<String, String> labels = node.getMetadata().getLabels();
    String uid = node.getMetadata().getUid();
    return new NodeFacts(
        name,
        uid == null ? "" : uid,
        labels == null ? name : labels.getOrDefault(HOSTNAME, name),
        routerLabel.matches(labels),
        ready(node),
        addresses(node),
        podCidrs(node));
  }

  private static boolean ready(Node node) {
    return node.getStatus() != null
        && node.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  private static List<InetAddress> addresses(Node node) {
    if (node.getStatus() == null) {
      return List.of();
    }
    return node.getStatus().getAddresses().stream()
        .filter(address -> address.getType().equals("InternalIP"))
        .map(NodeAddress::getAddress)
        .map(IpLiteral::parse)
        .flatMap(Optional::stream)
        .toList();
  }

  private static List<Cidr> podCidrs(Node node) {
    return node.getSpec() == null ? List.of() : Ranges.valid(node.getSpec().getPodCIDRs());
  }
}
