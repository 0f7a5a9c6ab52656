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
    @JsonPropertyDescription("The domain of its names; <name>.internal unless set.")
        @Pattern(RegionSpec.DOMAIN)
        @Size(max = RegionSpec.MOST_DOMAIN)
        @Nullable String domain,
    @JsonProperty("podCIDRs")
        @JsonPropertyDescription("Ranges of its pods.")
        @Size(max = RegionSpec.MOST_RANGES)
        @Nullable List<@Pattern(RegionSpec.CIDR) @Size(max = RegionSpec.LONGEST_CIDR) String>
            podCidrs,
    @JsonProperty("serviceCIDRs")
        @JsonPropertyDescription("Ranges of its ClusterIPs.")
        @Size(max = RegionSpec.MOST_RANGES)
        @Nullable List<@Pattern(RegionSpec.CIDR) @Size(max = RegionSpec.LONGEST_CIDR) String>
            serviceCidrs,
    @JsonPropertyDescription("Where its DNS is asked: ADDRESS or ADDRESS:PORT; 1053 unless set.")
        @Size(max = RegionSpec.MOST_GATEWAYS)
        @Nullable List<@Pattern(RegionSpec.GATEWAY) @Size(max = RegionSpec.LONGEST_SOCKET) String>
            gateways,
    @JsonPropertyDescription("Refuse answers with addresses outside its ranges; true unless set.")
        @Nullable Boolean contain,
    @JsonPropertyDescription(
            "A Secret with a kubeconfig, to read its gateways from its API server.")
        @Nullable SecretRef kubeconfigSecretRef,
    @JsonPropertyDescription("Its end of the tunnel, for overlay.mode manage.")
        @Nullable WireGuard wireguard,
    @JsonPropertyDescription(
            "The keys that may announce it on the overlay: WireGuard public keys, or node IDs of"
                + " tailscaled; those that announced it first unless set.")
        @Size(max = RegionSpec.MOST_GATEWAYS)
        @Nullable List<@Pattern(RegionSpec.OVERLAY_KEY) @Size(max = RegionSpec.LONGEST_KEY) String>
            overlayKeys,
    @JsonPropertyDescription(
            "Its ranges that peers know under other addresses, as in region.aliasRanges of its own"
                + " bridge.")
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
          @JsonPropertyDescription("One of its ranges.")
          String range,
      @Required
          @Pattern(RegionSpec.CIDR)
          @Size(max = RegionSpec.LONGEST_CIDR)
          @JsonPropertyDescription("The range of the same size by which others know it.")
          String alias) {
    public Alias {
      Objects.requireNonNull(range, "range");
      Objects.requireNonNull(alias, "alias");
    }
  }

  /** A Secret in the bridge's namespace. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SecretRef(
      @Required @Size(max = RegionSpec.LONGEST_NAME) String name,
      @JsonPropertyDescription("The key that holds the kubeconfig; kubeconfig unless set.")
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
          @JsonPropertyDescription("Its public key, base64.")
          String publicKey,
      @JsonPropertyDescription(
              "Where it listens, ADDRESS:PORT; left out: it connects to this region.")
          @Size(max = RegionSpec.LONGEST_SOCKET)
          @Nullable String endpoint,
      @Min(0) @Max(65535) @JsonPropertyDescription("Seconds between keepalives; 0: none.")
          @Nullable Integer persistentKeepalive) {
    public WireGuard {
      Objects.requireNonNull(publicKey, "publicKey");
    }
  }
}
