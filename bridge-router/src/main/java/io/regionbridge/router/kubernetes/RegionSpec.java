package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is declared of a peer region; all of it may be left to discovery. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RegionSpec(
    @JsonPropertyDescription("The domain of its names; <name>.internal unless set.")
        @Pattern("^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$")
        @Nullable String domain,
    @JsonProperty("podCIDRs") @JsonPropertyDescription("Ranges of its pods.")
        @Nullable List<@Pattern(RegionSpec.CIDR) String> podCidrs,
    @JsonProperty("serviceCIDRs") @JsonPropertyDescription("Ranges of its ClusterIPs.")
        @Nullable List<@Pattern(RegionSpec.CIDR) String> serviceCidrs,
    @JsonPropertyDescription("Where its DNS is asked: ADDRESS or ADDRESS:PORT; 1053 unless set.")
        @Nullable List<@Pattern(RegionSpec.GATEWAY) String> gateways,
    @JsonPropertyDescription("Refuse answers with addresses outside its ranges; true unless set.")
        @Nullable Boolean contain,
    @JsonPropertyDescription(
            "A Secret with a kubeconfig, to read its gateways from its API server.")
        @Nullable SecretRef kubeconfigSecretRef,
    @JsonPropertyDescription("Its end of the tunnel, for overlay.mode manage.")
        @Nullable WireGuard wireguard) {
  static final String CIDR = "^[0-9a-fA-F:.]+/[0-9]{1,3}$";

  /** Tells addresses from names; what else can be wrong with one the status says. */
  static final String GATEWAY =
      "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+\\])(:[0-9]{1,5})?$";

  /** A Secret in the bridge's namespace. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SecretRef(
      @Required String name,
      @JsonPropertyDescription("The key that holds the kubeconfig; kubeconfig unless set.")
          @Nullable String key) {}

  /** A WireGuard peer. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record WireGuard(
      @Required
          @Pattern("^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$")
          @JsonPropertyDescription("Its public key, base64.")
          String publicKey,
      @JsonPropertyDescription("Where it listens, ADDRESS:PORT; left out: it calls us.")
          @Nullable String endpoint,
      @Min(0) @Max(65535) @JsonPropertyDescription("Seconds between keepalives; 0: none.")
          @Nullable Integer persistentKeepalive) {}
}
