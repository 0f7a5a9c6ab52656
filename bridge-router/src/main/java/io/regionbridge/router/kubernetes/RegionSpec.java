package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is declared of a peer region; all of it may be left to discovery. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.domain) || !(self.domain.endsWith('.arpa') || self.domain.endsWith('.local'))",
    message = "spec.domain must not be inside arpa or local, which do not belong to one region")
@ValidationRule(
    value = "!has(self.domain) || !self.domain.matches('[.]([0-9]+|0x[0-9a-f]*)$')",
    message = "spec.domain must not end in a number, as addresses do")
public record RegionSpec(
    @JsonPropertyDescription("Domain of the region's names. Default: <name>.internal.")
        @Pattern(RegionSpec.DOMAIN)
        @Size(max = RegionSpec.MOST_DOMAIN)
        @Nullable String domain,
    @JsonProperty("podCIDRs")
        @JsonPropertyDescription("Ranges of the region's pods.")
        @Size(max = RegionSpec.MOST_RANGES)
        @Nullable List<@Pattern(RegionSpec.CIDR) @Size(max = RegionSpec.LONGEST_CIDR) String>
            podCidrs,
    @JsonProperty("serviceCIDRs")
        @JsonPropertyDescription("Ranges of the region's ClusterIPs.")
        @Size(max = RegionSpec.MOST_RANGES)
        @Nullable List<@Pattern(RegionSpec.CIDR) @Size(max = RegionSpec.LONGEST_CIDR) String>
            serviceCidrs,
    @JsonPropertyDescription("The region's bridges: ADDRESS or ADDRESS:PORT. Default port: 1053.")
        @Size(max = RegionSpec.MOST_GATEWAYS)
        @Nullable List<@Pattern(RegionSpec.GATEWAY) @Size(max = RegionSpec.LONGEST_SOCKET) String>
            gateways,
    @JsonPropertyDescription("Drop addresses outside the region's ranges. Default: true.")
        @Nullable Boolean contain,
    @JsonPropertyDescription(
            "Secret with a kubeconfig, to read the region's gateways from its API server.")
        @Nullable SecretRef kubeconfigSecretRef,
    @JsonPropertyDescription("The region's end of the tunnel, for overlay.mode manage.")
        @Nullable WireGuard wireguard,
    @JsonPropertyDescription(
            "The only keys that may announce the region on the overlay: WireGuard public keys, or"
                + " node IDs of Tailscale. Default: the keys that announced it first.")
        @Size(max = RegionSpec.MOST_GATEWAYS)
        @Nullable List<@Pattern(RegionSpec.OVERLAY_KEY) @Size(max = RegionSpec.LONGEST_KEY) String>
            overlayKeys,
    @JsonPropertyDescription(
            "Alias ranges of the region, as in region.aliasRanges of its own configuration.")
        @Size(max = RegionSpec.MOST_RANGES)
        @Nullable List<Alias> aliasRanges) {
  static final String DOMAIN =
      "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$";

  static final String CIDR = "^[0-9a-fA-F:.]+/[0-9]{1,3}$";

  /** Tells addresses from names; what else can be wrong with one the status says. */
  static final String GATEWAY =
      "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+\\])(:[0-9]{1,5})?$";

  static final String WIREGUARD_KEY = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$";
  static final String OVERLAY_KEY = "^[A-Za-z0-9+/=_-]+$";

  /** As the border has it; see io.regionbridge.router.border. */
  static final int MOST_DOMAIN = 200;

  static final int MOST_RANGES = 64;
  static final int MOST_GATEWAYS = 16;
  static final int LONGEST_CIDR = 49;
  static final int LONGEST_SOCKET = 53;
  static final int LONGEST_KEY = 64;
  static final int LONGEST_NAME = 253;

  /** One that declares no keys. */
  public RegionSpec(
      @Nullable String domain,
      @Nullable List<String> podCidrs,
      @Nullable List<String> serviceCidrs,
      @Nullable List<String> gateways,
      @Nullable Boolean contain,
      @Nullable SecretRef kubeconfigSecretRef,
      @Nullable WireGuard wireguard) {
    this(
        domain,
        podCidrs,
        serviceCidrs,
        gateways,
        contain,
        kubeconfigSecretRef,
        wireguard,
        null,
        null);
  }

  /** A range of a region's own addresses, and the one of the same size by which peers know it. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Alias(
      @Required
          @Pattern(RegionSpec.CIDR)
          @Size(max = RegionSpec.LONGEST_CIDR)
          @JsonPropertyDescription("A pod or service range of the region, or a part of one.")
          String range,
      @Required
          @Pattern(RegionSpec.CIDR)
          @Size(max = RegionSpec.LONGEST_CIDR)
          @JsonPropertyDescription("The range that peers see in its place, of the same size.")
          String alias) {
    public Alias {
      Objects.requireNonNull(range, "range");
      Objects.requireNonNull(alias, "alias");
    }
  }

  /** A Secret in the bridge's namespace. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SecretRef(
      @Required
          @JsonPropertyDescription("Name of a Secret in the bridges' namespace.")
          @Size(max = RegionSpec.LONGEST_NAME)
          String name,
      @JsonPropertyDescription("Key of the Secret that holds the kubeconfig. Default: kubeconfig.")
          @Size(max = RegionSpec.LONGEST_NAME)
          @Nullable String key) {
    public SecretRef {
      Objects.requireNonNull(name, "name");
    }
  }

  /** A WireGuard peer. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record WireGuard(
      @Required
          @Pattern(RegionSpec.WIREGUARD_KEY)
          @JsonPropertyDescription("WireGuard public key of the first gateway, base64.")
          String publicKey,
      @JsonPropertyDescription(
              "ADDRESS:PORT of that gateway. Without it, the peer opens the tunnel.")
          @Size(max = RegionSpec.LONGEST_SOCKET)
          @Nullable String endpoint,
      @Min(0) @Max(65535) @JsonPropertyDescription("Seconds between keepalives. 0: none.")
          @Nullable Integer persistentKeepalive) {
    public WireGuard {
      Objects.requireNonNull(publicKey, "publicKey");
    }
  }
}
