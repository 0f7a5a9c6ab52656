package io.regionbridge.router.coredns;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.Parsed;
import io.regionbridge.router.net.ReverseDomains;
import io.regionbridge.router.net.SocketLiteral;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The zones that server blocks of others have. CoreDNS refuses a configuration in which a zone
 * stands twice, all of it, and does not come up with it: such a zone is left to those who have it,
 * and so is one that they may have. Pure.
 *
 * @param places where each zone stands
 * @param unreadable keys and imports that cannot be read, with where they stand
 * @param problem why CoreDNS loads nothing of it, the bridge's blocks or not
 */
public record ForeignZones(
    Map<Zone, Place> places, List<Unreadable> unreadable, Optional<String> problem) {
  private static final String DIRECTORY = "/etc/coredns/";
  private static final String CUSTOM = "custom";

  public ForeignZones {
    places = Map.copyOf(places);
    unreadable = List.copyOf(unreadable);
  }

  /** Where a zone stands, and the addresses that its block forwards to. */
  record Place(String words, Set<InetAddress> forwardsTo) {
    Place {
      forwardsTo = Set.copyOf(forwardsTo);
    }
  }

  /** A key that may be any zone of this likeness; empty: any zone. */
  record Unreadable(String text, String place, Optional<Zone.Likeness> likeness) {
    boolean mayBe(Zone zone) {
      return likeness.map(l -> l.mayBe(zone)).orElse(true);
    }
  }

  /** Reads the zones of a cluster. */
  public static ForeignZones of(ClusterView view) {
    Reader reader = new Reader(view);
    switch (CoreDnsKind.of(view)) {
      case CoreDnsKind.Imported _, CoreDnsKind.Corefile _ ->
          reader.readCorefile(ClusterWatcher.COREDNS);
      case CoreDnsKind.HelmValues _ -> reader.readCorefile(ClusterWatcher.RKE2_COREDNS);
      case CoreDnsKind.Unknown _ -> {}
    }
    return new ForeignZones(reader.places, reader.unreadable, reader.problem);
  }

  /**
   * The domains among them that are not forwarded to one of these bridges: in lower case, without a
   * final dot, without the root. A block that somebody wrote for the bridge takes nothing from it.
   */
  public Set<String> domains(Set<InetAddress> bridges) {
    return places.entrySet().stream()
        .filter(place -> Collections.disjoint(place.getValue().forwardsTo(), bridges))
        .map(place -> place.getKey().name())
        .filter(name -> !name.equals(".") && !name.endsWith(ReverseDomains.SUFFIX))
        .collect(Collectors.toSet());
  }

  /** Where a zone stands or may stand, in words; empty: nowhere. */
  Optional<String> where(Zone zone) {
    return Optional.ofNullable(places.get(zone))
        .map(Place::words)
        .or(() ->
            unreadable.stream()
                .filter(text -> text.mayBe(zone))
                .map(text -> "%s, maybe, as %s".formatted(text.place(), text.text()))
                .findFirst());
  }

  /** Follows imports as far as ConfigMaps show what is imported. */
  private static final class Reader {
    private final ClusterView view;
    private final Map<Zone, Place> places = new HashMap<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private Optional<String> problem = Optional.empty();

    Reader(ClusterView view) {
      this.view = view;
    }

    void readCorefile(String map) {
      String text = CorefileEditor.without(data(map).getOrDefault(CoreDnsKind.COREFILE, ""));
      Corefile corefile = add("the Corefile", text);
      for (String pattern : corefile.imports()) {
        String path =
            pattern.startsWith(DIRECTORY) ? pattern.substring(DIRECTORY.length()) : pattern;
        int slash = pattern.lastIndexOf('/');
        // Wherever it is mounted: /etc/coredns/custom in k3s and AKS.
        boolean custom = slash > 0 && pattern.substring(0, slash).endsWith(CUSTOM);
        String name = custom ? pattern.substring(slash + 1) : path;
        List<Map.Entry<String, String>> files =
            data(custom ? ClusterWatcher.COREDNS_CUSTOM : map).entrySet().stream()
                .filter(file -> matches(name, file.getKey()))
                .filter(file -> !file.getKey().equals(CoreDnsPlan.KEY))
                .sorted(Map.Entry.comparingByKey())
                .toList();
        // The file of a pattern that matches nothing is not there; another's place is not known.
        if (files.isEmpty() && !(custom && name.indexOf('*') >= 0)) {
          unreadable.add(new Unreadable("import " + pattern, "the Corefile", Optional.empty()));
        }
        for (Map.Entry<String, String> file : files) {
          String place =
              custom ? "key " + file.getKey() + " of coredns-custom" : "key " + file.getKey();
          add(place, file.getValue())
              .imports()
              .forEach(inner ->
                  unreadable.add(new Unreadable("import " + inner, place, Optional.empty())));
        }
      }
    }

    private Corefile add(String place, String text) {
      Corefile corefile = Corefile.parse(text);
      corefile.problem().ifPresent(why -> setProblem(place, why));
      for (ServerBlock block : corefile.blocks()) {
        for (String key : block.keys()) {
          switch (Zone.read(key)) {
            case Zone.Read.Zones(List<Zone> zones) ->
                zones.forEach(
                    zone -> places.putIfAbsent(zone, new Place(place, forwardsTo(block))));
            case Zone.Read.Unreadable(String name, Zone.Likeness likeness) ->
                unreadable.add(new Unreadable(name, place, Optional.of(likeness)));
            case Zone.Read.Refused(String why) -> setProblem(place, why);
          }
        }
      }
      return corefile;
    }

    private static Set<InetAddress> forwardsTo(ServerBlock block) {
      return block.forwards().stream()
          .flatMap(List::stream)
          .map(to -> to.substring(to.indexOf("://") < 0 ? 0 : to.indexOf("://") + "://".length()))
          .flatMap(to ->
              SocketLiteral.parse(to, OwnNames.DNS_PORT)
                      instanceof Parsed.Valid<InetSocketAddress>(InetSocketAddress address)
                  ? Stream.of(address.getAddress())
                  : IpLiteral.parse(to).stream())
          .collect(Collectors.toSet());
    }

    private void setProblem(String place, String why) {
      problem = problem.or(() -> Optional.of(place + ": " + why));
    }

    private Map<String, String> data(String map) {
      return Optional.ofNullable(view.configMaps().get(map))
          .map(ConfigMapFacts::data)
          .orElse(Map.of());
    }

    /** One star at most, as CoreDNS has it; no variable matches anything. */
    private static boolean matches(String pattern, String name) {
      String[] parts = pattern.split("\\*", -1);
      return name.matches(String.join("[^/]*", Stream.of(parts).map(Pattern::quote).toList()));
    }
  }
}
