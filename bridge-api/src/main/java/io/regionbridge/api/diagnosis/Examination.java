package io.regionbridge.api.diagnosis;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.Doctor;
import io.regionbridge.router.net.Cidr;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Examines a cluster and a node for {@code doctor} and {@code bundle}. Changes nothing. */
public final class Examination {
  /** States of policies that send something. */
  private static final Set<String> IN_FORCE = Set.of("active", "contested");

  private final Doctor doctor = new Doctor();
  private final Clock clock;

  /** Creates an examination with this clock. */
  public Examination(Clock clock) {
    this.clock = clock;
  }

  /**
   * Examines a cluster with the rights of the bridge.
   *
   * @param routerLabel of router nodes; empty: that of the release
   * @param account the bridge's account to impersonate; empty: the client has its rights
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server does not
   *     answer
   */
  public List<Check> cluster(
      KubernetesClient client,
      String namespace,
      Optional<String> routerLabel,
      Optional<String> account) {
    ConfigBuilder config = new ConfigBuilder(client.getConfiguration());
    account.ifPresent(name ->
        config.withImpersonateUsername("system:serviceaccount:%s:%s".formatted(namespace, name)));
    try (KubernetesClient asBridge =
        new KubernetesClientBuilder().withConfig(config.build()).build()) {
      InstalledRelease installed = InstalledRelease.read(client, namespace, routerLabel);
      List<Check> checks =
          new ArrayList<>(doctor.checkCluster(client, asBridge, installed.release(), clock));
      checks.add(1, installed.check());
      return checks;
    }
  }

  /**
   * Examines this node's kernel.
   *
   * @param status of the bridge on it, if it runs
   * @param overlay the overlay's interface; empty: the first usual name that exists
   */
  public List<Check> node(
      Optional<BridgeStatus> status, Optional<String> overlay, Map<String, String> environment) {
    List<Cidr> sent =
        status.stream()
            .flatMap(known -> known.policies().stream())
            .filter(policy -> IN_FORCE.contains(policy.state()))
            .flatMap(policy -> policy.destinationCIDRs().stream())
            .map(Cidr::of)
            .distinct()
            .toList();
    List<Cidr> pods =
        status.stream().flatMap(known -> known.region().podCIDRs().stream()).map(Cidr::of).toList();
    boolean tunnelUp =
        status.stream()
            .flatMap(known -> known.tunnels().stream())
            .anyMatch(tunnel -> tunnel.state().equals("up"));
    return doctor.checkNode(overlay, sent, pods, tunnelUp, environment);
  }
}
