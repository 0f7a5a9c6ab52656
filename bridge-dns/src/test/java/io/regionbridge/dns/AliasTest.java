package io.regionbridge.dns;

import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.errorCode;
import static io.regionbridge.dns.testing.Replies.errorText;
import static io.regionbridge.dns.testing.Replies.flag;
import static io.regionbridge.dns.testing.Replies.rcode;
import static io.regionbridge.dns.testing.Replies.section;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.relay.Trace;
import io.regionbridge.dns.testing.Asked;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.wire.EdnsOption;
import io.regionbridge.dns.zone.View;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Aliases that lead from region to region, and out of all of them. */
@Timeout(30)
class AliasTest {
  private static final String HERE = ".shop.svc.fsn1.internal";
  private static final String THERE = ".shop.svc.mn.internal";

  /** Answers with those of the records that the question's name owns, or that there are none. */
  private static ScriptedGateway.Script zone(Record... records) {
    Map<String, List<Record>> byName =
        Arrays.stream(records).collect(Collectors.groupingBy(r -> r.getName().toString()));
    return a -> {
      List<Record> own = byName.getOrDefault(a.name().toString(), List.of());
      Record[] fitting =
          own.stream()
              .filter(r -> r.getType() == a.type() || r.getType() == Type.CNAME)
              .toArray(Record[]::new);
      Message m = a.with(fitting);
      if (fitting.length == 0) {
        m.getHeader().setRcode(own.isEmpty() ? Rcode.NXDOMAIN : Rcode.NOERROR);
        m.addRecord(Records.soa("mn.internal", 5, 1, 5), Section.AUTHORITY);
      }
      a.reply(m);
    };
  }

  private static List<String> answer(Message reply) {
    return section(reply, Section.ANSWER);
  }

  @Test
  void anAliasOfThePeerIntoOurRegionHasOurAddress() throws IOException {
    try (var gateway = ScriptedGateway.start(zone(Records.cname("a" + THERE, 9, "web" + HERE)));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("web" + HERE, Records.a("web" + HERE, 5, "10.42.0.9"))
                .start()) {
      for (int i = 0; i < 2; i++) {
        Message reply = bridge.ask("A" + THERE, Type.A);
        assertThat(answer(reply))
            .containsExactly(
                "A" + THERE + ". 9 IN CNAME web" + HERE + ".", "web" + HERE + ". 5 IN A 10.42.0.9");
        assertThat(flag(reply, Flags.RA)).isTrue();
        assertThat(flag(reply, Flags.AA)).isFalse();
      }
      Message none = bridge.ask("a" + THERE, Type.AAAA);
      assertThat(rcode(none)).isEqualTo("NOERROR");
      assertThat(answer(none)).hasSize(1);
      assertThat(section(none, Section.AUTHORITY)).singleElement().asString().contains("SOA");
    }
  }

  @Test
  void anAliasOfOursIntoThePeersHasItsAddressesWhichRotate() throws IOException {
    try (var gateway =
            ScriptedGateway.start(
                zone(
                    Records.a("db" + THERE, 5, "10.52.1.1"),
                    Records.a("db" + THERE, 5, "10.52.1.2"),
                    Records.srv("srv" + THERE, 5, 80, "db" + THERE)));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("db" + HERE, Records.cname("db" + HERE, 5, "db" + THERE))
                .local("srv" + HERE, Records.cname("srv" + HERE, 5, "srv" + THERE))
                .local("none" + HERE, Records.cname("none" + HERE, 5, "none" + THERE))
                .start()) {
      Message first = bridge.ask("db" + HERE, Type.A);
      assertThat(addresses(first)).containsExactlyInAnyOrder("10.52.1.1", "10.52.1.2");
      assertThat(flag(first, Flags.AA)).as("for the question's name").isTrue();
      assertThat(flag(first, Flags.RA)).isTrue();
      assertThat(addresses(bridge.ask("db" + HERE, Type.A)).getFirst())
          .isNotEqualTo(addresses(bridge.ask("db" + HERE, Type.A)).getFirst());
      assertThat(bridge.replies(Source.CACHE)).isEqualTo(2);
      assertThat(answer(bridge.ask("srv" + HERE, Type.SRV)))
          .containsExactly(
              "srv" + HERE + ". 5 IN CNAME srv" + THERE + ".",
              "srv" + THERE + ". 5 IN SRV 0 100 80 db" + THERE + ".");
      Message none = bridge.ask("none" + HERE, Type.A);
      assertThat(rcode(none)).isEqualTo("NXDOMAIN");
      assertThat(answer(none)).hasSize(1);
      assertThat(answer(bridge.ask("db" + HERE, Type.CNAME))).as("asked for").hasSize(1);
      assertThat(gateway.asked("db" + THERE)).isOne();
    }
  }

  @Test
  void manyAddressesBehindAnAliasAreWhole() throws IOException {
    Record[] addresses =
        IntStream.rangeClosed(1, 60)
            .mapToObj(i -> Records.a("db" + THERE, 5, "10.52.2." + i))
            .toArray(Record[]::new);
    List<String> all = Stream.of(addresses).map(r -> r.rdataToString()).toList();
    try (var gateway = ScriptedGateway.start(zone(addresses));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("db" + HERE, Records.cname("db" + HERE, 5, "db" + THERE))
                .start();
        var tcp = bridge.tcp()) {
      assertThat(addresses(tcp.ask(UdpClient.query("db" + HERE, Type.A))))
          .containsExactlyInAnyOrderElementsOf(all);
      assertThat(addresses(bridge.ask("db" + HERE, Type.A)))
          .containsExactlyInAnyOrderElementsOf(all);
    }
  }

  @Test
  void aPartThatSaysNothingAtAllEndsTheAlias() throws IOException {
    ScriptedGateway.Script nothing = a -> a.reply(a.with());
    try (var gateway = ScriptedGateway.start(nothing);
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("db" + HERE, Records.cname("db" + HERE, 5, "db" + THERE))
                .start()) {
      Message reply = bridge.ask("db" + HERE, Type.A);
      assertThat(rcode(reply)).isEqualTo("NOERROR");
      assertThat(answer(reply)).containsExactly("db" + HERE + ". 5 IN CNAME db" + THERE + ".");
      assertThat(gateway.asked("db" + THERE)).isOne();
    }
  }

  @Test
  void anAliasMayLeadThereAndBack() throws IOException {
    try (var gateway = ScriptedGateway.start(zone(Records.cname("b" + THERE, 5, "c" + HERE)));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("a" + HERE, Records.cname("a" + HERE, 5, "b" + THERE))
                .local("c" + HERE, Records.cname("c" + HERE, 5, "d" + HERE))
                .local("d" + HERE, Records.a("d" + HERE, 5, "10.42.0.4"))
                .start();
        var tcp = bridge.tcp()) {
      List<String> chain =
          List.of(
              "a" + HERE + ". 5 IN CNAME b" + THERE + ".",
              "b" + THERE + ". 5 IN CNAME c" + HERE + ".",
              "c" + HERE + ". 5 IN CNAME d" + HERE + ".",
              "d" + HERE + ". 5 IN A 10.42.0.4");
      assertThat(answer(bridge.ask("a" + HERE, Type.A))).isEqualTo(chain);
      assertThat(answer(tcp.ask(UdpClient.query("a" + HERE, Type.A)))).isEqualTo(chain);
    }
  }

  /** A circle, and eight aliases in a row. */
  private static TestBridge.Plan circle() {
    TestBridge.Plan plan =
        TestBridge.plan()
            .local("a" + HERE, Records.cname("a" + HERE, 5, "b" + THERE))
            .local("l8" + HERE, Records.a("l8" + HERE, 5, "10.42.0.8"));
    for (int i = 0; i < 8; i++) {
      String name = "l" + i + HERE;
      plan.local(name, Records.cname(name, 5, "l" + (i + 1) + HERE));
    }
    return plan;
  }

  @Test
  void aCircleThroughSeveralRegionsIsAFailure() throws IOException {
    try (var gateway =
            ScriptedGateway.start(
                zone(
                    Records.cname("b" + THERE, 5, "a" + HERE),
                    Records.cname("long" + THERE, 5, "l0" + HERE)));
        var bridge = circle().gateways(gateway).start()) {
      Message circle = bridge.ask("a" + HERE, Type.A);
      assertThat(rcode(circle)).isEqualTo("SERVFAIL");
      assertThat(answer(circle)).isEmpty();
      assertThat(errorText(circle)).contains("circle");
      assertThat(rcode(bridge.ask("b" + THERE, Type.A))).isEqualTo("SERVFAIL");
      assertThat(rcode(bridge.ask("l0" + HERE, Type.A))).as("eight steps").isEqualTo("NOERROR");
      assertThat(rcode(bridge.ask("long" + THERE, Type.A))).as("nine").isEqualTo("SERVFAIL");
    }
  }

  @Test
  void eachPartIsContainedByTheRegionThatItComesFrom() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (a.name().equals(Records.name("a" + THERE))) {
                a.reply(
                    a.with(
                        Records.cname("a" + THERE, 5, "web" + HERE),
                        Records.a("web" + HERE, 5, "10.52.6.6")));
              } else {
                a.reply(a.addresses(5, "10.42.0.9"));
              }
            });
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("web" + HERE, Records.a("web" + HERE, 5, "10.42.0.9"))
                .local("out" + HERE, Records.cname("out" + HERE, 5, "bad" + THERE))
                .start()) {
      assertThat(addresses(bridge.ask("a" + THERE, Type.A))).containsExactly("10.42.0.9");
      Message outside = bridge.ask("out" + HERE, Type.A);
      assertThat(rcode(outside)).isEqualTo("SERVFAIL");
      assertThat(errorText(outside)).contains("outside its own ranges");
    }
  }

  @Test
  void aNameOfNoRegionIsAskedOfTheResolversForAliasesAlone() throws IOException {
    Record alias = Records.cname("a" + THERE, 5, "www.example.com");
    try (var gateway = ScriptedGateway.start(zone(alias));
        var resolver =
            ScriptedGateway.start(a ->
                a.reply(
                    a.with(
                        Records.cname("www.example.com", 60, "cdn.example.net"),
                        Records.a("cdn.example.net", 60, "93.184.216.34"))));
        var bridge = TestBridge.plan().gateways(gateway).resolver(resolver).start()) {
      for (int i = 0; i < 2; i++) {
        Message reply = bridge.ask("a" + THERE, Type.A);
        assertThat(answer(reply)).hasSize(3);
        assertThat(addresses(reply)).containsExactly("93.184.216.34");
      }
      assertThat(rcode(bridge.ask("www.example.com", Type.A))).isEqualTo("REFUSED");
      assertThat(resolver.asked()).hasSize(1);
      Asked asked = resolver.asked().getFirst();
      assertThat(asked.query().getHeader().getFlag(Flags.RD)).isTrue();
      assertThat(Objects.requireNonNull(asked.query().getOPT()).getOptions(EdnsOption.RELAYED))
          .isEmpty();
      assertThat(bridge.dns().gateways()).as("no gateway of a region").hasSize(1);
    }
  }

  /** What a resolver says of a region's names is not believed: the region itself is asked. */
  @Test
  void aPublicAliasIntoARegionIsAnsweredByTheRegion() throws IOException {
    try (var gateway = ScriptedGateway.start(zone(Records.a("web" + THERE, 5, "10.52.1.1")));
        var resolver =
            ScriptedGateway.start(a ->
                a.reply(
                    a.with(
                        Records.cname("www.example.com", 60, "web" + THERE),
                        Records.a("web" + THERE, 60, "203.0.113.9"))));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .resolver(resolver)
                .local("out" + HERE, Records.cname("out" + HERE, 5, "www.example.com"))
                .start()) {
      assertThat(addresses(bridge.ask("out" + HERE, Type.A))).containsExactly("10.52.1.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "169.254.169.254", "10.52.0.9"})
  void resolversAreNotBelievedForEverythingEither(String address) throws IOException {
    try (var gateway =
            ScriptedGateway.start(zone(Records.cname("a" + THERE, 5, "rebind.example.com")));
        var resolver = ScriptedGateway.start(a -> a.reply(a.addresses(60, address)));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .resolver(resolver)
                .never(TestBridge.prefix("10.52.0.9", 32))
                .start()) {
      assertThat(rcode(bridge.ask("a" + THERE, Type.A))).isEqualTo("SERVFAIL");
    }
  }

  @Test
  void whereNobodyIsAskedTheAliasIsGivenAlone() throws IOException {
    Record alias = Records.cname("a" + THERE, 5, "www.example.com");
    Record inward = Records.cname("in" + THERE, 5, "kubernetes.default.svc.cluster.local");
    try (var gateway = ScriptedGateway.start(zone(alias, inward));
        var resolver = ScriptedGateway.start(a -> a.reply(a.addresses(60, "203.0.113.9")));
        var without = TestBridge.plan().gateways(gateway).start();
        var with = TestBridge.plan().gateways(gateway).resolver(resolver).start()) {
      Message alone = without.ask("a" + THERE, Type.A);
      assertThat(answer(alone)).containsExactly("a" + THERE + ". 5 IN CNAME www.example.com.");
      assertThat(rcode(alone)).isEqualTo("NOERROR");
      assertThat(flag(alone, Flags.RA)).isFalse();
      Message own = with.ask("in" + THERE, Type.A);
      assertThat(answer(own)).as("the cluster's own names are nobody else's").hasSize(1);
      assertThat(flag(own, Flags.RA)).isFalse();
      assertThat(resolver.asked()).isEmpty();
    }
  }

  @Test
  void aResolverThatFailsIsAFailure() throws IOException {
    try (var gateway =
            ScriptedGateway.start(zone(Records.cname("a" + THERE, 5, "www.example.com")));
        var resolver = ScriptedGateway.start(a -> a.refuse(Rcode.SERVFAIL));
        var bridge = TestBridge.plan().gateways(gateway).resolver(resolver).start()) {
      Message reply = bridge.ask("a" + THERE, Type.A);
      assertThat(rcode(reply)).isEqualTo("SERVFAIL");
      assertThat(errorCode(reply)).isEqualTo(22);
      assertThat(errorText(reply)).contains("dns.upstream");
    }
  }

  @Test
  void anotherRegionFollowsAliasesItself() throws IOException {
    try (var gateway = ScriptedGateway.start(zone(Records.a("db" + THERE, 5, "10.52.1.1")));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("db" + HERE, Records.cname("db" + HERE, 5, "db" + THERE))
                .start();
        var peer = bridge.client(TestBridge.PEER_CLIENT)) {
      assertThat(answer(peer.ask("db" + HERE, Type.A))).hasSize(1);
      assertThat(gateway.asked("db" + THERE)).isZero();
    }
  }

  /** A name that a peer's server does not follow within its own zone is asked for as well. */
  @Test
  void anAliasThatThePeerLeavesOpenIsFollowed() throws IOException {
    try (var gateway =
            ScriptedGateway.start(
                zone(
                    Records.cname("a" + THERE, 5, "b" + THERE),
                    Records.a("b" + THERE, 5, "10.52.1.1")));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(addresses(bridge.ask("a" + THERE, Type.A))).containsExactly("10.52.1.1");
    }
  }

  @Test
  void manyClientsOfOneAliasShareTheQuestions() throws Exception {
    List<Asked> held = new CopyOnWriteArrayList<>();
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (a.name().equals(Records.name("db" + THERE))) {
                held.add(a);
              } else {
                a.reply(a.empty(Rcode.NOERROR));
              }
            });
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("db" + HERE, Records.cname("db" + HERE, 5, "db" + THERE))
                .start();
        var tcp = bridge.tcp()) {
      for (int i = 0; i < 20; i++) {
        tcp.send(UdpClient.query("db" + HERE, Type.A));
      }
      Await.until("all wait", () -> bridge.dns().waiting() == 20);
      Await.until("asked", () -> !held.isEmpty());
      assertThat(bridge.dns().exchanges()).isOne();
      held.getFirst().reply(held.getFirst().addresses(5, "10.52.1.1"));
      for (int i = 0; i < 20; i++) {
        assertThat(addresses(new Message(tcp.receive()))).containsExactly("10.52.1.1");
      }
    }
  }

  @Test
  void aTraceShowsTheWholeAnswer() throws Exception {
    try (var gateway = ScriptedGateway.start(zone(Records.a("db" + THERE, 5, "10.52.1.1")));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local("db" + HERE, Records.cname("db" + HERE, 5, "db" + THERE))
                .start()) {
      Trace trace =
          bridge
              .dns()
              .trace(Records.name("db" + HERE), Type.A, View.PODS)
              .get(10, TimeUnit.SECONDS);
      assertThat(addresses(trace.answer())).containsExactly("10.52.1.1");
      assertThat(trace.tries()).hasSize(1);
      assertThat(bridge.replies(Source.RELAY)).as("what is traced is counted once").isOne();
    }
  }
}
