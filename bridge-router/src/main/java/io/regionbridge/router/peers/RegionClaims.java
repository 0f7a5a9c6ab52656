package io.regionbridge.router.peers;

import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.RegionSpec;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.Parsed;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.CidrMerge;
import io.regionbridge.router.topology.Identity;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Refusal;
import io.regionbridge.router.topology.TunnelEnd;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads claims out of objects: of the local API server and of peers' ones. Pure. */
public final class RegionClaims {
  private static final int MOST_ALIASES = 64;

  /** One more than the border takes, so that it says that there are too many. */
  private static final int MOST_ALIASED = 65;

  private static final int MOST_PORT = 65_535;
  private static final int MOST_PROBLEMS = 16;
  private static final int LONGEST_SHOWN = 260;

  private RegionClaims() {}

  /** A claim, and one sentence for each part of the object that is invalid and left out. */
  public record Reading(PeerClaim claim, List<String> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /** What a Region object claims. */
  public static Reading of(RegionFacts region) {
    RegionSpec spec = region.spec();
    List<String> problems = new ArrayList<>();
    AliasRanges aliases = aliases(spec.aliasRanges(), problems);
    PeerClaim claim =
        new PeerClaim(
            PeerSource.REGION_OBJECT,
            region.name(),
            domain(spec.domain(), "spec.domain", problems),
            known(aliases, cidrs(spec.podCidrs(), "spec.podCIDRs", problems)),
            known(aliases, cidrs(spec.serviceCidrs(), "spec.serviceCIDRs", problems)),
            gateways(spec.gateways(), problems),
            Optional.ofNullable(spec.contain()),
            tunnels(spec.wireguard(), problems),
            Identity.declared(keys(spec)),
            region.created());
    return new Reading(claim, problems);
  }

  /**
   * The claims of a peer's API server, one for each RouterNode object, and what is refused of them.
   */
  public record PeerReading(List<PeerClaim> claims, List<Refusal> refusals) {
    /** Nothing is claimed. */
    public static final PeerReading NONE = new PeerReading(List.of(), List.of());

    public PeerReading {
      claims = List.copyOf(claims);
      refusals = List.copyOf(refusals);
    }
  }

  /**
   * The claims of a peer's RouterNode objects.
   *
   * @param name what the peer is called here
   */
  public static PeerReading of(String name, List<RouterNodeFacts> nodes) {
    // A node that died as the active gateway says so for ever.
    Optional<String> active =
        nodes.stream()
            .filter(node -> "Active".equals(node.role()))
            .max(
                Comparator.comparingInt(RouterNodeFacts::transitions)
                    .thenComparing(RouterNodeFacts::name))
            .map(RouterNodeFacts::name);
    List<PeerClaim> claims = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    for (RouterNodeFacts node : nodes) {
      List<String> problems = new ArrayList<>();
      claims.add(claim(name, node, active.equals(Optional.of(node.name())), problems));
      problems.stream()
          .limit(MOST_PROBLEMS)
          .forEach(problem ->
              refusals.add(
                  new Refusal(
                      name,
                      PeerSource.PEER_API_SERVER,
                      Refusal.Field.ALL,
                      "RouterNode %s: %s".formatted(node.name(), problem))));
    }
    return new PeerReading(claims, refusals);
  }

  private static PeerClaim claim(
      String name, RouterNodeFacts node, boolean active, List<String> problems) {
    RouterNodeSpec spec = node.spec();
    Optional<String> key = Optional.ofNullable(spec.publicKey());
    boolean isKey = key.isEmpty() || PublicKey.parse(key.get()).isPresent();
    if (!isKey) {
      problems.add("spec.publicKey: not a WireGuard key");
    }
    AliasRanges aliases = aliases(spec.aliasRanges(), problems);
    return new PeerClaim(
        PeerSource.PEER_API_SERVER,
        name,
        domain(spec.domain(), "spec.domain", problems),
        known(aliases, cidrs(spec.podCidrs(), "spec.podCIDRs", problems)),
        known(aliases, cidrs(spec.serviceCidrs(), "spec.serviceCIDRs", problems)),
        gateway(node, problems).stream().toList(),
        Optional.empty(),
        TunnelEnd.of(node).map(end -> end.active(active)).stream().toList(),
        Identity.declared(key.filter(_ -> isKey).map(Set::of).orElse(Set.of())));
  }

  private static Optional<PeerRegion.Gateway> gateway(RouterNodeFacts node, List<String> problems) {
    String text = node.spec().overlayAddress();
    if (text == null) {
      return Optional.empty();
    }
    Optional<InetAddress> address = IpLiteral.parse(text);
    if (address.isEmpty()) {
      problems.add("spec.overlayAddress: %s is no IP address".formatted(shown(text)));
    }
    Integer port = node.spec().dnsPort();
    int at = port == null ? OwnNames.DNS_PORT : port;
    if (at < 1 || at > MOST_PORT) {
      problems.add("spec.dnsPort: %d is not within 1 to %d".formatted(at, MOST_PORT));
      return Optional.empty();
    }
    return address.map(
        a -> new PeerRegion.Gateway(new InetSocketAddress(a, at), Optional.of(node.name())));
  }

  private static Optional<RegionDomain> domain(
      @Nullable String text, String path, List<String> problems) {
    return text == null ? Optional.empty() : value(RegionDomain.parse(text), text, path, problems);
  }

  private static <T> Optional<T> value(
      Parsed<T> parsed, String text, String path, List<String> problems) {
    if (parsed instanceof Parsed.Invalid<T>(String reason, String advice)) {
      problems.add("%s: %s: %s; %s".formatted(path, shown(text), reason, advice));
    }
    return parsed.get();
  }

  /**
   * How others know the ranges. An alias that is not valid is refused by name, and the ranges stay
   * as they are.
   */
  private static AliasRanges aliases(
      @Nullable List<RegionSpec.Alias> entries, List<String> problems) {
    List<RegionSpec.Alias> all = entries == null ? List.of() : entries;
    AliasRanges aliases = AliasRanges.NONE;
    for (int i = 0; i < Math.min(MOST_ALIASES, all.size()); i++) {
      String path = "spec.aliasRanges[%d]".formatted(i);
      Optional<Cidr> range = cidr(all.get(i).range(), path + ".range", problems);
      Optional<Cidr> alias = cidr(all.get(i).alias(), path + ".alias", problems);
      if (range.isPresent() && alias.isPresent()) {
        try {
          List<AliasRange> more = new ArrayList<>(aliases.ranges());
          more.add(new AliasRange(range.get(), alias.get()));
          aliases = new AliasRanges(more);
        } catch (IllegalArgumentException e) {
          problems.add("%s: %s".formatted(path, e.getMessage()));
        }
      }
    }
    return aliases;
  }

  /** Merged, so that many ranges and aliases do not make many more of them. */
  private static List<Cidr> known(AliasRanges aliases, List<Cidr> own) {
    return aliases.isEmpty()
        ? own
        : aliases.known(CidrMerge.merge(own.subList(0, Math.min(MOST_ALIASED, own.size()))));
  }

  private static Set<String> keys(RegionSpec spec) {
    Set<String> keys = new LinkedHashSet<>();
    if (spec.overlayKeys() != null) {
      keys.addAll(spec.overlayKeys());
    }
    if (spec.wireguard() != null) {
      keys.add(spec.wireguard().publicKey());
    }
    return keys;
  }

  private static String shown(String text) {
    return text.substring(0, Math.min(LONGEST_SHOWN, text.length()));
  }

  private static List<Cidr> cidrs(
      @Nullable List<String> texts, String path, List<String> problems) {
    List<Cidr> cidrs = new ArrayList<>();
    List<String> all = texts == null ? List.of() : texts;
    for (int i = 0; i < all.size(); i++) {
      cidr(all.get(i), path + "[" + i + "]", problems).ifPresent(cidrs::add);
    }
    return cidrs;
  }

  private static Optional<Cidr> cidr(@Nullable String text, String path, List<String> problems) {
    String written = text == null ? "" : text;
    return value(Cidr.parse(written), written, path, problems);
  }

  private static List<TunnelEnd> tunnels(
      RegionSpec.@Nullable WireGuard wireguard, List<String> problems) {
    if (wireguard == null) {
      return List.of();
    }
    Optional<InetSocketAddress> endpoint =
        Optional.ofNullable(wireguard.endpoint())
            .flatMap(text ->
                value(
                    SocketLiteral.parse(text, TunnelEnd.WIREGUARD_PORT),
                    text,
                    "spec.wireguard.endpoint",
                    problems));
    if (PublicKey.parse(wireguard.publicKey()).isEmpty()) {
      problems.add("spec.wireguard.publicKey: not a WireGuard key; write what wg pubkey prints");
      return List.of();
    }
    Integer keepalive = wireguard.persistentKeepalive();
    return List.of(
        new TunnelEnd(
            "gateway",
            wireguard.publicKey(),
            Optional.empty(),
            endpoint,
            keepalive == null ? 0 : keepalive,
            true));
  }

  private static List<PeerRegion.Gateway> gateways(
      @Nullable List<String> texts, List<String> problems) {
    List<PeerRegion.Gateway> gateways = new ArrayList<>();
    List<String> all = texts == null ? List.of() : texts;
    for (int i = 0; i < all.size(); i++) {
      String path = "spec.gateways[%d]".formatted(i);
      String text = all.get(i);
      value(SocketLiteral.parse(text, OwnNames.DNS_PORT), text, path, problems)
          .ifPresent(address -> {
            if (address.getPort() == 0) {
              problems.add(
                  "%s: %s: port 0 cannot be asked; write a port from 1 to 65535"
                      .formatted(path, text));
            } else {
              gateways.add(new PeerRegion.Gateway(address, Optional.empty()));
            }
          });
    }
    return gateways;
  }
}
