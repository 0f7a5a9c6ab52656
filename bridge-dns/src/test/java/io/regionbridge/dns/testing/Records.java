package io.regionbridge.dns.testing;

import java.net.InetAddress;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TXTRecord;

/** Records, briefly. */
public final class Records {
  private Records() {}

  /** An absolute name. */
  public static Name name(String text) {
    return Name.fromConstantString(text.endsWith(".") ? text : text + ".");
  }

  /** An A record. */
  public static ARecord a(Name owner, long ttl, String address) {
    return new ARecord(owner, DClass.IN, ttl, InetAddress.ofLiteral(address));
  }

  /** An A record. */
  public static ARecord a(String owner, long ttl, String address) {
    return a(name(owner), ttl, address);
  }

  /** An AAAA record. */
  public static AAAARecord aaaa(String owner, long ttl, String address) {
    return new AAAARecord(name(owner), DClass.IN, ttl, InetAddress.ofLiteral(address));
  }

  /** A CNAME record. */
  public static CNAMERecord cname(String owner, long ttl, String target) {
    return new CNAMERecord(name(owner), DClass.IN, ttl, name(target));
  }

  /** An SRV record. */
  public static SRVRecord srv(String owner, long ttl, int port, String target) {
    return new SRVRecord(name(owner), DClass.IN, ttl, 0, 100, port, name(target));
  }

  /** A TXT record. */
  public static TXTRecord txt(String owner, long ttl, String text) {
    return new TXTRecord(name(owner), DClass.IN, ttl, text);
  }

  /** An SOA record. */
  public static SOARecord soa(String owner, long ttl, long serial, long minimum) {
    return new SOARecord(
        name(owner),
        DClass.IN,
        ttl,
        name("ns.dns." + owner),
        name("hostmaster." + owner),
        serial,
        7200,
        1800,
        86400,
        minimum);
  }
}
