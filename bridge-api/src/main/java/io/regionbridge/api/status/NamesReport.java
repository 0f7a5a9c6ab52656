package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * The names that can be asked for.
 *
 * @param bridge the region of the bridge
 * @param names by region, namespace and name, up to the limit
 * @param matched number of all matches
 * @param unknown regions whose names are unknown, each with the reason
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record NamesReport(String bridge, List<Entry> names, int matched, List<String> unknown) {

  /**
   * The name of a Service.
   *
   * @param region for a name over all regions: its domain
   * @param name without the final dot
   * @param type ClusterIP, Headless or ExternalName
   * @param gives what other regions get: pods, cluster-ip, alias or nothing, with the reason in
   *     {@code why}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Entry(
      String region,
      String name,
      String namespace,
      String service,
      String type,
      int endpoints,
      String gives,
      String why) {}
}
