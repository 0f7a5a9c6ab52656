package io.regionbridge.api.reports;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.status.NamesReport;
import io.regionbridge.api.status.NamesReport.Entry;
import io.regionbridge.api.text.Suggestion;
import io.regionbridge.api.zones.AllNamesCompiler;
import io.regionbridge.api.zones.CompiledZones;
import io.regionbridge.api.zones.ImportedZoneCompiler;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceRegions;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.topology.PeerRegion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Lists the names that can be asked for: local ones, and those of the replicas of peers'
 * directories.
 */
final class NameReports {
  /** A name of so many letters more or less is another one. */
  private static final int MOST_LETTERS = 8;

  private static final int MOST_COMPARED = 2000;

  private static final Comparator<Entry> ORDER =
      Comparator.comparing(Entry::region)
          .thenComparing(Entry::namespace)
          .thenComparing(Entry::service);

  private final NamesQuestion question;
  private final List<Entry> entries = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  private NameReports(NamesQuestion question) {
    this.question = question;
  }

  /** The names that somebody wants to see. */
  static NamesReport of(BridgeState bridge, NamesQuestion question) {
    NameReports reports = all(bridge, question);
    reports.entries.sort(ORDER);
    int shown = Math.min(question.limit(), reports.entries.size());
    return new NamesReport(
        bridge.config().get(ConfigKeys.REGION_NAME),
        List.copyOf(reports.entries.subList(0, shown)),
        reports.entries.size(),
        reports.unknown);
  }

  private static NameReports all(BridgeState bridge, NamesQuestion question) {
    NameReports reports = new NameReports(question);
    String local = bridge.config().get(ConfigKeys.REGION_NAME);
    String domain = bridge.config().get(ConfigKeys.REGION_DOMAIN).toString();
    if (reports.wants(local)) {
      bridge.zones().ifPresent(zones -> reports.addLocal(local, domain, bridge.directory(), zones));
    }
    reports.addEverywhere(bridge);
    for (PeerRegion peer : bridge.topology().peers()) {
      if (reports.wants(peer.name())) {
        reports.addPeer(peer, Optional.ofNullable(bridge.replicas().get(peer.name())));
      }
    }
    return reports;
  }

  /**
   * The Service name nearest to one that does not exist.
   *
   * @param zone without the final dot, as is the name; empty: the region's domain is missing
   */
  static Optional<String> nearest(BridgeState bridge, String zone, String name) {
    if (zone.isEmpty()) {
      return withDomain(bridge, name);
    }
    String everywhere = isEverywhere(bridge.config(), zone) ? zone : "";
    NamesQuestion inZone = new NamesQuestion(everywhere, "", ".svc." + zone, Integer.MAX_VALUE);
    List<String> names =
        all(bridge, inZone).entries.stream()
            .filter(entry -> !entry.gives().equals("nothing"))
            .map(Entry::name)
            .filter(other -> Math.abs(other.length() - name.length()) <= MOST_LETTERS)
            .limit(MOST_COMPARED)
            .toList();
    return Suggestion.nearest(name, names);
  }

  /** Whether the names of a domain are those of Services of all regions. */
  private static boolean isEverywhere(BridgeConfig config, String domain) {
    return isAllNames(config, domain) || isImports(config, domain);
  }

  private static boolean isAllNames(BridgeConfig config, String domain) {
    return config
        .get(ConfigKeys.ALL_NAMES_DOMAIN)
        .map(Object::toString)
        .filter(domain::equalsIgnoreCase)
        .isPresent();
  }

  private static boolean isImports(BridgeConfig config, String domain) {
    return config.get(ConfigKeys.MULTICLUSTER_ENABLED)
        && config.get(ConfigKeys.MULTICLUSTER_DOMAIN).equalsIgnoreCase(domain);
  }

  /** The Service that is called so in its region, this region's own before those of others. */
  private static Optional<String> withDomain(BridgeState bridge, String name) {
    String begin = name + ".";
    return all(bridge, new NamesQuestion("", "", begin, Integer.MAX_VALUE)).entries.stream()
        .filter(entry -> !entry.gives().equals("nothing"))
        .map(Entry::name)
        .filter(other -> other.startsWith(begin))
        .findFirst();
  }

  private boolean wants(String region) {
    return question.region().isEmpty() || question.region().equals(region);
  }

  private void addLocal(String region, String domain, Directory directory, CompiledZones zones) {
    PeerRule rule = zones.peers();
    directory.forEach(service -> {
      DirectoryService given = rule.given(service);
      if (given == null) {
        add(region, domain, service, "nothing", rule.refusal(service).stream().toList());
        return;
      }
      List<String> why = new ArrayList<>();
      List<String> remapped = service.remappedPorts();
      if (!remapped.isEmpty()) {
        why.add("its pods listen on other ports: " + text(remapped));
      }
      List<IpAddress> withheld = zones.withheld().getOrDefault(service.key(), List.of());
      if (!withheld.isEmpty()) {
        why.add("left out, outside the region's ranges: " + text(withheld));
      }
      add(region, domain, service, gives(given), why);
    });
  }

  /** Names over all regions: only if they are asked for, since they are the others once more. */
  private void addEverywhere(BridgeState bridge) {
    String domain = question.region();
    BridgeConfig config = bridge.config();
    List<RegionServices> regions = bridge.regions();
    if (isAllNames(config, domain)) {
      for (ServiceKey key : keys(regions)) {
        addEverywhere(
            domain, ServiceRegions.having(key, regions), AllNamesCompiler.answering(key, regions));
      }
    } else if (isImports(config, domain)) {
      for (ServiceKey key : keys(regions)) {
        addEverywhere(
            domain,
            ServiceRegions.exporting(key, regions),
            ImportedZoneCompiler.answering(key, regions));
      }
    }
  }

  private static Set<ServiceKey> keys(List<RegionServices> regions) {
    Set<ServiceKey> keys = new HashSet<>();
    regions.forEach(region -> region.services().forEach(service -> keys.add(service.key())));
    return keys;
  }

  private void addEverywhere(String domain, ServiceRegions having, List<String> answering) {
    Optional<DirectoryService> decisive = having.decisive().map(ServiceRegions.Part::service);
    if (decisive.isEmpty()) {
      return;
    }
    ServiceFacts facts = decisive.get().facts();
    int endpoints =
        having.parts().stream()
            .filter(part -> answering.contains(part.region().region()))
            .mapToInt(part -> having.answering(part).size())
            .sum();
    String external = facts.externalName();
    String why = external == null ? "no region has an endpoint" : "it stands for " + external;
    enter(
        domain,
        domain,
        facts,
        endpoints,
        gives(decisive.get()),
        answering.isEmpty() ? why : "answered by " + String.join(", ", answering));
  }

  private static String text(List<?> values) {
    return values.stream().map(Objects::toString).collect(Collectors.joining(", "));
  }

  private void addPeer(PeerRegion peer, Optional<FollowerState> state) {
    if (state.isEmpty() || state.get().replica().isEmpty()) {
      String why = state.map(FollowerState::why).orElse("its directory is not followed");
      unknown.add(peer.name() + ": " + why);
      return;
    }
    boolean current = state.get().standing() == FollowerState.Standing.CURRENT;
    List<String> why = current ? List.of() : List.of("as last known");
    Directory directory = state.get().replica().get().directory();
    directory.forEach(service -> add(peer.name(), peer.domain(), service, gives(service), why));
  }

  private static String gives(DirectoryService given) {
    if (given.facts().externalName() != null) {
      return "alias";
    }
    return given.facts().clusterIps().isEmpty() ? "pods" : "cluster-ip";
  }

  private void add(
      String region, String domain, DirectoryService service, String gives, List<String> why) {
    ServiceFacts facts = service.facts();
    List<String> all = new ArrayList<>(why);
    String external = facts.externalName();
    if (external != null) {
      all.addFirst("it stands for " + external);
    } else if (service.endpoints().isEmpty() && !gives.equals("nothing")) {
      all.addFirst("it has no endpoint that is ready");
    }
    enter(region, domain, facts, service.endpoints().size(), gives, String.join("; ", all));
  }

  /** If it is one of those that somebody wants to see. */
  private void enter(
      String region, String domain, ServiceFacts facts, int endpoints, String gives, String why) {
    ServiceKey key = facts.key();
    String name = "%s.%s.svc.%s".formatted(key.name(), key.namespace(), domain);
    boolean inNamespace =
        question.namespace().isEmpty() || question.namespace().equals(key.namespace());
    if (inNamespace && name.contains(question.match().toLowerCase(Locale.ROOT))) {
      entries.add(
          new Entry(region, name, key.namespace(), key.name(), type(facts), endpoints, gives, why));
    }
  }

  private static String type(ServiceFacts facts) {
    if (facts.externalName() != null) {
      return "ExternalName";
    }
    return facts.isClusterIp() ? "ClusterIP" : "Headless";
  }
}
