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
    @JsonPropertyDescription("Gateways that answer and gateways that are known, such as 1/2.")
        @Nullable String gatewaysUp,
    @JsonPropertyDescription("The region's gateways.") @Nullable List<Gateway> gateways,
    @JsonPropertyDescription("Time of the last WireGuard handshake with any gateway, RFC 3339.")
        @Nullable String lastHandshake,
    @JsonPropertyDescription(
            "With overlay.mode manage: the router nodes that the region's bridges announced. Read"
                + " when a bridge starts.")
        @Nullable TunnelRecord wireguard,
    @JsonPropertyDescription(
            "The keys that announced the region first on the overlay. Other keys are refused unless"
                + " spec.overlayKeys declares them. Read when a bridge starts.")
        @Nullable List<String> overlayKeys,
    @JsonPropertyDescription("Generation of the spec that was observed.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Conditions of the region.") @Nullable List<Condition> conditions) {

  /** One of its gateways. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Gateway(
      @Required @JsonPropertyDescription("ADDRESS:PORT of its DNS.") String address,
      @JsonPropertyDescription("Name of its Node, if known.") @Nullable String node,
      @JsonPropertyDescription("Up, Down or Unknown.") @Nullable String health,
      @JsonPropertyDescription("Round trip of its probes, in milliseconds.")
          @Nullable Long roundTripMillis) {}
}
