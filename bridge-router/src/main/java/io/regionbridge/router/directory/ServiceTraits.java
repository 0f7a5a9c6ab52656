package io.regionbridge.router.directory;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How traffic to a Service is distributed. This matters to names over all regions and imported
 * Services, not to the region's own domain.
 *
 * @param ipFamilies in the order of the Service; none if it has none
 * @param affinitySeconds null without session affinity
 * @param internalTrafficPolicy {@code Cluster} or {@code Local}; null if not given
 * @param trafficDistribution such as {@code PreferClose}; null if not given
 * @param spread whether a name over all regions leads to the pods of all of them
 */
public record ServiceTraits(
    List<IpFamily> ipFamilies,
    @Nullable Integer affinitySeconds,
    @Nullable String internalTrafficPolicy,
    @Nullable String trafficDistribution,
    boolean spread) {
  /** The annotation that makes a Service spread when its value is {@code "true"}. */
  public static final String SPREAD_KEY = "region-bridge.io/spread";

  /** What Kubernetes takes for a session affinity without a timeout, in seconds. */
  public static final int DEFAULT_AFFINITY = 10_800;

  /** No traits. */
  public static final ServiceTraits NONE = new ServiceTraits(List.of(), null, null, null, false);

  private static final Set<String> SAME_ZONE = Set.of("PreferClose", "PreferSameZone");

  public ServiceTraits {
    ipFamilies = List.copyOf(ipFamilies);
  }

  /** Whether traffic is to stay in the client's zone where that has endpoints. */
  public boolean prefersZone() {
    return trafficDistribution != null && SAME_ZONE.contains(trafficDistribution);
  }
}
