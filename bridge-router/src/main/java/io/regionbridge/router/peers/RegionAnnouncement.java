package io.regionbridge.router.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.Parsed;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.Identity;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Refusal;
import io.regionbridge.router.topology.TunnelEnd;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a bridge says of its own region at {@code /api/v1/region}, as far as it makes sense. Read
 * once; what cannot be a value is left out here, and the border decides over the rest.
 *
 * @param name the region's name, a label
 * @param domain empty: it says none
 * @param domainFlaw why the domain that it says is none
 * @param gateways overlay addresses of all gateways of the region
 * @param tunnel the ends of its tunnels
 * @param podPath where this gateway answers path probes; an address of the pod range
 * @param accepts whether the key that it was asked about is known there
 */
record RegionAnnouncement(
    String name,
    Optional<RegionDomain> domain,
    Optional<String> domainFlaw,
    List<Cidr> podCidrs,
    List<Cidr> serviceCidrs,
    Set<InetAddress> gateways,
    Optional<TunnelRecord> tunnel,
    Optional<InetSocketAddress> podPath,
    boolean accepts) {
  /** Read of one list; the border takes fewer, and says so. */
  private static final int MOST_VALUES = 4096;

  private static final int MOST_GATEWAYS = 64;
  private static final int LONGEST_SHOWN = 260;

  /** Parses an announcement; empty if it is none. Never throws. */
  static Optional<RegionAnnouncement> parse(String json) {
    JsonNode root;
    try {
      root = PeerJson.MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    String name = root == null ? "" : PeerJson.text(root.path("name"));
    if (root == null || !RegionDomain.isLabel(name)) {
      return Optional.empty();
    }
    String text = PeerJson.text(root.path("domain"));
    Optional<RegionDomain> domain = Optional.empty();
    Optional<String> flaw = Optional.empty();
    if (!text.isEmpty()) {
      switch (RegionDomain.parse(text)) {
        case Parsed.Valid(RegionDomain valid) -> domain = Optional.of(valid);
        case Parsed.Invalid(String reason, _) ->
            flaw =
                Optional.of(
                    "domain %s: %s"
                        .formatted(
                            text.substring(0, Math.min(LONGEST_SHOWN, text.length()))
                                .replaceAll("\\p{Cntrl}", "?"),
                            reason));
      }
    }
    return Optional.of(
        new RegionAnnouncement(
            name,
            domain,
            flaw,
            ranges(root.path("podCIDRs")),
            ranges(root.path("serviceCIDRs")),
            addresses(root.path("gateways")),
            tunnel(root.path("tunnel")),
            SocketLiteral.parse(PeerJson.text(root.path("podPath")), 0)
                .get()
                .filter(address -> address.getPort() > 0),
            root.path("accepts").booleanValue()));
  }

  /**
   * The claim that follows, or empty if it is not believed. A range counts only if the device
   * routes all of it to the peer that announces it; a peer that owns no range of the region is not
   * believed at all, since anybody on the overlay could say so. Other gateways that it names count
   * if the device has them as peers: an overlay routes a range to one gateway alone.
   *
   * @param there keys of all peers of the device, by their own addresses
   * @param dns the port that the peer's DNS is asked at
   */
  Optional<PeerClaim> claim(OverlayView.Peer peer, Map<InetAddress, String> there, int dns) {
    List<Cidr> pods = podCidrs.stream().filter(peer::owns).toList();
    List<Cidr> services = serviceCidrs.stream().filter(peer::owns).toList();
    return pods.isEmpty() && services.isEmpty()
        ? Optional.empty()
        : Optional.of(claim(peer, there, pods, services, dns));
  }

  /**
   * The other gateways that a gateway names, when the overlay has moved the range to one of them.
   * The border decides whether it belongs to the region.
   *
   * @param there keys of all peers of the device, by their own addresses
   */
  PeerClaim naming(OverlayView.Peer peer, Map<InetAddress, String> there, int dns) {
    return claim(peer, there, List.of(), List.of(), dns);
  }

  private PeerClaim claim(
      OverlayView.Peer peer,
      Map<InetAddress, String> there,
      List<Cidr> pods,
      List<Cidr> services,
      int dns) {
    Set<String> keys = new HashSet<>();
    // When the overlay moves the range to another gateway, only that one announces the region.
    gateways.forEach(address -> Optional.ofNullable(there.get(address)).ifPresent(keys::add));
    tunnel
        .map(TunnelRecords::ends)
        .orElse(List.of())
        .forEach(end -> {
          keys.add(end.publicKey());
          end.nextPublicKey().ifPresent(keys::add);
        });
    return new PeerClaim(
        PeerSource.OVERLAY,
        name,
        domain,
        pods,
        services,
        Stream.concat(
                Stream.of(peer.address()),
                gateways.stream()
                    .filter(there::containsKey)
                    .sorted(Comparator.comparing(Cidr::host)))
            .distinct()
            .map(address ->
                new PeerRegion.Gateway(new InetSocketAddress(address, dns), Optional.empty()))
            .toList(),
        Optional.empty(),
        List.of(),
        new Identity(
            Optional.of(new Identity.KeyHolder(peer.key(), peer.address())), keys, gateways));
  }

  /** The invalid part, if any. */
  Optional<Refusal> refusal() {
    return domainFlaw.map(
        flaw -> new Refusal(name, PeerSource.OVERLAY, Refusal.Field.DOMAIN, flaw));
  }

  /**
   * What it says of the ends of the region's tunnels, if anything.
   *
   * @param fresh whether it was received just now
   */
  Optional<TunnelAnnouncement> tunnelSaid(InetAddress from, boolean fresh) {
    return tunnel.map(record -> {
      List<TunnelEnd> ends = TunnelRecords.ends(record);
      return new TunnelAnnouncement(from, name, fresh, TunnelRecords.transitions(record), ends);
    });
  }

  private static Optional<TunnelRecord> tunnel(JsonNode node) {
    try {
      return node.isObject()
          ? Optional.of(PeerJson.MAPPER.treeToValue(node, TunnelRecord.class))
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static List<Cidr> ranges(JsonNode texts) {
    List<Cidr> ranges = new ArrayList<>();
    for (JsonNode text : texts) {
      if (ranges.size() < MOST_VALUES
          && Cidr.parse(PeerJson.text(text)) instanceof Parsed.Valid(Cidr range)) {
        ranges.add(range);
      }
    }
    return List.copyOf(ranges);
  }

  private static Set<InetAddress> addresses(JsonNode texts) {
    Set<InetAddress> addresses = new HashSet<>();
    for (JsonNode text : texts) {
      if (addresses.size() < MOST_GATEWAYS) {
        IpLiteral.parse(PeerJson.text(text)).ifPresent(addresses::add);
      }
    }
    return Set.copyOf(addresses);
  }
}
