package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.regionbridge.router.kubernetes.TunnelRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bridge tells peers of its region.
 *
 * @param gateways overlay addresses of its router nodes; none without a cluster
 * @param tunnel its ends of tunnels, where its bridges make them; null: they do not
 * @param podPath where this gateway answers path probes, an address of its pod range with a port;
 *     null: it has none
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
    @Nullable Boolean accepts) {}
