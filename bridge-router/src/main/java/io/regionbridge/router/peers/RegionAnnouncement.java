package io.regionbridge.router.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a bridge says of its own region at {@code /api/v1/region}, and how much of it is believed.
 * Pure.
 */
final class RegionAnnouncement {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern DOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*");
  private static final int LONGEST_DOMAIN = 253;

  private RegionAnnouncement() {}

  /**
   * The claim that an announcement makes. A range counts only if the device routes all of it to the
   * peer that announces it; a peer that owns no range of the region is not believed to be of it at
   * all, since anybody on the overlay could say so.
   *
   * @param dns the port that the peer's DNS is asked at
   * @return empty if it is no announcement, or not believed
   */
  static Optional<PeerClaim> believed(String json, OverlayView.Peer peer, int dns) {
    JsonNode root = parsed(json);
    if (root == null) {
      return Optional.empty();
    }
    String name = root.path("name").asText("");
    String domain = root.path("domain").asText("");
    if (!NAME.matcher(name).matches() || !isDomain(domain)) {
      return Optional.empty();
    }
    List<Cidr> pods = owned(root.path("podCIDRs"), peer);
    List<Cidr> services = owned(root.path("serviceCIDRs"), peer);
    if (pods.isEmpty() && services.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new PeerClaim(
            PeerSource.OVERLAY,
            name,
            Optional.of(domain),
            pods,
            services,
            List.of(
                new PeerRegion.Gateway(
                    new InetSocketAddress(peer.address(), dns), Optional.empty())),
            Optional.empty()));
  }

  /**
   * What an announcement says of the ends of the region's tunnels.
   *
   * @param from who says it
   * @param fresh whether it was said just now
   * @return empty if it says nothing of them
   */
  static Optional<TunnelAnnouncement> tunnel(String json, InetAddress from, boolean fresh) {
    JsonNode root = parsed(json);
    String name = root == null ? "" : root.path("name").asText("");
    if (root == null || !NAME.matcher(name).matches() || !root.path("tunnel").isObject()) {
      return Optional.empty();
    }
    try {
      TunnelRecord record = MAPPER.treeToValue(root.get("tunnel"), TunnelRecord.class);
      return Optional.of(
          new TunnelAnnouncement(
              from, name, fresh, TunnelRecords.transitions(record), TunnelRecords.ends(record)));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** Whether an announcement says that the key which it was asked about is known there. */
  static boolean accepts(String json) {
    JsonNode root = parsed(json);
    return root != null && root.path("accepts").asBoolean(false);
  }

  /** Whether a text that a peer gave can be a region's domain. */
  static boolean isDomain(String text) {
    return text.length() <= LONGEST_DOMAIN && DOMAIN.matcher(text).matches();
  }

  private static @Nullable JsonNode parsed(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static List<Cidr> owned(JsonNode texts, OverlayView.Peer peer) {
    List<Cidr> owned = new ArrayList<>();
    for (JsonNode text : texts) {
      if (Cidr.parse(text.asText("")) instanceof Cidr.Parsed.Valid(Cidr range)
          && peer.owns(range)) {
        owned.add(range);
      }
    }
    return owned;
  }
}
