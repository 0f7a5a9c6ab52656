package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * The names that can be asked for.
 *
 * @param bridge the region of the bridge that was asked
 * @param names by region, namespace and name; at most as many as were wanted
 * @param matched how many there are in all
 * @param unknown regions whose names are not known here, each with the reason
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record NamesReport(String bridge, List<Entry> names, int matched, List<String> unknown) {

  /**
   * The name of a Service.
   *
   * @param region that it is in; for a name over all regions its domain
   * @param name without the final dot
   * @param type ClusterIP, Headless or ExternalName
   * @param endpoints that the name leads to
   * @param gives what other regions get for it: pods, cluster-ip, alias or nothing
   * @param why in words; empty where there is nothing to say
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
