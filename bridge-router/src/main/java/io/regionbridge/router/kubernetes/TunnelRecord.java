package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ends of a region's tunnels as they are written down: by its own bridges for their peers, and
 * by peers so that they know them after a restart.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TunnelRecord(
    @JsonPropertyDescription("The declared key at the time of this record.")
        @Nullable String declaredPublicKey,
    @JsonPropertyDescription(
            "Number of changes of the region's active gateway. The record with the greater number"
                + " is the newer one.")
        @Nullable Integer transitions,
    @JsonPropertyDescription("The region's router nodes.") @Nullable List<Gateway> gateways) {

  /** One router node. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Gateway(
      @Required @JsonPropertyDescription("Name of the Node.") String name,
      @Required @JsonPropertyDescription("Its address on the overlay.") String overlayAddress,
      @Required @JsonPropertyDescription("Its WireGuard public key, base64.") String publicKey,
      @JsonPropertyDescription("During a key rotation: its next public key.")
          @Nullable String nextPublicKey,
      @JsonPropertyDescription("ADDRESS:PORT at which peers reach its WireGuard.")
          @Nullable String endpoint,
      @JsonPropertyDescription("Whether it is the active gateway.") @Nullable Boolean active) {}
}
