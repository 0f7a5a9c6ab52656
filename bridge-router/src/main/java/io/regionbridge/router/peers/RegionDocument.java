package io.regionbridge.router.peers;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.LocalRegion;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a bridge tells peers of its region at {@code /api/v1/region}; {@link RegionAnnouncement}
 * reads it.
 *
 * @param gateways overlay addresses of its router nodes: peers that know one of them accept the
 *     others too
 * @param tunnel its ends of tunnels; null: its bridges make none
 * @param podPath where this gateway answers path probes, an address of its pod range with a port,
 *     or null
 * @param accepts whether the key that was asked about is known here; null: none was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RegionDocument(
    String name,
    String domain,
    List<String> podCIDRs,
    List<String> serviceCIDRs,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> gateways,
    @Nullable TunnelRecord tunnel,
    @Nullable String podPath,
    @Nullable Boolean accepts) {
  /** The document of a region as it is now. */
  public static RegionDocument of(
      LocalRegion region,
      Optional<TunnelRecord> tunnel,
      Optional<InetSocketAddress> podPath,
      Optional<Boolean> accepts) {
    return new RegionDocument(
        region.name(),
        region.domain(),
        region.knownPodCidrs().stream().map(Cidr::toString).toList(),
        region.knownServiceCidrs().stream().map(Cidr::toString).toList(),
        region.gateways().stream()
            .flatMap(gateway -> gateway.overlayAddress().stream())
            .map(IpLiteral::format)
            .toList(),
        tunnel.orElse(null),
        podPath.map(SocketLiteral::format).orElse(null),
        accepts.orElse(null));
  }

  /** The document as it is sent. */
  public JsonNode toJson() {
    return new ObjectMapper().valueToTree(this);
  }
}
