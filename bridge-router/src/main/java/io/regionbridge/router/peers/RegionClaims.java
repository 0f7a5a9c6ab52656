package io.regionbridge.router.peers;

import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.kubernetes.RegionSpec;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.TunnelEnd;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads claims out of objects: of the local API server and of peers' ones. Pure. */
public final class RegionClaims {
  /** Where a bridge serves DNS unless something says otherwise. */
  public static final int DNS_PORT = 1053;

  private RegionClaims() {}

  /**
   * A claim, and what of the object makes no sense; that part is left out.
   *
   * @param problems one sentence each
   */
  public record Reading(PeerClaim claim, List<String> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /** What a Region object claims. */
  public static Reading of(RegionFacts region) {
    RegionSpec spec = region.spec();
    List<String> problems = new ArrayList<>();
    PeerClaim claim =
        new PeerClaim(
            PeerSource.REGION_OBJECT,
            region.name(),
            Optional.ofNullable(spec.domain()),
            cidrs(spec.podCidrs(), "spec.podCIDRs", problems),
            cidrs(spec.serviceCidrs(), "spec.serviceCIDRs", problems),
            gateways(spec.gateways(), problems),
            Optional.ofNullable(spec.contain()),
            tunnels(spec.wireguard(), problems));
    return new Reading(claim, problems);
  }

  /**
   * What the RouterNode objects of a peer's API server claim of it, one each.
   *
   * @param name what the peer is called here
   */
  public static List<PeerClaim> of(String name, List<RouterNodeFacts> nodes) {
    // A node that died as the active gateway says so for ever.
    Optional<String> active =
        nodes.stream()
            .filter(node -> "Active".equals(node.role()))
            .max(
                Comparator.comparingInt(RouterNodeFacts::transitions)
                    .thenComparing(RouterNodeFacts::name))
            .map(RouterNodeFacts::name);
    List<PeerClaim> claims = new ArrayList<>();
    for (RouterNodeFacts node : nodes) {
      RouterNodeSpec spec = node.spec();
      Integer port = spec.dnsPort();
      List<PeerRegion.Gateway> gateways =
          Optional.ofNullable(spec.overlayAddress())
              .flatMap(IpLiteral::parse)
              .map(a -> new InetSocketAddress(a, port == null ? DNS_PORT : port))
              .map(a -> new PeerRegion.Gateway(a, Optional.of(node.name())))
              .stream()
              .toList();
      claims.add(
          new PeerClaim(
              PeerSource.PEER_API_SERVER,
              name,
              Optional.ofNullable(spec.domain()).filter(RegionAnnouncement::isDomain),
              cidrs(spec.podCidrs(), "", new ArrayList<>()),
              cidrs(spec.serviceCidrs(), "", new ArrayList<>()),
              gateways,
              Optional.empty(),
              TunnelEnd.of(node)
                  .map(end -> end.active(active.equals(Optional.of(node.name()))))
                  .stream()
                  .toList()));
    }
    return claims;
  }

  private static List<Cidr> cidrs(
      @Nullable List<String> texts, String path, List<String> problems) {
    List<Cidr> cidrs = new ArrayList<>();
    List<String> all = texts == null ? List.of() : texts;
    for (int i = 0; i < all.size(); i++) {
      switch (Cidr.parse(all.get(i))) {
        case Cidr.Parsed.Valid(Cidr cidr) -> cidrs.add(cidr);
        case Cidr.Parsed.Invalid(String reason, String advice) ->
            problems.add("%s[%d]: %s: %s; %s".formatted(path, i, all.get(i), reason, advice));
      }
    }
    return cidrs;
  }

  private static List<TunnelEnd> tunnels(
      RegionSpec.@Nullable WireGuard wireguard, List<String> problems) {
    if (wireguard == null) {
      return List.of();
    }
    Optional<InetSocketAddress> endpoint = Optional.empty();
    String text = wireguard.endpoint();
    if (text != null) {
      switch (SocketLiteral.parse(text, TunnelEnd.WIREGUARD_PORT)) {
        case SocketLiteral.Parsed.Valid(InetSocketAddress address) ->
            endpoint = Optional.of(address);
        case SocketLiteral.Parsed.Invalid(String reason, String advice) ->
            problems.add("spec.wireguard.endpoint: %s: %s; %s".formatted(text, reason, advice));
      }
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
      switch (SocketLiteral.parse(all.get(i), DNS_PORT)) {
        case SocketLiteral.Parsed.Valid(InetSocketAddress address) when address.getPort() == 0 ->
            problems.add(
                "spec.gateways[%d]: %s: port 0 cannot be asked; write a port from 1 to 65535"
                    .formatted(i, all.get(i)));
        case SocketLiteral.Parsed.Valid(InetSocketAddress address) ->
            gateways.add(new PeerRegion.Gateway(address, Optional.empty()));
        case SocketLiteral.Parsed.Invalid(String reason, String advice) ->
            problems.add("spec.gateways[%d]: %s: %s; %s".formatted(i, all.get(i), reason, advice));
      }
    }
    return gateways;
  }
}
