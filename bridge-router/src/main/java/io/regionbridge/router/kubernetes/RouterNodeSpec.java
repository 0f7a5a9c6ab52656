package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a router node is reached. Written by the bridge on it, read by the others and by peers. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RouterNodeSpec(
    @JsonPropertyDescription("The region that it belongs to.") @Size(max = 63)
        @Nullable String region,
    @JsonPropertyDescription("The domain of that region.")
        @Pattern(RegionSpec.DOMAIN)
        @Size(max = RegionSpec.MOST_DOMAIN)
        @Nullable String domain,
    @JsonPropertyDescription("Its address in the cluster.") @Size(max = RegionSpec.LONGEST_CIDR)
        @Nullable String nodeAddress,
    @JsonPropertyDescription("Its address on the overlay.") @Size(max = RegionSpec.LONGEST_CIDR)
        @Nullable String overlayAddress,
    @JsonPropertyDescription("The port of its DNS.") @Min(1) @Max(65535) @Nullable Integer dnsPort,
    @JsonPropertyDescription("Its WireGuard public key, base64.") @Pattern(RegionSpec.WIREGUARD_KEY)
        @Nullable String publicKey,
    @JsonPropertyDescription("The key that it is about to use, while one is being rotated.")
        @Pattern(RegionSpec.WIREGUARD_KEY)
        @Nullable String nextPublicKey,
    @JsonPropertyDescription("Where its WireGuard is reached from outside, ADDRESS:PORT.")
        @Size(max = RegionSpec.LONGEST_SOCKET)
        @Nullable String endpoint,
    @JsonProperty("podCIDRs") @JsonPropertyDescription("The region's pod ranges.")
        @Nullable List<@Pattern(RegionSpec.CIDR) @Size(max = RegionSpec.LONGEST_CIDR) String>
            podCidrs,
    @JsonProperty("serviceCIDRs") @JsonPropertyDescription("The region's service ranges.")
        @Nullable List<@Pattern(RegionSpec.CIDR) @Size(max = RegionSpec.LONGEST_CIDR) String>
            serviceCidrs,
    @JsonPropertyDescription("Those of the ranges that peers know under other addresses.")
        @Size(max = RegionSpec.MOST_RANGES)
        @Nullable List<RegionSpec.Alias> aliasRanges) {}
