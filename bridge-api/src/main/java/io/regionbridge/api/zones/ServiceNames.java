package io.regionbridge.api.zones;

import java.util.Collection;
import java.util.Locale;

/** The text of names that Services have. Pure. */
final class ServiceNames {
  private ServiceNames() {}

  /** Where an ExternalName leads, seen from outside the cluster; without final dot. */
  static String target(String external, String domain, Collection<String> clusterDomains) {
    String target =
        external.endsWith(".") ? external.substring(0, external.length() - 1) : external;
    for (String cluster : clusterDomains) {
      String services = (".svc." + cluster).toLowerCase(Locale.ROOT);
      if (target.toLowerCase(Locale.ROOT).endsWith(services)) {
        // The same name exists in the cluster of whoever asks, and means something else there.
        target = target.substring(0, target.length() - services.length()) + ".svc." + domain;
        break;
      }
    }
    return target;
  }
}
