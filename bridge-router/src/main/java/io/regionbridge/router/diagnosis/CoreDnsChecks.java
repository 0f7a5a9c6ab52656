package io.regionbridge.router.diagnosis;

import io.regionbridge.router.coredns.CoreDnsKind;
import io.regionbridge.router.coredns.CoreDnsPlan;
import io.regionbridge.router.coredns.Corefile;
import io.regionbridge.router.coredns.NodeLocalDns;
import io.regionbridge.router.coredns.ServerBlock;
import io.regionbridge.router.coredns.Zone;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether pods' questions come to the bridges, and will after the next change too. Pure. */
final class CoreDnsChecks {
  /** More than these, CoreDNS takes no configuration. */
  private static final int MOST_UPSTREAMS = 15;

  private static final String SERVER = ".server";
  private static final String ANY_REGION = "region.internal";
  private static final String RESTART = "kubectl -n kube-system rollout restart deployment/coredns";

  private final ClusterFacts facts;
  private final CoreDnsKind kind;
  private final List<Check> checks = new ArrayList<>();

  private CoreDnsChecks(ClusterFacts facts) {
    this.facts = facts;
    Map<String, ConfigMapFacts> maps = new HashMap<>();
    facts.configMaps().forEach((name, data) -> maps.put(name, new ConfigMapFacts(name, "", data)));
    this.kind = CoreDnsKind.of(ClusterView.ofConfigMaps(maps));
  }

  static List<Check> of(ClusterFacts facts) {
    CoreDnsChecks made = new CoreDnsChecks(facts);
    facts
        .skipped("CoreDNS", "configmaps " + ClusterWatcher.COREDNS)
        .ifPresentOrElse(made.checks::add, made::checkAll);
    return made.checks;
  }

  private void checkAll() {
    switch (kind) {
      case CoreDnsKind.Unknown() -> {
        checks.add(
            Check.warning(
                "CoreDNS",
                "kube-system has no ConfigMap coredns or rke2-coredns-rke2-coredns",
                "forward the regions' domains to the router nodes' port 1053 by hand"));
        return;
      }
      case CoreDnsKind.Imported _ ->
          checkForwarding(
              "coredns-custom", ours(), "the active bridge writes it: see its log, and RBAC");
      case CoreDnsKind.Corefile _ -> {
        checkForwarding(
            "the Corefile", ours(), "the active bridge writes it: see its log, and RBAC");
        checkImports();
      }
      case CoreDnsKind.HelmValues _ ->
          checkForwarding(
              "the Corefile of RKE2",
              ours(),
              "kubectl -n kube-system get helmchartconfig rke2-coredns -o yaml; kubectl -n"
                  + " kube-system logs job/helm-install-rke2-coredns");
    }
    checkLoadable();
    checkReload();
    checkNodeLocal();
  }

  private String corefile() {
    String map =
        kind instanceof CoreDnsKind.HelmValues
            ? ClusterWatcher.RKE2_COREDNS
            : ClusterWatcher.COREDNS;
    return facts.configMap(map).getOrDefault(CoreDnsKind.COREFILE, "");
  }

  /** What the bridge had written: the blocks that say so themselves. */
  private List<ServerBlock> ours() {
    return switch (kind) {
      case CoreDnsKind.Imported _ ->
          blocks(facts.configMap(ClusterWatcher.COREDNS_CUSTOM).getOrDefault(CoreDnsPlan.KEY, ""));
      case CoreDnsKind.Corefile _, CoreDnsKind.HelmValues _ ->
          blocks(corefile()).stream().filter(ServerBlock::ours).toList();
      case CoreDnsKind.Unknown _ -> List.of();
    };
  }

  private static List<ServerBlock> blocks(String text) {
    return Corefile.parse(text).blocks();
  }

  /** Every text that CoreDNS reads, by where it stands. */
  private Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    texts.put("the Corefile", corefile());
    if (kind instanceof CoreDnsKind.Imported) {
      facts
          .configMap(ClusterWatcher.COREDNS_CUSTOM)
          .forEach((key, text) -> texts.put("key %s of coredns-custom".formatted(key), text));
    }
    return texts;
  }

  /** Whether our blocks are there and lead to nodes that live. */
  private void checkForwarding(String where, List<ServerBlock> blocks, String remedy) {
    Set<String> upstreams =
        blocks.stream()
            .flatMap(block -> block.forwards().stream())
            .flatMap(List::stream)
            .collect(Collectors.toCollection(TreeSet::new));
    if (upstreams.isEmpty()) {
      checks.add(
          Check.failure(
              "CoreDNS",
              where + " forwards no region's domain",
              "kubectl get routernodes; " + remedy));
      return;
    }
    Set<String> live =
        Stream.concat(
                facts.routers().stream()
                    .filter(ClusterFacts.Router::ready)
                    .flatMap(router -> router.addresses().stream()),
                facts.services().stream())
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

  /** Where coredns-custom is not read, what stands there does nothing; k3s reads nothing else. */
  private void checkImports() {
    if (facts.configMap(ClusterWatcher.COREDNS_CUSTOM).containsKey(CoreDnsPlan.KEY)) {
      checks.add(
          Check.warning(
              "CoreDNS imports",
              "coredns-custom has a key %s that the Corefile does not import"
                  .formatted(CoreDnsPlan.KEY),
              "kubectl -n kube-system edit configmap coredns: import /etc/coredns/custom/*.server"
                  + " below the last block; or remove the key"));
    }
    if (facts.version().contains("+k3s")) {
      checks.add(
          Check.warning(
              "CoreDNS imports",
              "k3s writes the Corefile anew at each start, and this one imports no"
                  + " /etc/coredns/custom/*.server: what the bridge wrote into it goes then",
              "update k3s, or let it have its own manifest of CoreDNS back"));
    }
  }

  /** What makes CoreDNS refuse a configuration, all of it; at a restart it does not come up. */
  private void checkLoadable() {
    Map<String, List<String>> servedBy = new TreeMap<>();
    for (Map.Entry<String, String> text : texts().entrySet()) {
      if (text.getKey().startsWith("key ") && !text.getKey().contains(SERVER + " ")) {
        continue; // what is imported into a block, or a file that is only there
      }
      Corefile corefile = Corefile.parse(text.getValue());
      corefile.problem().ifPresent(problem -> addUnloadable(text.getKey() + ", " + problem));
      for (ServerBlock block : corefile.blocks()) {
        block.keyProblems().forEach(problem -> addUnloadable(text.getKey() + ": " + problem));
        block
            .zones()
            .forEach(zone ->
                servedBy
                    .computeIfAbsent(zone.toString(), _ -> new ArrayList<>())
                    .add(text.getKey()));
        for (List<String> upstreams : block.forwards()) {
          if (upstreams.size() > MOST_UPSTREAMS) {
            checks.add(
                Check.failure(
                    "CoreDNS limits",
                    "%s forwards %s to %d addresses; CoreDNS takes %d and refuses the whole"
                            .formatted(
                                text.getKey(),
                                String.join(" ", block.keys()),
                                upstreams.size(),
                                MOST_UPSTREAMS)
                        + " configuration",
                    "take some out of there"));
          }
        }
      }
    }
    servedBy.forEach((zone, places) -> {
      if (places.size() > 1) {
        checks.add(
            Check.failure(
                "CoreDNS zones",
                "%s stands in two blocks (%s): CoreDNS loads neither, nor anything else, and does"
                        .formatted(zone, String.join(", ", places))
                    + " not come up after a restart",
                "remove the one that is not region-bridge's"));
      }
    });
  }

  private void addUnloadable(String what) {
    checks.add(
        Check.failure(
            "CoreDNS configuration",
            what + ": CoreDNS loads none of it, and does not come up after a restart",
            "kubectl -n kube-system edit configmap coredns, or the one that is named"));
  }

  private void checkReload() {
    boolean reloads =
        texts().values().stream()
            .anyMatch(text ->
                blocks(text).stream().anyMatch(block -> block.has("reload"))
                    || text.lines().anyMatch(line -> line.strip().startsWith("reload")));
    if (!reloads) {
      checks.add(
          Check.warning(
              "CoreDNS reload",
              "CoreDNS has no plugin reload: it takes over what the bridge writes at a restart"
                  + " only",
              "kubectl -n kube-system edit configmap coredns: reload in the block of .:53; then "
                  + RESTART));
    }
  }

  /** Fine if it asks CoreDNS for everything, or has the domains itself. */
  private void checkNodeLocal() {
    ClusterWatcher.NODE_LOCAL_DNS.stream()
        .filter(name -> !facts.configMap(name).isEmpty())
        .findFirst()
        .ifPresent(this::checkNodeLocal);
  }

  private void checkNodeLocal(String name) {
    String corefile = facts.configMap(name).getOrDefault(CoreDnsKind.COREFILE, "");
    List<String> zones =
        ours().stream().flatMap(block -> block.zones().stream()).map(Zone::name).toList();
    List<String> unknown = NodeLocalDns.unknown(corefile, zones);
    // Where nothing is forwarded yet, any name of a region stands for all of them.
    if (zones.isEmpty()
        ? NodeLocalDns.unknown(corefile, List.of(ANY_REGION)).isEmpty()
        : unknown.isEmpty()) {
      checks.add(Check.ok("NodeLocal DNS", "NodeLocal DNSCache knows the regions' domains"));
    } else {
      checks.add(
          Check.warning(
              "NodeLocal DNS",
              "NodeLocal DNSCache answers pods before CoreDNS does; it does not know %s"
                  .formatted(unknown.isEmpty() ? "the regions" : String.join(", ", unknown)),
              "kubectl -n kube-system edit configmap %s: forward the regions' domains to"
                      .formatted(name)
                  + " __PILLAR__CLUSTER__DNS__, or to the cluster's DNS address, there"));
    }
  }
}
