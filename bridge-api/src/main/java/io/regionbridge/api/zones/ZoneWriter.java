package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.router.net.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;

/** Makes zones and their next versions from names and records. Stateless. */
final class ZoneWriter {
  /** The version of the Kubernetes DNS specification. */
  static final String KUBERNETES = "1.1.0";

  /** The version of the specification of multi-cluster DNS (KEP-1645). */
  static final String MULTI_CLUSTER = "1.0.0";

  private final RecordWriter writer;

  ZoneWriter(RecordWriter writer) {
    this.writer = writer;
  }

  /** A zone for the names of Services, with none of them yet, by a version of a specification. */
  LocalZone services(ZoneSettings settings, String specification) {
    Map<Name, @Nullable ZoneNode> extras = new HashMap<>();
    Name version = writer.name("dns-version", settings.domain());
    if (version != null) {
      extras.put(version, writer.text(version, specification));
    }
    List<IpAddress> nameServers = settings.nameServers();
    extras.put(
        writer.nameServer(),
        writer.addresses(writer.nameServer(), nameServers, settings.peers().given(nameServers)));
    return empty(settings.domain(), "svc", extras);
  }

  /** A zone with these names alone. */
  LocalZone empty(Name apex, @Nullable String omittable, Map<Name, @Nullable ZoneNode> extras) {
    SOARecord soa = writer.soa(apex, 0);
    Map<Name, @Nullable ZoneNode> changes = new HashMap<>(extras);
    changes.put(apex, writer.apex(soa));
    return LocalZone.empty(apex, omittable, soa).with(changes, soa);
  }

  /** The next version of a zone with these names, or without those that have no node. */
  LocalZone next(LocalZone of, Map<Name, @Nullable ZoneNode> changes, long serial) {
    SOARecord soa = writer.soa(of.apex(), serial);
    changes.put(of.apex(), writer.apex(soa));
    return of.with(changes, soa);
  }

  /** The next version of a zone with these changes, if only in its serial number. */
  LocalZone next(LocalZone of, List<LocalZone.Change> changes, long serial) {
    return of.with(changes, serial);
  }
}
