package io.regionbridge.api.config;

import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import java.util.List;

/**
 * The keys that say which ranges a region has and how other regions know them.
 *
 * @param pods the ranges of its pods
 * @param services the ranges of its ClusterIPs
 * @param entries its alias ranges
 * @param range in an entry, a range of the region
 * @param alias in an entry, what that range is known by
 */
public record AliasKeys(
    ConfigKey<List<Cidr>> pods,
    ConfigKey<List<Cidr>> services,
    ConfigKey<List<Values>> entries,
    ConfigKey<Cidr> range,
    ConfigKey<Cidr> alias) {
  /** The keys of the local region. */
  public static final AliasKeys LOCAL =
      new AliasKeys(
          ConfigKeys.REGION_POD_CIDRS,
          ConfigKeys.REGION_SERVICE_CIDRS,
          ConfigKeys.REGION_ALIAS_RANGES,
          ConfigKeys.ALIAS_RANGE,
          ConfigKeys.ALIAS_ALIAS);

  /** The keys of a declared peer. */
  public static final AliasKeys PEER =
      new AliasKeys(
          ConfigKeys.PEER_POD_CIDRS,
          ConfigKeys.PEER_SERVICE_CIDRS,
          ConfigKeys.PEER_ALIAS_RANGES,
          ConfigKeys.PEER_ALIAS_RANGE,
          ConfigKeys.PEER_ALIAS_ALIAS);

  /** The alias ranges of a valid configuration. */
  public AliasRanges ranges(List<Values> valid) {
    return new AliasRanges(
        valid.stream().map(entry -> new AliasRange(entry.get(range), entry.get(alias))).toList());
  }
}
