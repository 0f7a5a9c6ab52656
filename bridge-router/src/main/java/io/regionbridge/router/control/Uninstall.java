package io.regionbridge.router.control;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.regionbridge.router.coredns.CoreDnsReconciler;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.DnsConfigMaps;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.ClusterPlace;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.Region;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.kubernetes.SecretKeyStore;
import io.regionbridge.router.kubernetes.StatusWriter;
import io.regionbridge.router.multicluster.MultiCluster;
import io.regionbridge.router.netbird.NetBirdReconciler;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes away what bridges wrote into a cluster. They must be stopped, or they write it anew. Can be
 * run any number of times; one thing that fails does not keep the others. Blocks.
 *
 * <p>Deletes without {@link io.regionbridge.router.kubernetes.ObjectWriter}: once, whatever version
 * is there, and each outcome is reported.
 */
public final class Uninstall {
  private static final ResourceDefinitionContext POLICIES =
      new ResourceDefinitionContext.Builder()
          .withGroup("cilium.io")
          .withVersion("v2")
          .withKind("CiliumEgressGatewayPolicy")
          .withPlural("ciliumegressgatewaypolicies")
          .withNamespaced(false)
          .build();

  private final KubernetesClient client;
  private final boolean dryRun;
  private final List<Step> steps = new ArrayList<>();

  /** The outcome of a step. */
  public enum Outcome {
    /** It was there and is gone. */
    REMOVED,
    /** It exists, and stays because of {@code --dry-run}. */
    WOULD_REMOVE,
    /** It is there, and stays unless {@code --purge} is given. */
    KEPT,
    /** There was nothing to remove. */
    NOTHING,
    /** It may still be there. */
    FAILED
  }

  /** One thing that was looked for, and why it ended so, if there is more to say. */
  public record Step(String what, Outcome outcome, String detail) {}

  private Uninstall(KubernetesClient client, boolean dryRun) {
    this.client = client;
    this.dryRun = dryRun;
  }

  /**
   * Runs in the cluster that the process is in, or that {@code KUBECONFIG} names. Returns the steps
   * in order.
   *
   * @param namespace of the bridges; empty: the process's own
   * @param netBird the namespace of NetBird's routers
   * @param purge whether to remove the WireGuard keys too: peers need the new ones afterwards
   * @param dryRun only report what would be done
   * @throws IOException if the kubeconfig cannot be read, or no API server answers
   */
  public static List<Step> run(
      Map<String, String> environment,
      Optional<String> namespace,
      String netBird,
      boolean purge,
      boolean dryRun)
      throws IOException {
    ClusterPlace place = ClusterPlace.of(environment);
    String in = namespace.orElse(place.namespace());
    try (KubernetesClient client = ClusterClient.local(place.kubeconfig()).api()) {
      requireCluster(client, in);
      return run(client, in, netBird, purge, dryRun);
    }
  }

  /** Without a cluster each step would fail by itself, for the one reason. */
  private static void requireCluster(KubernetesClient client, String namespace) throws IOException {
    try {
      client.leases().inNamespace(namespace).withName(OwnNames.LEASE).get();
    } catch (KubernetesClientException e) {
      if (e.getCode() <= 0) { // nothing was answered
        throw new IOException(
            "no cluster: the API server at %s does not answer: %s"
                .formatted(client.getMasterUrl(), ReadFailure.rootMessage(e)),
            e);
      }
    }
  }

  /** The same with a client. */
  static List<Step> run(
      KubernetesClient client, String namespace, String netBird, boolean purge, boolean dryRun) {
    Uninstall uninstall = new Uninstall(client, dryRun);
    uninstall.removeCoreDnsBlocks();
    uninstall.removeEgressPolicies();
    uninstall.restoreNetBird(netBird);
    uninstall.removeImports();
    uninstall.removeRegionStatuses();
    uninstall.removeRouterNodes();
    uninstall.remove(
        "Lease " + namespace + "/" + OwnNames.LEASE,
        client.leases().inNamespace(namespace).withName(OwnNames.LEASE),
        true);
    uninstall.remove(
        "Secret " + namespace + "/" + SecretKeyStore.SHARED,
        client.secrets().inNamespace(namespace).withName(SecretKeyStore.SHARED),
        purge);
    uninstall.removeKeys(namespace, purge);
    return List.copyOf(uninstall.steps);
  }

  /** The Secrets of router nodes; of other nodes there is none, and none may be read. */
  private void removeKeys(String namespace, boolean purge) {
    List<Resource<Secret>> present = new ArrayList<>();
    attempt(
        "WireGuard keys",
        () -> {
          for (Node node : client.nodes().list().getItems()) {
            Resource<Secret> secret =
                client
                    .secrets()
                    .inNamespace(namespace)
                    .withName(SecretKeyStore.name(node.getMetadata().getName()));
            if (exists(secret)) {
              present.add(secret);
            }
          }
          return new Step("WireGuard keys", Outcome.NOTHING, "");
        });
    if (!present.isEmpty()) {
      steps.removeLast();
    }
    present.forEach(secret ->
        remove("Secret " + namespace + "/" + secret.get().getMetadata().getName(), secret, purge));
  }

  private static boolean exists(Resource<Secret> secret) {
    try {
      return secret.get() != null;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return false;
      }
      throw e;
    }
  }

  private void removeCoreDnsBlocks() {
    attempt(
        "CoreDNS's configuration",
        () -> {
          ClusterView view = DnsConfigMaps.read(client);
          Optional<String> present = CoreDnsReconciler.present(view);
          if (present.isEmpty()) {
            return new Step("CoreDNS's configuration", Outcome.NOTHING, "");
          }
          if (dryRun) {
            return new Step(present.get(), Outcome.WOULD_REMOVE, "");
          }
          Finding finding = new CoreDnsReconciler(client, Clock.systemUTC()).withdraw(view);
          return finding.state() == State.TRUE
              ? new Step(present.get(), Outcome.REMOVED, "")
              : new Step(present.get(), Outcome.FAILED, finding.message());
        });
  }

  private void restoreNetBird(String namespace) {
    String what = "the host network of NetBird's routers in " + namespace;
    attempt(
        what,
        () -> {
          List<String> ours =
              new NetBirdReconciler(client, namespace, Clock.systemUTC()).withdraw(dryRun);
          return new Step(
              ours.isEmpty() ? what : "the host network of " + String.join(", ", ours),
              ours.isEmpty() ? Outcome.NOTHING : dryRun ? Outcome.WOULD_REMOVE : Outcome.REMOVED,
              "");
        });
  }

  /** Where the API was never switched on, there is nothing, and often no right to look. */
  private void removeImports() {
    String what = "ServiceImports";
    attempt(
        what,
        () -> {
          List<String> ours;
          try {
            ours = MultiCluster.withdraw(client, dryRun);
          } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
              ours = List.of();
            } else {
              throw e;
            }
          }
          return new Step(
              ours.isEmpty() ? what : String.join(", ", ours),
              ours.isEmpty() ? Outcome.NOTHING : dryRun ? Outcome.WOULD_REMOVE : Outcome.REMOVED,
              "");
        });
  }

  private void removeEgressPolicies() {
    removeAll(
        "CiliumEgressGatewayPolicies",
        () ->
            client
                .genericKubernetesResources(POLICIES)
                .withLabel(OwnNames.MANAGED_BY, OwnNames.MANAGER)
                .resources()
                .toList());
  }

  private void removeRouterNodes() {
    removeAll(
        "RouterNodes",
        () ->
            client
                .resources(RouterNode.class)
                .withLabel(OwnNames.MANAGED_BY, OwnNames.MANAGER)
                .resources()
                .toList());
  }

  /** The objects are their owner's; only what was found about them is ours. */
  private void removeRegionStatuses() {
    List<Region> regions = new ArrayList<>();
    attempt(
        "Regions",
        () -> {
          regions.addAll(client.resources(Region.class).list().getItems());
          return new Step("Regions", regions.isEmpty() ? Outcome.NOTHING : Outcome.KEPT, "");
        });
    StatusWriter writer = new StatusWriter(client, Clock.systemUTC());
    for (Region region : regions) {
      String name = region.getMetadata().getName();
      String what = "status of Region " + name;
      if (region.getStatus() == null || region.getStatus().conditions() == null) {
        steps.add(new Step(what, Outcome.NOTHING, ""));
      } else if (dryRun) {
        steps.add(new Step(what, Outcome.WOULD_REMOVE, ""));
      } else {
        Optional<String> problem = writer.withdrawRegion(name);
        steps.add(
            new Step(
                what, problem.isEmpty() ? Outcome.REMOVED : Outcome.FAILED, problem.orElse("")));
      }
    }
  }

  private <T extends HasMetadata> void removeAll(
      String kind, Supplier<List<? extends Resource<T>>> found) {
    List<Resource<T>> resources = new ArrayList<>();
    attempt(
        kind,
        () -> {
          resources.addAll(found.get());
          return new Step(kind, resources.isEmpty() ? Outcome.NOTHING : Outcome.KEPT, "");
        });
    if (!resources.isEmpty()) {
      steps.removeLast();
    }
    for (Resource<T> resource : resources) {
      HasMetadata item = resource.item();
      String what =
          (item instanceof GenericKubernetesResource ? "CiliumEgressGatewayPolicy" : item.getKind())
              + " "
              + item.getMetadata().getName();
      remove(what, resource, true);
    }
  }

  private void remove(String what, Resource<? extends HasMetadata> resource, boolean wanted) {
    attempt(
        what,
        () -> {
          if (resource.get() == null) {
            return new Step(what, Outcome.NOTHING, "");
          }
          if (!wanted) {
            return new Step(what, Outcome.KEPT, "--purge removes it");
          }
          if (dryRun) {
            return new Step(what, Outcome.WOULD_REMOVE, "");
          }
          resource.delete();
          return new Step(what, Outcome.REMOVED, "");
        });
  }

  private void attempt(String what, Supplier<Step> step) {
    try {
      steps.add(step.get());
    } catch (KubernetesClientException e) {
      boolean absent = e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
      String message = e.getCode() <= 0 ? ReadFailure.rootMessage(e) : ErrorText.of(e);
      steps.add(
          new Step(
              what,
              absent ? Outcome.NOTHING : Outcome.FAILED,
              absent ? "" : message.lines().findFirst().orElse("")));
    }
  }
}
