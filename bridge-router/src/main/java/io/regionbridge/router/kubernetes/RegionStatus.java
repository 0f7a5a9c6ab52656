package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the active gateway of the local region finds of a peer region. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RegionStatus(
    @JsonPropertyDescription("The domain in force.") @Nullable String domain,
    @JsonProperty("podCIDRs") @JsonPropertyDescription("The pod ranges in force.")
        @Nullable List<String> podCidrs,
    @JsonProperty("serviceCIDRs") @JsonPropertyDescription("The service ranges in force.")
        @Nullable List<String> serviceCidrs,
    @JsonPropertyDescription("Gateways that answer, of all that are known: 1/2.")
        @Nullable String gatewaysUp,
    @Nullable List<Gateway> gateways,
    @JsonPropertyDescription("The last WireGuard handshake with any of its gateways, RFC 3339.")
        @Nullable String lastHandshake,
    @JsonPropertyDescription(
            "Its ends of tunnels as far as they were learned, for overlay.mode manage; read when a"
                + " bridge starts.")
        @Nullable TunnelRecord wireguard,
    @JsonPropertyDescription(
            "The keys that announced it first on the overlay. No other key may unless"
                + " spec.overlayKeys declares it. Read when a bridge starts.")
        @Nullable List<String> overlayKeys,
    @Nullable Long observedGeneration,
    @Nullable List<Condition> conditions) {

  /** One of its gateways. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Gateway(
      @Required @JsonPropertyDescription("ADDRESS:PORT.") String address,
      @Nullable String node,
      @JsonPropertyDescription("Up, Down or Unknown.") @Nullable String health,
      @JsonPropertyDescription("Median round trip of health probes.")
          @Nullable Long roundTripMillis) {}
}
