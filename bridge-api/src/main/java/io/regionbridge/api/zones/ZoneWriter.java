package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.router.directory.ServiceKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;

/** Makes zones, and the next versions of them, out of what names say. Stateless. */
final class ZoneWriter {
  private static final String SPECIFICATION = "1.1.0";

  private final RecordWriter writer;

  ZoneWriter(RecordWriter writer) {
    this.writer = writer;
  }

  /** A zone for the names of Services, with none of them yet. */
  LocalZone services(ZoneSettings settings) {
    Map<Name, @Nullable ZoneNode> extras = new HashMap<>();
    Name version = writer.name("dns-version", settings.domain());
    if (version != null) {
      extras.put(version, writer.text(version, SPECIFICATION));
    }
    if (!settings.nameServers().isEmpty()) {
      extras.put(
          writer.nameServer(), writer.addresses(writer.nameServer(), settings.nameServers()));
    }
    return empty(settings.domain(), "svc", extras);
  }

  /** A zone with these names alone. */
  LocalZone empty(Name apex, @Nullable String omittable, Map<Name, @Nullable ZoneNode> extras) {
    SOARecord soa = writer.soa(apex, 0);
    Map<Name, @Nullable ZoneNode> changes = new HashMap<>(extras);
    changes.put(apex, writer.apex(soa));
    return LocalZone.empty(apex, omittable, soa).with(changes, soa);
  }

  /** The next version of a zone; the same one if nothing changes. */
  LocalZone next(LocalZone of, Map<Name, @Nullable ZoneNode> changes, long serial) {
    if (changes.isEmpty()) {
      return of;
    }
    SOARecord soa = writer.soa(of.apex(), serial);
    changes.put(of.apex(), writer.apex(soa));
    return of.with(changes, soa);
  }

  /** The next version of a zone with these changes, if only in its serial number. */
  LocalZone next(LocalZone of, List<LocalZone.Change> changes, long serial) {
    return of.with(changes, writer.soa(of.apex(), serial));
  }

  /** Adds, of all names of a Service, those that do not say the same as before. */
  void addChanges(
      ServiceKey key,
      Map<String, NameAnswers> before,
      Map<String, NameAnswers> after,
      Map<Name, @Nullable ZoneNode> changes) {
    Name service = writer.service(key);
    if (service == null) {
      return;
    }
    for (String labels : before.keySet()) {
      Name name = writer.name(labels, service);
      if (name != null && !after.containsKey(labels)) {
        changes.put(name, null);
      }
    }
    after.forEach((labels, answers) -> {
      Name name = writer.name(labels, service);
      if (name != null && !answers.equals(before.get(labels))) {
        changes.put(name, writer.node(name, service, answers));
      }
    });
  }
}
