package io.regionbridge.router.directory;

import java.util.List;
import java.util.Locale;

/**
 * Where an ExternalName Service leads, for clients of any cluster. Pure.
 *
 * @param domain of the region, without final dot
 * @param clusterDomains such as {@code cluster.local}: an alias below them means this region
 */
public record ExternalNames(String domain, List<String> clusterDomains) {
  /** Aliases lead where they say. */
  public static final ExternalNames AS_GIVEN = new ExternalNames("", List.of());

  public ExternalNames {
    clusterDomains = List.copyOf(clusterDomains);
  }

  /** The name that an alias leads to, without final dot. */
  public String target(String external) {
    String target =
        external.endsWith(".") ? external.substring(0, external.length() - 1) : external;
    for (String cluster : clusterDomains) {
      String services = (".svc." + cluster).toLowerCase(Locale.ROOT);
      if (target.toLowerCase(Locale.ROOT).endsWith(services)) {
        // The same name exists in the cluster of the client, and is another Service there.
        return target.substring(0, target.length() - services.length()) + ".svc." + domain;
      }
    }
    return target;
  }
}
