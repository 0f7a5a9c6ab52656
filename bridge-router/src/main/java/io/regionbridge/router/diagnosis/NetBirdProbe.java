package io.regionbridge.router.diagnosis;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.NetBirdWorkload;
import io.regionbridge.router.discovery.NetBirdWorkload.Kind;
import java.util.ArrayList;
import java.util.List;

/** Asks an API server for {@link NetBirdFacts}, in all namespaces. Only reads. */
final class NetBirdProbe {
  private static final String LABEL = "app.kubernetes.io/name";

  /** The Deployment of the older operator. */
  private static final String LEGACY = "router";

  private final KubernetesClient client;
  private final Reading reading;

  NetBirdProbe(KubernetesClient client, Reading reading) {
    this.client = client;
    this.reading = reading;
  }

  /** Asks once; for a cluster that has NetBird's resources. */
  NetBirdFacts look() {
    List<NetBirdFacts.Router> routers = new ArrayList<>();
    reading
        .of(
            ClusterWatcher.NETWORK_ROUTERS,
            () ->
                client
                    .genericKubernetesResources(ClusterWatcher.netBird(Kind.NETWORK_ROUTER))
                    .inAnyNamespace()
                    .list()
                    .getItems())
        .orElse(List.of())
        .forEach(object -> routers.add(router(object, NetBirdWorkload.ofRouter(object))));
    reading
        .of(
            ClusterWatcher.NETBIRD_DEPLOYMENTS,
            () ->
                client
                    .genericKubernetesResources(ClusterWatcher.netBird(Kind.LEGACY_DEPLOYMENT))
                    .inAnyNamespace()
                    .withField("metadata.name", LEGACY)
                    .list()
                    .getItems())
        .orElse(List.of())
        .forEach(object -> {
          NetBirdWorkload workload = NetBirdWorkload.ofDeployment(object);
          if (workload.kind() == Kind.LEGACY_DEPLOYMENT) {
            routers.add(router(object, workload));
          }
        });
    return new NetBirdFacts(routers, pods());
  }

  private static NetBirdFacts.Router router(
      GenericKubernetesResource object, NetBirdWorkload workload) {
    return new NetBirdFacts.Router(
        object.getMetadata().getNamespace(),
        workload.name(),
        workload.kind() == Kind.NETWORK_ROUTER,
        workload.hostNetwork());
  }

  private List<NetBirdFacts.Pod> pods() {
    return reading
        .of(
            "pods of NetBird",
            () ->
                client
                    .pods()
                    .inAnyNamespace()
                    .withLabelIn(LABEL, "networkrouter", "netbird-router")
                    .list()
                    .getItems())
        .orElse(List.of())
        .stream()
        .map(NetBirdProbe::pod)
        .toList();
  }

  private static NetBirdFacts.Pod pod(Pod pod) {
    return new NetBirdFacts.Pod(
        pod.getMetadata().getNamespace(),
        pod.getMetadata().getName(),
        Boolean.TRUE.equals(pod.getSpec().getHostNetwork()));
  }
}
