package io.regionbridge.dns;

import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.errorText;
import static io.regionbridge.dns.testing.Replies.flag;
import static io.regionbridge.dns.testing.Replies.rcode;
import static io.regionbridge.dns.testing.Replies.section;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.relay.Trace;
import io.regionbridge.dns.testing.Asked;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.upstream.GatewayHealth.Outcome;
import io.regionbridge.dns.wire.EdnsOption;
import io.regionbridge.dns.zone.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** What the relay believes of a gateway's replies, with one gateway that misbehaves in each way. */
@Timeout(30)
class RelayTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";

  @Test
  void aNameOfNobodyIsRefusedOnlyOnceAllZonesAreKnown() throws IOException {
    TestBridge.Plan plan = TestBridge.plan();
    try (var bridge = plan.incomplete().start()) {
      assertThat(rcode(bridge.ask("web.shop.svc.hel1.internal", Type.A))).isEqualTo("SERVFAIL");
      bridge.dns().publish(TestBridge.plan().table(bridge.dns().table()));
      Await.until("the table is in force", () -> refused(bridge));
    }
  }

  private static boolean refused(TestBridge bridge) {
    try {
      return rcode(bridge.ask("web.shop.svc.hel1.internal", Type.A)).equals("REFUSED");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anAnswerIsPassedOnWithRecursionAvailableAndWithoutAuthority() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, "10.52.1.2")));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(addresses(reply)).containsExactly("10.52.1.2");
      assertThat(flag(reply, Flags.RA)).isTrue();
      assertThat(flag(reply, Flags.AA)).isFalse();
      assertThat(flag(reply, Flags.TC)).isFalse();
    }
  }

  @Test
  void whatIsSentToAGatewaySaysThatItIsRelayedAndFoldsTheName() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, "10.52.1.2")));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      Message reply = bridge.ask("NaTs.Messaging.sVc.MN.internal", Type.A);
      assertThat(reply.getQuestion().getName().toString())
          .as("the client's own spelling comes back")
          .isEqualTo("NaTs.Messaging.sVc.MN.internal.");
      Asked asked = gateway.asked().getFirst();
      assertThat(asked.name().toString()).isEqualTo(NAME + ".");
      OPTRecord opt = asked.query().getOPT();
      assertThat(opt).isNotNull();
      assertThat(opt.getOptions(EdnsOption.RELAYED)).hasSize(1);
      assertThat(opt.getPayloadSize()).isEqualTo(1232);
      assertThat(opt.getOptions(EdnsOption.COOKIE)).hasSize(1);
    }
  }

  /** What a gateway may say before the truth, none of which is to be believed. */
  static Stream<Lie> lies() {
    return Stream.of(
        new Lie(
            "another ID",
            a -> {
              byte[] lie = lie(a);
              lie[0] ^= 0x55;
              return lie;
            }),
        new Lie(
            "another name",
            a -> {
              Message m = new Message(a.query().getHeader().getID());
              m.getHeader().setFlag(Flags.QR);
              Record other =
                  Record.newRecord(Records.name("evil.svc.mn.internal"), Type.A, DClass.IN);
              m.addRecord(other, Section.QUESTION);
              m.addRecord(Records.a(other.getName(), 60, "10.52.6.6"), Section.ANSWER);
              return m.toWire();
            }),
        new Lie(
            "the name in other case",
            a -> {
              byte[] lie = lie(a);
              lie[13] ^= 0x20;
              return lie;
            }),
        new Lie(
            "another type",
            a -> {
              byte[] lie = lie(a);
              lie[12 + a.name().length() + 1] = 28;
              return lie;
            }),
        new Lie(
            "another class",
            a -> {
              byte[] lie = lie(a);
              lie[12 + a.name().length() + 3] = 3;
              return lie;
            }),
        new Lie(
            "no question",
            a -> Packet.header(a.query().getHeader().getID(), 0x8180, 0, 0, 0, 0).done()),
        new Lie("a query", a -> a.wire()),
        new Lie(
            "another opcode",
            a -> {
              byte[] lie = lie(a);
              lie[2] |= 0x28;
              return lie;
            }),
        new Lie("a header cut short", a -> java.util.Arrays.copyOf(lie(a), 11)),
        new Lie("a question cut short", a -> java.util.Arrays.copyOf(lie(a), 20)),
        new Lie(
            "a cookie that is not ours",
            a -> {
              Message m = a.addresses(60, "10.52.6.6");
              var cookie = new GenericEDNSOption(EdnsOption.COOKIE, new byte[24]);
              m.addRecord(new OPTRecord(1232, 0, 0, 0, List.of(cookie)), Section.ADDITIONAL);
              return m.toWire();
            }),
        new Lie("nothing at all", a -> new byte[0]));
  }

  private static byte[] lie(Asked asked) {
    return asked.addresses(60, "10.52.6.6").toWire();
  }

  interface Forger {
    byte[] forge(Asked asked);
  }

  record Lie(String what, Forger forger) {
    @Override
    public String toString() {
      return what;
    }
  }

  @ParameterizedTest
  @MethodSource("lies")
  void aReplyThatDoesNotMatchIsIgnoredAndTheTrueOneStillTaken(Lie lie) throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              a.reply(lie.forger().forge(a));
              a.reply(a.addresses(60, "10.52.1.2"));
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(bridge.gateway(gateway).outcomes(Outcome.FAILED)).isZero();
    }
  }

  @Test
  void aReplyFromAnotherAddressIsNotBelieved() throws IOException {
    try (var elsewhere = new DatagramSocket(new InetSocketAddress(loopback("127.0.0.1"), 0));
        var gateway =
            ScriptedGateway.start(a -> {
              byte[] lie = lie(a);
              elsewhere.send(new DatagramPacket(lie, lie.length, a.from()));
              a.reply(a.addresses(60, "10.52.1.2"));
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
    }
  }

  @Test
  void aDuplicateOfTheReplyIsIgnored() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              a.reply(a.addresses(60, "10.52.1.2"));
              a.reply(a.addresses(60, "10.52.6.6"));
            });
        var bridge = TestBridge.plan().gateways(gateway).start();
        var client = bridge.client()) {
      assertThat(addresses(client.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(addresses(client.ask("other.svc.mn.internal", Type.A)))
          .containsExactly("10.52.1.2");
      assertThat(addresses(client.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(bridge.dns().waiting()).isZero();
    }
  }

  @Test
  void aReplyAfterTheQueryWasGivenUpIsKeptForWhoAsksNext() throws IOException {
    List<Asked> kept = new CopyOnWriteArrayList<>();
    try (var gateway = ScriptedGateway.start(kept::add);
        var bridge = TestBridge.plan().gateways(gateway).timeout(200).start();
        var client = bridge.client()) {
      assertThat(rcode(client.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      for (Asked late : List.copyOf(kept)) {
        late.reply(late.addresses(60, "10.52.6.6"));
      }
      Await.until("kept", () -> bridge.dns().cacheEntries() == 1);
      int asked = kept.size();
      assertThat(addresses(client.ask(NAME, Type.A))).containsExactly("10.52.6.6");
      assertThat(kept).hasSize(asked);
    }
  }

  @Test
  void aReplyAfterTheQueryWasGivenUpAnswersWhoAsksAgainMeanwhile() throws IOException {
    List<Asked> kept = new CopyOnWriteArrayList<>();
    try (var gateway = ScriptedGateway.start(kept::add);
        var bridge = TestBridge.plan().gateways(gateway).timeout(500).start();
        var client = bridge.client()) {
      assertThat(rcode(client.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      int asked = kept.size();
      Asked late = kept.getFirst();
      bridge.pass(1_000); // the failure is forgotten
      client.send(UdpClient.query(NAME, Type.A));
      Await.until("asked again", () -> kept.size() > asked);
      late.reply(late.addresses(60, "10.52.6.6"));
      assertThat(addresses(new Message(client.receive()))).containsExactly("10.52.6.6");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTruncatedReplyIsAskedForAgainOverTcp(boolean nio) throws IOException {
    String[] many =
        IntStream.range(0, 3000)
            .mapToObj(i -> "10.52." + i / 250 + "." + i % 250)
            .toArray(String[]::new);
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (a.tcp()) {
                a.reply(a.addresses(60, many));
              } else {
                Message cut = a.empty(Rcode.NOERROR);
                cut.getHeader().setFlag(Flags.TC);
                a.reply(cut);
              }
            });
        var bridge = nio(TestBridge.plan(), nio).gateways(gateway).start();
        var tcp = bridge.tcp()) {
      Message overUdp = bridge.ask(NAME, Type.A);
      assertThat(flag(overUdp, Flags.TC)).isTrue();
      assertThat(addresses(overUdp)).as("as many as fit").hasSize(73);
      Message overTcp = tcp.ask(UdpClient.ednsQuery(NAME, Type.A, 1232));
      assertThat(flag(overTcp, Flags.TC)).isFalse();
      assertThat(addresses(overTcp)).containsExactlyInAnyOrder(many);
      assertThat(gateway.asked().stream().map(Asked::tcp)).contains(false, true);
      assertThat(bridge.replies(Source.CACHE)).as("the second was answered from there").isOne();
    }
  }

  private static TestBridge.Plan nio(TestBridge.Plan plan, boolean nio) {
    return nio ? plan.nio() : plan;
  }

  @Test
  void severalTruncatedRepliesShareOneTcpConnection() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              Message reply = a.tcp() ? a.addresses(60, "10.52.1.2") : a.empty(Rcode.NOERROR);
              if (!a.tcp()) {
                reply.getHeader().setFlag(Flags.TC);
              }
              a.reply(reply);
            });
        var bridge = TestBridge.plan().gateways(gateway).start();
        var client = bridge.client()) {
      for (int i = 0; i < 20; i++) {
        client.send(UdpClient.query("n" + i + ".svc.mn.internal", Type.A));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(addresses(new Message(client.receive()))).containsExactly("10.52.1.2");
      }
      assertThat(gateway.asked().stream().filter(Asked::tcp).map(Asked::from).distinct())
          .hasSize(1);
    }
  }

  @Test
  void aTcpConnectionThatClosesHalfWaySendsTheQueryToTheNextGateway() throws IOException {
    try (var first =
            ScriptedGateway.start(a -> {
              Message cut = a.empty(Rcode.NOERROR);
              cut.getHeader().setFlag(Flags.TC);
              a.reply(a.tcp() ? new byte[0] : cut.toWire());
            });
        var second = ScriptedGateway.start(a -> a.reply(a.addresses(60, "10.52.1.2")));
        var bridge = TestBridge.plan().gateways(first, second).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(first.asked().stream().map(Asked::tcp)).startsWith(false, true);
    }
  }

  @Test
  void aReplyThatIsTruncatedOverTcpAsWellIsNoAnswer() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              Message cut = a.empty(Rcode.NOERROR);
              cut.getHeader().setFlag(Flags.TC);
              a.reply(cut);
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(rcode(reply)).isEqualTo("SERVFAIL");
      assertThat(errorText(reply)).contains("truncated");
    }
  }

  @Test
  void aMalformedReplyToTheRightQuestionSendsTheQueryToTheNextGateway() throws IOException {
    try (var first =
            ScriptedGateway.start(a -> {
              byte[] whole = a.addresses(60, "10.52.6.6").toWire();
              a.reply(java.util.Arrays.copyOf(whole, whole.length - 2));
            });
        var second = ScriptedGateway.start(a -> a.reply(a.addresses(60, "10.52.1.2")));
        var bridge = TestBridge.plan().gateways(first, second).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(bridge.gateway(first).outcomes(Outcome.FAILED)).isPositive();
    }
  }

  @Test
  void recordsOutsideThePeersDomainAreDropped() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              Message m =
                  a.with(
                      Records.a(a.name(), 60, "10.52.1.2"),
                      Records.a("www.example.com", 60, "10.52.6.6"));
              m.addRecord(Records.a("xmn.internal", 60, "10.52.6.7"), Section.ADDITIONAL);
              m.addRecord(Records.soa("example.com", 60, 1, 1), Section.AUTHORITY);
              a.reply(m);
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(section(reply, Section.ANSWER))
          .containsExactly(NAME + ". 60 IN A 10.52.1.2".replace(" 60 ", " 30 "));
      assertThat(section(reply, Section.AUTHORITY)).isEmpty();
      assertThat(section(reply, Section.ADDITIONAL)).isEmpty();
    }
  }

  @Test
  void anAliasOutOfTheZoneIsPassedOnWithoutWhatItPointsAt() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a ->
                a.reply(
                    a.with(
                        Records.cname(NAME, 5, "db.example.com"),
                        Records.a("db.example.com", 5, "203.0.113.9"))));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(section(reply, Section.ANSWER))
          .containsExactly(NAME + ". 5 IN CNAME db.example.com.");
      assertThat(rcode(reply)).isEqualTo("NOERROR");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.53.0.1", "10.51.255.255", "127.0.0.1", "203.0.113.1", "169.254.1.1"})
  void addressesOutsideThePeersRangesAreLeftOut(String address) throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> a.reply(a.addresses(5, "10.52.1.2", address, "10.52.1.3")));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(rcode(reply)).isEqualTo("NOERROR");
      assertThat(addresses(reply)).containsExactlyInAnyOrder("10.52.1.2", "10.52.1.3");
      assertThat(bridge.events(LoopCounters.Event.CONTAINED)).isEqualTo(1);
      assertThat(bridge.gateway(gateway).outcomes(Outcome.CONTAINED)).isEqualTo(1);
    }
  }

  @Test
  void anAnswerWhoseAddressesAreAllOutsideFails() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, "10.53.0.1", "8.8.8.8")));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(rcode(reply)).isEqualTo("SERVFAIL");
      assertThat(addresses(reply)).isEmpty();
      assertThat(errorText(reply)).contains("region mn").contains("outside its own ranges");
      assertThat(bridge.events(LoopCounters.Event.CONTAINED)).isEqualTo(1);
      assertThat(bridge.gateway(gateway).outcomes(Outcome.CONTAINED)).isEqualTo(1);
      assertThat(bridge.dns().cacheEntries()).isZero();
    }
  }

  @Test
  void anIpv6AddressOutsideThePeersRangesFails() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> a.reply(a.with(Records.aaaa(NAME, 5, "fd53::1"))));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(rcode(bridge.ask(NAME, Type.AAAA))).isEqualTo("SERVFAIL");
    }
  }

  @Test
  void ofAFamilyThatThePeerHasNotThereIsNoData() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (a.name().equals(Records.name(NAME))) {
                a.reply(a.with(Records.aaaa(NAME, 5, "fd53::1")));
              } else if (!a.name().equals(Records.name("mn.internal"))) {
                a.reply(a.empty(Rcode.SERVFAIL));
              } else {
                a.reply(a.empty(Rcode.NOERROR));
              }
            });
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .ranges(TestBridge.prefix("10.52.0.0", 16))
                .start()) {
      Message foreign = bridge.ask(NAME, Type.AAAA);
      assertThat(rcode(foreign)).isEqualTo("NOERROR");
      assertThat(addresses(foreign)).isEmpty();
      assertThat(rcode(bridge.ask("failing.mn.internal", Type.AAAA))).isEqualTo("NOERROR");
      assertThat(rcode(bridge.ask("failing.mn.internal", Type.A))).isEqualTo("SERVFAIL");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.52.0.9", "10.52.0.10"})
  void addressesOfOurOwnNodesAreNeverBelieved(String address) throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, address)));
        var bridge =
            TestBridge.plan().gateways(gateway).never(TestBridge.prefix("10.52.0.9", 32)).start()) {
      String expected = address.endsWith("9") ? "SERVFAIL" : "NOERROR";
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.53.0.9",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255"
      })
  void addressesThatMeanSomethingElseEverywhereAreNeverBelieved(String address) throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, address)));
        var bridge = TestBridge.plan().gateways(gateway).uncontained().start()) {
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"::", "::1", "fe80::1", "febf::1", "ff02::1", "::127.0.0.1"})
  void andNeitherAreThoseOfIpv6(String address) throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.with(Records.aaaa(NAME, 5, address))));
        var bridge = TestBridge.plan().gateways(gateway).uncontained().start()) {
      assertThat(rcode(bridge.ask(NAME, Type.AAAA))).isEqualTo("SERVFAIL");
    }
  }

  @Test
  void whatAGatewayHasToSayToItsRefusalReachesTheClient() throws Exception {
    try (var gateway =
            ScriptedGateway.start(a -> {
              Message m = a.empty(Rcode.SERVFAIL);
              String text = "still \u001b[31mreading";
              OPTRecord opt =
                  new OPTRecord(1232, 0, 0, 0, List.of(new ExtendedErrorCodeOption(14, text)));
              m.addRecord(opt, Section.ADDITIONAL);
              a.reply(m);
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      for (int i = 0; i < 2; i++) {
        Message reply = bridge.ask(NAME, Type.A);
        List<EDNSOption> errors =
            Objects.requireNonNull(reply.getOPT()).getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR);
        assertThat(errors).as("ours and theirs").hasSize(2);
        assertThat(errorText(reply)).contains("no gateway of region mn").contains("not ready");
        ExtendedErrorCodeOption theirs = (ExtendedErrorCodeOption) errors.getLast();
        assertThat(theirs.getErrorCode()).isEqualTo(14);
        assertThat(theirs.getText()).as("harmless to a terminal").isEqualTo("still [31mreading");
      }
      assertThat(Objects.requireNonNull(bridge.gateway(gateway).refusal()).why())
          .isEqualTo("SERVFAIL (not ready: still [31mreading)");
      Trace trace = trace(bridge, "b." + NAME);
      assertThat(trace.tries().getFirst().outcome()).contains("not ready: still");
      assertThat(trace.source()).isEqualTo(Source.RELAY);
      Trace again = trace(bridge, "b." + NAME);
      assertThat(again.tries()).as("the failure is remembered").isEmpty();
      assertThat(again.source()).isEqualTo(Source.CACHE);
    }
  }

  private static Trace trace(TestBridge bridge, String name) throws Exception {
    return bridge.dns().trace(Records.name(name), Type.A, View.PODS).get(10, TimeUnit.SECONDS);
  }

  @Test
  void recordsOfOtherNamesAreNoAnswer() throws IOException {
    try (var gateway =
            ScriptedGateway.start(
                a -> a.reply(a.with(Records.a("victim.mn.internal", 5, "10.52.1.2"))));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(rcode(reply)).isEqualTo("SERVFAIL");
      assertThat(errorText(reply)).contains("without a record of the question's name");
      assertThat(bridge.dns().cacheEntries()).isZero();
    }
  }

  @Test
  void withoutContainmentAnyAddressIsPassedOn() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, "203.0.113.1")));
        var bridge = TestBridge.plan().gateways(gateway).uncontained().start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("203.0.113.1");
    }
  }

  @Test
  void nxdomainIsAnAnswerAndIsKeptAsLongAsItsSoaSays() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              Message m = a.empty(Rcode.NXDOMAIN);
              m.addRecord(Records.soa("mn.internal", 30, 1, 3), Section.AUTHORITY);
              a.reply(m);
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("NXDOMAIN");
      bridge.pass(2_000);
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("NXDOMAIN");
      assertThat(bridge.replies(Source.CACHE)).isOne();
      bridge.pass(1_500);
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("NXDOMAIN");
      assertThat(bridge.replies(Source.RELAY)).isEqualTo(2);
    }
  }

  @Test
  void timeToLiveCountsDownFromReplyToReply() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(20, "10.52.1.2")));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(ttl(bridge.ask(NAME, Type.A))).isEqualTo(20);
      bridge.pass(7_000);
      assertThat(ttl(bridge.ask(NAME, Type.A))).isEqualTo(13);
      bridge.pass(12_000);
      assertThat(ttl(bridge.ask(NAME, Type.A))).isEqualTo(1);
      bridge.pass(1_000);
      assertThat(ttl(bridge.ask(NAME, Type.A))).isEqualTo(20);
      assertThat(bridge.replies(Source.CACHE)).isEqualTo(2);
      assertThat(bridge.replies(Source.RELAY)).isEqualTo(2);
    }
  }

  private static long ttl(Message reply) {
    return reply.getSection(Section.ANSWER).getFirst().getTTL();
  }

  @Test
  void addressesRotateFromReplyToReply() throws IOException {
    try (var gateway =
            ScriptedGateway.start(
                a -> a.reply(a.addresses(20, "10.52.1.1", "10.52.1.2", "10.52.1.3")));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      List<String> firsts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        List<String> all = addresses(bridge.ask(NAME, Type.A));
        assertThat(all).containsExactlyInAnyOrder("10.52.1.1", "10.52.1.2", "10.52.1.3");
        firsts.add(all.getFirst());
      }
      assertThat(firsts.subList(0, 3)).doesNotHaveDuplicates();
      assertThat(firsts.subList(3, 6)).isEqualTo(firsts.subList(0, 3));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aHundredIdenticalQuestionsAtOnceMakeOneExchange(int loops) throws Exception {
    List<Asked> held = new CopyOnWriteArrayList<>();
    CountDownLatch first = new CountDownLatch(1);
    try (var gateway =
            ScriptedGateway.start(a -> {
              held.add(a);
              first.countDown();
            });
        var bridge = TestBridge.plan().gateways(gateway).loops(loops).timeout(9_000).start()) {
      List<UdpClient> clients = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        UdpClient client = bridge.client();
        clients.add(client);
        client.send(UdpClient.query(NAME, Type.A));
      }
      assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
      Await.until("100 waiting", () -> bridge.dns().waiting() == 100);
      assertThat(bridge.dns().exchanges()).isEqualTo(1);
      held.getFirst().reply(held.getFirst().addresses(20, "10.52.1.2"));
      for (UdpClient client : clients) {
        assertThat(addresses(new Message(client.receive()))).containsExactly("10.52.1.2");
        client.close();
      }
      assertThat(bridge.dns().waiting()).isZero();
    }
  }

  @Test
  void aProbeOfAnotherBridgeIsNoQuery() throws IOException {
    try (var bridge = TestBridge.plan().start();
        var client = bridge.client()) {
      Message probe = UdpClient.query(TestBridge.LOCAL, Type.SOA);
      var mark = new GenericEDNSOption(EdnsOption.RELAYED, new byte[] {EdnsOption.PROBE});
      probe.addRecord(new OPTRecord(1232, 0, 0, 0, List.of(mark)), Section.ADDITIONAL);
      assertThat(rcode(client.ask(probe))).isEqualTo("NOERROR");
      assertThat(bridge.replies(Source.LOCAL)).isZero();
      assertThat(bridge.events(LoopCounters.Event.PROBE)).isOne();
    }
  }

  @Test
  void aQueryThatAnotherBridgeRelaysIsNotRelayedAgain() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(20, "10.52.1.2")));
        var bridge = TestBridge.plan().gateways(gateway).start();
        var client = bridge.client()) {
      Message relayed = UdpClient.query(NAME, Type.A);
      var mark = new GenericEDNSOption(EdnsOption.RELAYED, new byte[0]);
      relayed.addRecord(new OPTRecord(1232, 0, 0, 0, List.of(mark)), Section.ADDITIONAL);
      assertThat(rcode(client.ask(relayed))).isEqualTo("REFUSED");
      assertThat(gateway.asked()).isEmpty();
    }
  }

  @Test
  void aQueryFromAPeerRegionIsNotRelayedButAnsweredFromTheLocalZone() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(20, "10.52.1.2")));
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .local(
                    "web.shop.svc.fsn1.internal",
                    Records.a("web.shop.svc.fsn1.internal", 5, "10.42.0.7"))
                .start();
        var peer = bridge.client(TestBridge.PEER_CLIENT)) {
      assertThat(rcode(peer.ask(NAME, Type.A))).isEqualTo("REFUSED");
      assertThat(addresses(peer.ask("web.shop.svc.fsn1.internal", Type.A)))
          .containsExactly("10.42.0.7");
      assertThat(gateway.asked()).isEmpty();
    }
  }

  @Test
  void aNameThatEveryoneAsksForIsRenewedBeforeItExpires() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(20, "10.52.1.2")));
        var bridge = TestBridge.plan().gateways(gateway).prefetch().start();
        var client = bridge.client()) {
      for (int i = 0; i < 4; i++) {
        client.ask(NAME, Type.A);
      }
      int before = gateway.asked().size();
      bridge.pass(18_500);
      assertThat(addresses(client.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      Await.until("asked again", () -> gateway.asked().size() > before);
      Await.until("renewed", () -> ask(client) > 10);
      assertThat(bridge.events(LoopCounters.Event.PREFETCH)).isEqualTo(1);
      assertThat(bridge.replies(Source.RELAY)).as("nobody waited for it").isOne();
    }
  }

  private static long ask(UdpClient client) {
    try {
      return ttl(client.ask(NAME, Type.A));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void answersOfUnknownTypesAreRelayedAsTheyAre() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a ->
                a.reply(
                    a.type() == Type.TXT
                        ? a.with(new TXTRecord(a.name(), DClass.IN, 5, "a b"))
                        : a.with(
                            Record.newRecord(
                                a.name(), 65_400, DClass.IN, 5, new byte[] {1, 2, 3}))));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(section(bridge.ask(NAME, Type.TXT), Section.ANSWER))
          .containsExactly(NAME + ". 5 IN TXT \"a b\"");
      assertThat(section(bridge.ask(NAME, 65_400), Section.ANSWER))
          .containsExactly(NAME + ". 5 IN TYPE65400 \\# 3 010203");
    }
  }

  private static InetAddress loopback(String address) {
    return InetAddress.ofLiteral(address);
  }
}
