package io.regionbridge.dns;

import static io.regionbridge.dns.testing.Replies.rcode;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.TcpClient;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.wire.AliasChain;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ReplicaZone;
import io.regionbridge.dns.zone.ZoneNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Random aliases within and between two regions are followed as a plain reading of the rule has it.
 */
@Timeout(60)
class AliasGraphTest {
  private static final int NAMES = 12;
  private static final int ROUNDS = 150;

  /** By the name that it owns. */
  private final Map<Name, Record> records = new LinkedHashMap<>();

  @Test
  void isFollowedAsARuleOverObjectsHasIt() throws IOException {
    Random random = new Random(24);
    Map<String, Integer> kinds = new TreeMap<>();
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = TestBridge.plan().gateways(gateway).start();
        TcpClient client = bridge.tcp()) {
      for (int round = 0; round < ROUNDS; round++) {
        make(random);
        TestBridge.Plan plan = TestBridge.plan().gateways(gateway).replica(copy());
        records.forEach((name, record) -> {
          if (name.subdomain(Records.name(TestBridge.LOCAL))) {
            plan.local(name.toString(true), record);
          }
        });
        bridge.dns().publish(plan.table(bridge.dns().table()));
        for (int i = 0; i < NAMES; i++) {
          Message reply = client.ask(UdpClient.query(name(i), Type.A));
          kinds.merge(check(Records.name(name(i)), reply), 1, Integer::sum);
        }
      }
    }
    assertThat(kinds.keySet()).containsExactly("circle", "found", "nothing", "open");
    assertThat(kinds.values()).allMatch(n -> n > 50);
  }

  private static String name(int i) {
    return "n" + i + ".shop.svc." + (i % 2 == 0 ? TestBridge.LOCAL : TestBridge.PEER);
  }

  private void make(Random random) {
    records.clear();
    for (int i = 0; i < NAMES; i++) {
      String owner = name(i);
      String address = (i % 2 == 0 ? "10.42.0." : "10.52.0.") + i;
      Record record =
          switch (random.nextInt(8)) {
            case 0, 1 -> Records.a(owner, 5, address);
            case 2 -> Records.cname(owner, 5, "www.example.com");
            case 3 -> Records.cname(owner, 5, "none.shop.svc." + TestBridge.PEER);
            default -> Records.cname(owner, 5, name(random.nextInt(NAMES)));
          };
      records.put(record.getName(), record);
    }
  }

  private ReplicaZone copy() {
    Map<Name, @Nullable ZoneNode> nodes = new HashMap<>();
    records.forEach((name, record) -> {
      if (name.subdomain(Records.name(TestBridge.PEER))) {
        nodes.put(name, ZoneNode.of(List.of(record)));
      }
    });
    LocalZone zone =
        LocalZone.empty(Records.name(TestBridge.PEER), "svc", Records.soa(TestBridge.PEER, 5, 1, 5))
            .with(nodes, Records.soa(TestBridge.PEER, 5, 1, 5))
            .loadedFully();
    return new ReplicaZone(zone, true);
  }

  /** Compares with the rule, and returns what kind of answer it is. */
  private String check(Name asked, Message reply) {
    List<Record> chain = new ArrayList<>();
    Name at = asked;
    while (records.get(at) instanceof CNAMERecord alias) {
      Name target = alias.getTarget();
      boolean seen = target.equals(asked) || chain.stream().anyMatch(r -> target(r).equals(target));
      chain.add(alias);
      if (seen || chain.size() > AliasChain.MOST) {
        assertThat(rcode(reply)).as("%s of %s", asked, records).isEqualTo("SERVFAIL");
        assertThat(reply.getSection(Section.ANSWER)).isEmpty();
        return "circle";
      }
      at = target;
    }
    Record end = records.get(at);
    if (end != null) {
      chain.add(end);
    }
    assertThat(reply.getSection(Section.ANSWER)).as("%s of %s", asked, records).isEqualTo(chain);
    boolean nothing = end == null && at.subdomain(Records.name("internal"));
    assertThat(rcode(reply)).isEqualTo(nothing ? "NXDOMAIN" : "NOERROR");
    assertThat(reply.getSection(Section.AUTHORITY)).hasSize(nothing ? 1 : 0);
    if (end != null || nothing) {
      return nothing ? "nothing" : "found";
    }
    assertThat(reply.getHeader().getFlag(Flags.RA)).isFalse();
    return "open";
  }

  private static Name target(Record alias) {
    return ((CNAMERecord) alias).getTarget();
  }
}
