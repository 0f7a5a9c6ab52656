package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;

/**
 * Makes DNS names and records. A name of more than 255 octets cannot be (RFC 1035, section 2.3.4):
 * it is left out, and so is what would point at it.
 */
final class RecordWriter {
  /** How CoreDNS sets them; nobody transfers these zones. */
  private static final int REFRESH = 7200;

  private static final int RETRY = 1800;
  private static final int EXPIRE = 86_400;

  /** SRV weights of equal targets add up to about this. */
  private static final int WEIGHTS = 100;

  /** Octets of the longest name. */
  private static final int LONGEST_NAME = 255;

  private final Name domain;
  private final Name services;
  private final Name nameServer;
  private final Name hostmaster;
  private final long ttl;

  RecordWriter(ZoneSettings settings) {
    this.domain = settings.domain();
    this.services = child("svc", domain);
    // A single label, so it hides no Service's short name, which has two.
    this.nameServer = child("ns", domain);
    this.hostmaster = child("hostmaster", domain);
    this.ttl = settings.ttl().toSeconds();
  }

  Name nameServer() {
    return nameServer;
  }

  /** A name below another one, which is the other one itself if it adds no label; or null. */
  @Nullable Name name(String labels, Name below) {
    if (labels.isEmpty()) {
      return below;
    }
    try {
      return Name.fromString(labels, below);
    } catch (TextParseException e) {
      return null; // all labels were validated where they came from: so it is too long
    }
  }

  SOARecord soa(Name apex, long serial) {
    return new SOARecord(
        apex, DClass.IN, ttl, nameServer, hostmaster, serial, REFRESH, RETRY, EXPIRE, ttl);
  }

  ZoneNode apex(SOARecord soa) {
    return ZoneNode.of(List.of(soa, new NSRecord(soa.getName(), DClass.IN, ttl, nameServer)));
  }

  ZoneNode addresses(Name owner, List<IpAddress> cluster, List<IpAddress> pods) {
    return ZoneNode.of(addressRecords(owner, cluster), addressRecords(owner, pods));
  }

  private List<Record> addressRecords(Name owner, Collection<IpAddress> addresses) {
    List<Record> records = new ArrayList<>(addresses.size());
    for (IpAddress address : addresses) {
      records.add(
          address.isIpv6()
              ? new AAAARecord(owner, DClass.IN, ttl, address.octets())
              : new ARecord(owner, DClass.IN, ttl, address.octets()));
    }
    return records;
  }

  /** The name of a Service, or null if it is too long. */
  @Nullable Name service(ServiceKey key) {
    return name(key.name() + "." + key.namespace(), services);
  }

  /** The records of a name of an imported Service. Targets lie below {@code service}. */
  ZoneNode imported(Name owner, Name service, ImportedNames.Answers answers) {
    List<Record> cluster = records(owner, service, answers.cluster());
    return answers.cluster().equals(answers.pods())
        ? ZoneNode.of(cluster) // one encoding serves both
        : ZoneNode.of(cluster, records(owner, service, answers.pods()));
  }

  private List<Record> records(Name owner, Name service, ImportedNames.NameRecords given) {
    List<Record> records = addressRecords(owner, given.addresses());
    int weight = Math.max(1, WEIGHTS / Math.max(1, given.targets().size()));
    for (ImportedNames.Target target : given.targets()) {
      Name host = name(target.host(), service);
      if (host != null) {
        records.add(new SRVRecord(owner, DClass.IN, ttl, 0, weight, target.port(), host));
      }
    }
    return records;
  }

  ZoneNode text(Name owner, String text) {
    return ZoneNode.of(List.of(new TXTRecord(owner, DClass.IN, ttl, text)));
  }

  /** An alias of another name. */
  ZoneNode alias(Name target) {
    return ZoneNode.of(List.of(new CNAMERecord(domain, DClass.IN, ttl, target)));
  }

  /** Whether a name below the domain's {@code svc}, in wire form, is not too long. */
  boolean fits(byte[] name) {
    return name.length + services.length() <= LONGEST_NAME;
  }

  private static Name child(String label, Name parent) {
    try {
      return Name.concatenate(Name.fromConstantString(label), parent);
    } catch (NameTooLongException e) {
      throw new IllegalArgumentException("no room for names below " + parent, e);
    }
  }
}
