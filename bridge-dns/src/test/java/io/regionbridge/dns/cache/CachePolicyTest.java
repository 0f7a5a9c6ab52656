package io.regionbridge.dns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.wire.Reply;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

class CachePolicyTest {
  private static final String NAME = "a.mn.internal";
  private final CachePolicy policy = new CachePolicy(30_000, 5_000, 3_600_000, true);

  @ParameterizedTest
  @CsvSource({
    // rcode, TTL of an answer or -1, TTL and minimum of the SOA or -1, milliseconds
    "NOERROR, 20, -1, -1, 20000",
    "NOERROR, 1, -1, -1, 1000",
    "NOERROR, 0, -1, -1, 0",
    "NOERROR, 30, -1, -1, 30000",
    "NOERROR, 31, -1, -1, 30000",
    "NOERROR, 86400, -1, -1, 30000",
    "NOERROR, 20, 3, 3, 20000", // an SOA that nobody asked for
    "NOERROR, -1, 3, 60, 3000", // NODATA
    "NOERROR, -1, 60, 3, 3000",
    "NOERROR, -1, 60, 60, 5000",
    "NOERROR, -1, -1, -1, 0", // nobody says for how long
    "NXDOMAIN, -1, 3, 60, 3000",
    "NXDOMAIN, -1, 60, 60, 5000",
    "NXDOMAIN, -1, 0, 60, 0",
    "NXDOMAIN, -1, -1, -1, 0",
    "NXDOMAIN, 20, 3, 60, 3000", // at the end of an alias
    "SERVFAIL, -1, 3, 3, 0",
    "SERVFAIL, 20, -1, -1, 0",
    "REFUSED, -1, 3, 3, 0",
  })
  void howLongAReplyIsKept(String rcode, long ttl, long soa, long minimum, long millis) {
    Message m = CacheFixture.answer(NAME);
    m.getHeader().setRcode(Rcode.value(rcode));
    if (ttl >= 0) {
      m.addRecord(Records.a(NAME, ttl, "10.52.0.1"), Section.ANSWER);
    }
    if (soa >= 0) {
      m.addRecord(Records.soa("mn.internal", soa, 1, minimum), Section.AUTHORITY);
    }
    byte[] wire = m.toWire();
    Reply reply = new Reply();
    reply.inspect(wire, wire.length, 12 + NAME.length() + 2 + 4, CacheFixture.ANYTHING);
    assertThat(policy.freshFor(reply)).isEqualTo(millis);
  }
}
