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
    @JsonPropertyDescription("The key that was declared when this was learned.")
        @Nullable String declaredPublicKey,
    @JsonPropertyDescription(
            "How often the region's active gateway has changed: the greater, the newer.")
        @Nullable Integer transitions,
    @Nullable List<Gateway> gateways) {

  /** One router node. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Gateway(
      @Required String name,
      @Required String overlayAddress,
      @Required @JsonPropertyDescription("Its WireGuard public key, base64.") String publicKey,
      @JsonPropertyDescription("The key that it is about to use.") @Nullable String nextPublicKey,
      @JsonPropertyDescription("Where it is reached from outside, ADDRESS:PORT.")
          @Nullable String endpoint,
      @JsonPropertyDescription("Whether the region's traffic goes through it.")
          @Nullable Boolean active) {}
}
