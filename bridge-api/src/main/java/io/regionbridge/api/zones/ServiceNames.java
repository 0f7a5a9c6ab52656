package io.regionbridge.api.zones;

import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import java.util.Collection;
import java.util.Locale;

/** The text of names that Services have. Pure. */
final class ServiceNames {
  /** The Service's own name. */
  static final String SELF = "";

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

  /** Below which the SRV records of a port are. */
  static String label(ServiceFacts.Port port) {
    return label(port.name(), port.protocol());
  }

  static String label(String port, Protocol protocol) {
    String transport =
        switch (protocol) {
          case TCP -> "_tcp";
          case UDP -> "_udp";
          case SCTP -> "_sctp";
        };
    return "_" + port + "." + transport;
  }
}
