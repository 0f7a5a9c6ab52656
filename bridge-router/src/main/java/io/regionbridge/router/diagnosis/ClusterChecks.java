package io.regionbridge.router.diagnosis;

import io.regionbridge.router.coredns.CoreDnsKind;
import io.regionbridge.router.coredns.CoreDnsPlan;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is to be said of a cluster. Pure. */
public final class ClusterChecks {
  /** Certificates and Leases bear more; tokens of short life may not. */
  private static final Duration CLOCK_BEARABLE = Duration.ofSeconds(5);

  private static final Duration CLOCK_BROKEN = Duration.ofMinutes(1);

  /** What {@code kubectl apply} would be told for. */
  private static final String CHART = "helm upgrade --install region-bridge charts/region-bridge";

  private static final Pattern FORWARD = Pattern.compile("forward \\. ([^{\\n]+)");
  private static final Pattern OUR_BLOCK =
      Pattern.compile("(?ms)^# BEGIN region-bridge\\b.*?^# END region-bridge");

  private final ClusterFacts facts;
  private final List<Check> checks = new ArrayList<>();

  private ClusterChecks(ClusterFacts facts) {
    this.facts = facts;
  }

  /** Everything, in the order in which one thing needs the other. */
  public static List<Check> of(ClusterFacts facts) {
    ClusterChecks made = new ClusterChecks(facts);
    made.server();
    made.rights();
    made.definitions();
    made.routers();
    made.coreDns();
    made.nodeLocalDns();
    made.cilium();
    made.lease();
    made.versions();
    return made.checks;
  }

  /** What is to be said when there is no answer at all. */
  public static List<Check> unreachable(String server, String reason) {
    return List.of(
        Check.failure(
            "API server",
            server + " " + reason,
            "kubectl cluster-info; check the kubeconfig's context (--context) and the way there"));
  }

  private void server() {
    checks.add(
        Check.ok(
            "API server", "%s answers, version %s".formatted(facts.server(), facts.version())));
    if (facts.clockAhead().isEmpty()) {
      checks.add(Check.skipped("clock", "the API server does not tell its time"));
      return;
    }
    Duration off = facts.clockAhead().get();
    String message =
        "this machine's clock is %.1f s %s the API server's"
            .formatted(off.abs().toMillis() / 1000.0, off.isNegative() ? "ahead of" : "behind");
    String remedy = "timedatectl set-ntp true, on this machine and on the nodes";
    if (off.abs().compareTo(CLOCK_BROKEN) >= 0) {
      checks.add(Check.failure("clock", message, remedy));
    } else if (off.abs().compareTo(CLOCK_BEARABLE) >= 0) {
      checks.add(Check.warning("clock", message, remedy));
    } else {
      checks.add(Check.ok("clock", "agrees with the API server's"));
    }
  }

  private void rights() {
    if (skipped("RBAC", "selfsubjectaccessreviews")) {
      return;
    }
    for (Right right : facts.missing()) {
      checks.add(
          Check.failure(
              "RBAC",
              "%s may not %s".formatted(facts.rightsOf(), right),
              right.namespace().isEmpty()
                  ? CHART + "; or add that verb to ClusterRole region-bridge"
                  : CHART + "; or add that verb to Role region-bridge in " + right.namespace()));
    }
    if (facts.missing().isEmpty()) {
      checks.add(
          Check.ok("RBAC", "%s has all %d rights".formatted(facts.rightsOf(), facts.rights())));
    }
  }

  private void definitions() {
    if (skipped("CRDs", "customresourcedefinitions.apiextensions.k8s.io")) {
      return;
    }
    facts
        .definitions()
        .forEach((name, lacks) -> {
          if (!lacks.isEmpty()) {
            checks.add(
                Check.failure(
                    "CRDs",
                    name + " lacks " + String.join(", ", lacks),
                    "kubectl apply --server-side -f charts/region-bridge/crds"));
          }
        });
    if (facts.definitions().values().stream().allMatch(List::isEmpty)) {
      checks.add(
          Check.ok(
              "CRDs", facts.definitions().size() + " are there and as this version needs them"));
    }
  }

  private void routers() {
    if (skipped("router nodes", "nodes")) {
      return;
    }
    String label =
        facts.routerLabel().contains("=") ? facts.routerLabel() : facts.routerLabel() + "=";
    if (facts.routers().isEmpty()) {
      checks.add(
          Check.failure(
              "router nodes",
              "none of %d nodes carries %s".formatted(facts.nodes(), facts.routerLabel()),
              "kubectl label node NODE " + label));
      return;
    }
    List<String> down =
        facts.routers().stream().filter(r -> !r.ready()).map(ClusterFacts.Router::name).toList();
    int up = facts.routers().size() - down.size();
    if (up == 0) {
      checks.add(
          Check.failure(
              "router nodes", "none is Ready: " + String.join(", ", down), describe(down)));
    } else if (!down.isEmpty()) {
      checks.add(
          Check.warning("router nodes", "not Ready: " + String.join(", ", down), describe(down)));
    } else if (up == 1) {
      checks.add(
          Check.warning(
              "router nodes",
              "only %s; when it dies, so do all ways to other regions"
                  .formatted(facts.routers().getFirst().name()),
              "kubectl label node ANOTHER " + label));
    } else {
      checks.add(Check.ok("router nodes", up + " are Ready"));
    }
  }

  private static String describe(List<String> nodes) {
    return "kubectl describe node " + nodes.getFirst();
  }

  private void coreDns() {
    if (skipped("CoreDNS", "configmaps " + ClusterWatcher.COREDNS)) {
      return;
    }
    switch (CoreDnsKind.of(view())) {
      case CoreDnsKind.Unknown() ->
          checks.add(
              Check.warning(
                  "CoreDNS",
                  "kube-system has no ConfigMap coredns or rke2-coredns-rke2-coredns",
                  "forward the regions' domains to the router nodes' port 1053 by hand"));
      case CoreDnsKind.Imported _ ->
          forwarded(
              "coredns-custom",
              Optional.ofNullable(data(ClusterWatcher.COREDNS_CUSTOM).get(CoreDnsPlan.KEY)));
      case CoreDnsKind.Corefile(int _, ConfigMapFacts map) -> {
        Matcher block = OUR_BLOCK.matcher(map.data().getOrDefault(CoreDnsKind.COREFILE, ""));
        forwarded("the Corefile", block.find() ? Optional.of(block.group()) : Optional.empty());
      }
      case CoreDnsKind.HelmValues _ ->
          forwarded(
              "the Corefile of RKE2",
              Optional.ofNullable(data(ClusterWatcher.RKE2_COREDNS).get(CoreDnsKind.COREFILE))
                  .filter(file -> file.contains("region-bridge") || file.contains(":1053")));
    }
  }

  /** Whether our block is there and leads to nodes that live. */
  private void forwarded(String where, Optional<String> block) {
    if (block.isEmpty()) {
      checks.add(
          Check.failure(
              "CoreDNS",
              where + " forwards no region's domain",
              "kubectl get routernodes; the active bridge writes it: see its log, and RBAC above"));
      return;
    }
    Set<String> upstreams = new TreeSet<>();
    Matcher forward = FORWARD.matcher(block.get());
    while (forward.find()) {
      upstreams.addAll(List.of(forward.group(1).strip().split("\\s+")));
    }
    Set<String> live =
        facts.routers().stream()
            .filter(ClusterFacts.Router::ready)
            .flatMap(router -> router.addresses().stream())
            .collect(Collectors.toSet());
    List<String> dead = upstreams.stream().filter(u -> !live.contains(host(u))).toList();
    if (dead.size() == upstreams.size()) {
      checks.add(
          Check.failure(
              "CoreDNS",
              "%s forwards to no live router node: %s".formatted(where, String.join(", ", dead)),
              "kubectl get routernodes; the active bridge corrects it within seconds: is one up?"));
    } else if (!dead.isEmpty()) {
      checks.add(
          Check.warning(
              "CoreDNS",
              "%s also forwards to %s, no live router node"
                  .formatted(where, String.join(", ", dead)),
              "mend or unlabel that node; queries go to the others meanwhile"));
    } else {
      checks.add(
          Check.ok("CoreDNS", "%s forwards to %s".formatted(where, String.join(", ", upstreams))));
    }
  }

  private static String host(String socket) {
    int colon = socket.lastIndexOf(':');
    String host = colon < 0 ? socket : socket.substring(0, colon);
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private void nodeLocalDns() {
    Map<String, String> cache = data(ClusterWatcher.NODE_LOCAL_DNS);
    if (!cache.isEmpty()) {
      checks.add(
          Check.warning(
              "NodeLocal DNS",
              "NodeLocal DNSCache answers pods before CoreDNS does; it may not know the regions",
              "kubectl -n kube-system edit configmap node-local-dns: forward the regions' domains"
                  + " to CoreDNS's own Service there"));
    }
  }

  private void cilium() {
    if (skipped("Cilium", "configmaps " + ClusterWatcher.CILIUM_CONFIG)) {
      return;
    }
    Map<String, String> config = data(ClusterWatcher.CILIUM_CONFIG);
    if (config.isEmpty()) {
      checks.add(
          Check.skipped("Cilium", "it is not installed; pods' traffic needs routes of its own"));
      return;
    }
    List<String> off = new ArrayList<>();
    if (!on(config, "enable-egress-gateway") && !on(config, "enable-ipv4-egress-gateway")) {
      off.add("egressGateway.enabled=true");
    }
    if (!on(config, "enable-bpf-masquerade")) {
      off.add("bpf.masquerade=true");
    }
    if (!Set.of("true", "strict").contains(config.getOrDefault("kube-proxy-replacement", ""))) {
      off.add("kubeProxyReplacement=true");
    }
    if (!config.getOrDefault("identity-allocation-mode", "crd").equals("crd")) {
      off.add("identityAllocationMode=crd");
    }
    if (on(config, "enable-cilium-endpoint-slice")) {
      off.add("ciliumEndpointSlice.enabled=false");
    }
    if (off.isEmpty()) {
      checks.add(Check.ok("Cilium", "its egress gateway is on"));
    } else {
      checks.add(
          Check.failure(
              "Cilium",
              "its egress gateway does not work with these settings; names do, traffic does not",
              "helm -n kube-system upgrade cilium cilium/cilium --reuse-values --set "
                  + String.join(",", off)
                  + " && kubectl -n kube-system rollout restart daemonset/cilium"));
    }
  }

  private static boolean on(Map<String, String> config, String key) {
    return config.getOrDefault(key, "").equals("true");
  }

  private void lease() {
    if (skipped("active gateway", "leases.coordination.k8s.io")) {
      return;
    }
    String remedy = "kubectl -n NAMESPACE logs -l app.kubernetes.io/name=region-bridge --prefix";
    Optional<ClusterFacts.Lease> lease = facts.lease();
    if (lease.isEmpty() || lease.get().holder().isEmpty()) {
      checks.add(
          Check.failure("active gateway", "no bridge holds the Lease region-bridge", remedy));
      return;
    }
    String holder = lease.get().holder();
    boolean live = facts.routers().stream().anyMatch(r -> r.name().equals(holder) && r.ready());
    Instant ends =
        lease.get().renewed().map(at -> at.plus(lease.get().lasts())).orElse(Instant.EPOCH);
    if (ends.isBefore(facts.time())) {
      checks.add(
          Check.failure(
              "active gateway",
              "%s has not renewed the Lease for %d s"
                  .formatted(
                      holder,
                      Duration.between(lease.get().renewed().orElse(facts.time()), facts.time())
                          .toSeconds()),
              remedy));
    } else if (!live && !facts.unreadable().containsKey("nodes")) {
      checks.add(
          Check.warning(
              "active gateway",
              holder + " holds the Lease, but is no router node that is Ready",
              "kubectl describe node " + holder));
    } else {
      checks.add(Check.ok("active gateway", holder + " holds the Lease"));
    }
  }

  private void versions() {
    if (skipped("bridges", "pods")) {
      return;
    }
    if (facts.bridges().isEmpty()) {
      checks.add(Check.failure("bridges", "none runs in this namespace", CHART + "; or give -n"));
      return;
    }
    Set<String> versions =
        facts.bridges().stream()
            .map(ClusterFacts.BridgePod::version)
            .collect(Collectors.toCollection(TreeSet::new));
    List<String> notReady =
        facts.bridges().stream()
            .filter(pod -> !pod.ready())
            .map(ClusterFacts.BridgePod::name)
            .toList();
    if (!notReady.isEmpty()) {
      checks.add(
          Check.failure(
              "bridges",
              "not ready: " + String.join(", ", notReady),
              "kubectl logs " + notReady.getFirst() + "; region-bridge status --pod …"));
    } else if (versions.size() > 1) {
      checks.add(
          Check.warning(
              "bridges",
              "several versions run: " + String.join(", ", versions),
              "kubectl rollout status daemonset/region-bridge"));
    } else {
      checks.add(
          Check.ok(
              "bridges",
              "%d ready, version %s"
                  .formatted(facts.bridges().size(), versions.iterator().next())));
    }
  }

  /** Says so, if something that a check needs could not be read. */
  private boolean skipped(String name, String resource) {
    String why = facts.unreadable().get(resource);
    if (why != null) {
      checks.add(Check.skipped(name, "cannot read " + resource + ": " + why));
    }
    return why != null;
  }

  private Map<String, String> data(String configMap) {
    return facts.configMaps().getOrDefault(configMap, Map.of());
  }

  private ClusterView view() {
    Map<String, ConfigMapFacts> maps = new HashMap<>();
    facts.configMaps().forEach((name, data) -> maps.put(name, new ConfigMapFacts(name, "", data)));
    return new ClusterView(List.of(), List.of(), List.of(), maps, List.of(), List.of(), Map.of());
  }
}
