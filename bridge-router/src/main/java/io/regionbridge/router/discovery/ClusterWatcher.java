package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Watchable;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.kubernetes.Region;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Watches the API server of the local cluster and keeps what matters of it as small facts: all that
 * {@link ClusterView} has, and the {@link Directory}.
 *
 * <p>The callbacks only say that it is worth asking again; they come on threads of the client and
 * must not block.
 */
public final class ClusterWatcher implements AutoCloseable {
  /** The namespace of the ConfigMaps that matter. */
  public static final String SYSTEM = "kube-system";

  /** The resource of Region objects, as RBAC names it. */
  public static final String REGIONS = "regions.region-bridge.io";

  /** The resource of Cilium's egress policies, as RBAC names it. */
  public static final String EGRESS_POLICIES = "ciliumegressgatewaypolicies.cilium.io";

  /** What Cilium's agents know of nodes, as RBAC names it. */
  public static final String CILIUM_NODES = "ciliumnodes.cilium.io";

  /** NetBird's routers, as RBAC names them. */
  public static final String NETWORK_ROUTERS = "networkrouters.netbird.io";

  public static final String NETBIRD_DEPLOYMENTS = "deployments.apps";

  public static final String CILIUM_CONFIG = "cilium-config";
  public static final String COREDNS = "coredns";
  public static final String COREDNS_CUSTOM = "coredns-custom";

  /** NodeLocal DNSCache's, as Kubernetes and as Kubespray call it. */
  public static final List<String> NODE_LOCAL_DNS = List.of("node-local-dns", "nodelocaldns");

  public static final String RKE2_COREDNS = "rke2-coredns-rke2-coredns";

  private static final OwnKind<Region, RegionFacts> REGION =
      new OwnKind<>(Region.class, RegionFacts::of);

  /** How RouterNodes are read. */
  static final OwnKind<RouterNode, RouterNodeFacts> ROUTER_NODE =
      new OwnKind<>(RouterNode.class, RouterNodeFacts::of);

  private static final Set<String> CILIUM_KEYS =
      Set.of(
          "cluster-pool-ipv4-cidr",
          "cluster-pool-ipv6-cidr",
          "ipam",
          "kube-proxy-replacement",
          "bpf-lb-external-clusterip",
          "enable-egress-gateway",
          "enable-ipv4-egress-gateway",
          "enable-bpf-masquerade",
          "identity-allocation-mode",
          "enable-cilium-endpoint-slice",
          "devices");

  /** Objects per page: a Node may have thirty kilobytes. */
  private static final long PAGE = 250;

  private final KubernetesClient client;
  private final Clock clock;
  private final Loops loops;
  private final Runnable onChange;
  private final List<ResourceWatch<?>> watches = new ArrayList<>();
  private final Map<String, FactStore<ConfigMap, ConfigMapFacts>> configMaps =
      new LinkedHashMap<>();
  private @Nullable FactStore<ConfigMap, ConfigMapFacts> ciliumConfigs;
  private final FactStore<Node, NodeFacts> nodes;
  private final FactStore<GenericKubernetesResource, RouterNodeFacts> routerNodes;
  private @Nullable FactStore<GenericKubernetesResource, RegionFacts> regions;
  private @Nullable FactStore<GenericKubernetesResource, List<Cidr>> serviceCidrs;
  private @Nullable FactStore<GenericKubernetesResource, List<Cidr>> ciliumNodes;
  private @Nullable FactStore<GenericKubernetesResource, List<Cidr>> ciliumPools;
  private @Nullable FactStore<GenericKubernetesResource, List<Cidr>> calicoPools;
  private @Nullable FactStore<GenericKubernetesResource, EgressPolicyFacts> egressPolicies;
  private @Nullable FactStore<GenericKubernetesResource, NetBirdWorkload> networkRouters;
  private @Nullable FactStore<GenericKubernetesResource, NetBirdWorkload> netBirdDeployments;
  private @Nullable DirectoryFeed directory;

  /**
   * Watches nothing yet of the cluster that the process runs in.
   *
   * @param client closed by the caller, after this
   * @param netBird the namespace of NetBird's routers, if they matter
   * @param room octets for the directory
   * @param onChange called when {@link #view} may have changed
   * @param onDirectory called when {@link #directory} may have changed
   */
  public ClusterWatcher(
      KubernetesClient client,
      String routerLabel,
      Optional<String> netBird,
      LongSupplier room,
      Runnable onChange,
      Runnable onDirectory,
      Clock clock,
      Loops loops) {
    this.loops = loops;
    this.client = client;
    this.clock = clock;
    this.onChange = onChange;
    this.nodes = new FactStore<>(new NodeReader(LabelSelector.parse(routerLabel)), onChange);
    this.routerNodes = new FactStore<>(ROUTER_NODE, onChange);
    watch(
        "routernodes.region-bridge.io",
        client.genericKubernetesResources(ROUTER_NODE.context()),
        routerNodes);
    watchLocal(room, onDirectory);
    netBird.ifPresent(this::watchNetBird);
  }

  /** Starts to watch. */
  public void start() {
    watches.forEach(ResourceWatch::start);
  }

  /** The current view. Any thread. */
  public ClusterView view() {
    Map<String, ConfigMapFacts> maps = new LinkedHashMap<>();
    configMaps.values().stream()
        .flatMap(store -> store.facts().values().stream())
        .forEach(facts -> maps.put(facts.name(), facts));
    ciliumConfig().ifPresent(facts -> maps.put(CILIUM_CONFIG, facts));
    Map<String, WatchStatus> statuses = new LinkedHashMap<>();
    watches.forEach(watch -> statuses.put(watch.resource(), watch.status()));
    return new ClusterView(
        sorted(nodes, Comparator.comparing(NodeFacts::name)),
        ranges(serviceCidrs),
        ranges(ciliumNodes),
        ranges(ciliumPools),
        ranges(calicoPools),
        maps,
        regions == null ? List.of() : sorted(regions, Comparator.comparing(RegionFacts::name)),
        sorted(routerNodes, Comparator.comparing(RouterNodeFacts::name)),
        egressPolicies == null
            ? List.of()
            : sorted(egressPolicies, Comparator.comparing(EgressPolicyFacts::name)),
        netBird(),
        statuses);
  }

  private List<NetBirdWorkload> netBird() {
    return networkRouters == null || netBirdDeployments == null
        ? List.of()
        : Stream.of(networkRouters, netBirdDeployments)
            .flatMap(store -> sorted(store, Comparator.comparing(NetBirdWorkload::name)).stream())
            .filter(workload -> workload.kind() != NetBirdWorkload.Kind.OTHER)
            .toList();
  }

  /** What of the Services is not taken, and why; empty if all is. Any thread. */
  public Optional<String> directoryProblem() {
    return directory == null ? Optional.empty() : directory.problem();
  }

  /** The local cluster's Services now. Any thread. */
  public Directory directory() {
    return directory == null ? Directory.EMPTY : directory.directory();
  }

  /** Takes ServiceExports into the directory of the local cluster. */
  public ObjectSink<GenericKubernetesResource> exports() {
    if (directory == null) {
      throw new IllegalStateException("no directory is made of a peer's cluster");
    }
    return directory.exports();
  }

  /** Stops. No callback begins after this returns. */
  @Override
  public void close() {
    watches.forEach(ResourceWatch::close);
  }

  private void watchLocal(LongSupplier room, Runnable onDirectory) {
    watch("nodes", client.nodes(), nodes);
    DirectoryFeed feed = new DirectoryFeed(room, onDirectory);
    directory = feed;
    watch(
        "services",
        new StreamedList<>(client, "api/v1/services", Service.class),
        client.services().inAnyNamespace(),
        feed.services());
    watch(
        "endpointslices.discovery.k8s.io",
        new StreamedList<>(client, "apis/discovery.k8s.io/v1/endpointslices", EndpointSlice.class),
        client.discovery().v1().endpointSlices().inAnyNamespace(),
        feed.slices());
    regions = new FactStore<>(REGION, onChange);
    watch(REGIONS, client.genericKubernetesResources(REGION.context()), regions);
    serviceCidrs = new FactStore<>(object -> Ranges.in(object, "spec", "cidrs"), onChange);
    watch(
        "servicecidrs.networking.k8s.io",
        generic("networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs"),
        serviceCidrs);
    ciliumNodes = new FactStore<>(Pools::ofCiliumNode, onChange);
    watch(CILIUM_NODES, generic("cilium.io", "v2", "CiliumNode", "ciliumnodes"), ciliumNodes);
    ciliumPools = new FactStore<>(Pools::ofCilium, onChange);
    watch(
        "ciliumpodippools.cilium.io",
        generic("cilium.io", "v2alpha1", "CiliumPodIPPool", "ciliumpodippools"),
        ciliumPools);
    calicoPools = new FactStore<>(Pools::ofCalico, onChange);
    watch(
        "ippools.crd.projectcalico.org",
        generic("crd.projectcalico.org", "v1", "IPPool", "ippools"),
        calicoPools);
    egressPolicies = new FactStore<>(EgressPolicyFacts::of, onChange);
    watch(
        EGRESS_POLICIES,
        generic("cilium.io", "v2", "CiliumEgressGatewayPolicy", "ciliumegressgatewaypolicies"),
        egressPolicies);
    watchCiliumConfig();
    watchConfigMap(COREDNS, Set.of());
    watchConfigMap(COREDNS_CUSTOM, Set.of());
    watchConfigMap(RKE2_COREDNS, Set.of());
    NODE_LOCAL_DNS.forEach(name -> watchConfigMap(name, Set.of("Corefile")));
  }

  private void watchNetBird(String namespace) {
    networkRouters = new FactStore<>(NetBirdWorkload::ofRouter, onChange);
    watch(
        NETWORK_ROUTERS,
        client
            .genericKubernetesResources(netBird(NetBirdWorkload.Kind.NETWORK_ROUTER))
            .inNamespace(namespace),
        networkRouters);
    netBirdDeployments = new FactStore<>(NetBirdWorkload::ofDeployment, onChange);
    watch(
        NETBIRD_DEPLOYMENTS,
        client
            .genericKubernetesResources(netBird(NetBirdWorkload.Kind.DEPLOYMENT))
            .inNamespace(namespace),
        netBirdDeployments);
  }

  /** How the API server calls such objects. */
  public static ResourceDefinitionContext netBird(NetBirdWorkload.Kind kind) {
    boolean router = kind == NetBirdWorkload.Kind.NETWORK_ROUTER;
    return new ResourceDefinitionContext.Builder()
        .withGroup(router ? "netbird.io" : "apps")
        .withVersion(router ? "v1alpha1" : "v1")
        .withKind(router ? "NetworkRouter" : "Deployment")
        .withPlural(router ? "networkrouters" : "deployments")
        .withNamespaced(true)
        .build();
  }

  /** In whatever namespace Cilium is. */
  private void watchCiliumConfig() {
    ciliumConfigs = new FactStore<>(map -> ConfigMapFacts.of(map, CILIUM_KEYS), onChange);
    watch(
        "configmaps/" + CILIUM_CONFIG,
        client.configMaps().inAnyNamespace().withField("metadata.name", CILIUM_CONFIG),
        ciliumConfigs);
  }

  /**
   * That of kube-system; else the one that there is elsewhere. Of several nobody knows which is
   * Cilium's, and whoever has a namespace can make one.
   */
  private Optional<ConfigMapFacts> ciliumConfig() {
    Map<ObjectKey, ConfigMapFacts> found = ciliumConfigs == null ? Map.of() : ciliumConfigs.facts();
    return Optional.ofNullable(found.get(new ObjectKey(SYSTEM, CILIUM_CONFIG)))
        .or(() ->
            found.size() == 1 && ciliumNodes != null && !ciliumNodes.facts().isEmpty()
                ? found.values().stream().findFirst()
                : Optional.empty());
  }

  private void watchConfigMap(String name, Set<String> kept) {
    FactStore<ConfigMap, ConfigMapFacts> store =
        new FactStore<>(map -> ConfigMapFacts.of(map, kept), onChange);
    configMaps.put(name, store);
    // By name, so that the Role can name each of them.
    watch(
        "configmaps/" + name,
        client.configMaps().inNamespace(SYSTEM).withField("metadata.name", name),
        store);
  }

  private FilterWatchListDeletable<
          GenericKubernetesResource, ? extends KubernetesResourceList<GenericKubernetesResource>, ?>
      generic(String group, String version, String kind, String plural) {
    return client.genericKubernetesResources(
        new ResourceDefinitionContext.Builder()
            .withGroup(group)
            .withVersion(version)
            .withKind(kind)
            .withPlural(plural)
            .withNamespaced(false)
            .build());
  }

  private <T extends HasMetadata> void watch(
      String resource,
      FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation,
      ObjectSink<T> sink) {
    watch(resource, ObjectLister.of(operation, PAGE), operation, sink);
  }

  private <T extends HasMetadata> void watch(
      String resource, ObjectLister<T> lister, Watchable<T> operation, ObjectSink<T> sink) {
    watches.add(new ResourceWatch<>(resource, lister, operation, sink, onChange, clock, loops));
  }

  private static <F> List<F> sorted(FactStore<?, F> store, Comparator<F> order) {
    return store.facts().values().stream().sorted(order).toList();
  }

  private static List<Cidr> ranges(@Nullable FactStore<?, List<Cidr>> store) {
    return store == null
        ? List.of()
        : store.facts().values().stream().flatMap(List::stream).sorted().distinct().toList();
  }
}
