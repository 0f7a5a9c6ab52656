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
    @JsonPropertyDescription("Region of the node.") @Size(max = 63) @Nullable String region,
    @JsonPropertyDescription("Domain of that region.")
        @Pattern(RegionSpec.DOMAIN)
        @Size(max = RegionSpec.MOST_DOMAIN)
        @Nullable String domain,
    @JsonPropertyDescription("Address of the node in the cluster.")
        @Size(max = RegionSpec.LONGEST_CIDR)
        @Nullable String nodeAddress,
    @JsonPropertyDescription("Address of the node on the overlay.")
        @Size(max = RegionSpec.LONGEST_CIDR)
        @Nullable String overlayAddress,
    @JsonPropertyDescription("Port of its bridge's DNS.") @Min(1) @Max(65535)
        @Nullable Integer dnsPort,
    @JsonPropertyDescription("WireGuard public key, base64.") @Pattern(RegionSpec.WIREGUARD_KEY)
        @Nullable String publicKey,
    @JsonPropertyDescription("During a key rotation: the next public key.")
        @Pattern(RegionSpec.WIREGUARD_KEY)
        @Nullable String nextPublicKey,
    @JsonPropertyDescription("ADDRESS:PORT at which peers reach its WireGuard.")
        @Size(max = RegionSpec.LONGEST_SOCKET)
        @Nullable String endpoint,
    @JsonProperty("podCIDRs") @JsonPropertyDescription("Pod ranges of the region.")
        @Nullable List<@Pattern(RegionSpec.CIDR) @Size(max = RegionSpec.LONGEST_CIDR) String>
            podCidrs,
    @JsonProperty("serviceCIDRs") @JsonPropertyDescription("Service ranges of the region.")
        @Nullable List<@Pattern(RegionSpec.CIDR) @Size(max = RegionSpec.LONGEST_CIDR) String>
            serviceCidrs,
    @JsonPropertyDescription("Alias ranges of the region.") @Size(max = RegionSpec.MOST_RANGES)
        @Nullable List<RegionSpec.Alias> aliasRanges) {}
