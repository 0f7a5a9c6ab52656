package io.regionbridge.dns;

import static io.regionbridge.dns.testing.Packet.option;
import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.cookie;
import static io.regionbridge.dns.testing.Replies.flag;
import static io.regionbridge.dns.testing.Replies.rcode;
import static io.regionbridge.dns.testing.Replies.section;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.testing.Asked;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.TcpClient;
import io.regionbridge.dns.testing.UdpClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What clients see of the server over UDP and TCP, whichever transport it runs on. */
@Timeout(30)
abstract class ServerContract {
  private static final String WEB = "web.shop.svc.fsn1.internal";
  private static final String BIG = "big.shop.svc.fsn1.internal";
  private static final String PEER_NAME = "nats.messaging.svc.mn.internal";

  private final List<Asked> held = new CopyOnWriteArrayList<>();
  private ScriptedGateway gateway;
  private TestBridge bridge;
  private UdpClient client;

  /** A plan for the transport that is tested. */
  abstract TestBridge.Plan plan();

  @BeforeEach
  void start() throws IOException {
    gateway = ScriptedGateway.start(held::add);
    start(plan());
  }

  private void start(TestBridge.Plan plan) throws IOException {
    bridge =
        plan.gateways(gateway)
            .local(WEB, Records.a(WEB, 5, "10.42.0.1"), Records.a(WEB, 5, "10.42.0.2"))
            .local(
                BIG,
                IntStream.range(0, 5_000)
                    .mapToObj(i -> Records.a(BIG, 5, "10.42." + i / 250 + "." + i % 250))
                    .toArray(Record[]::new))
            .start();
    client = bridge.client();
  }

  private void restart(TestBridge.Plan plan) throws IOException {
    client.close();
    bridge.stop();
    start(plan);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    bridge.stop();
    gateway.close();
  }

  // EDNS.

  @Test
  void withoutEdnsTheReplyHasNone() throws IOException {
    Message reply = client.ask(UdpClient.query(WEB, Type.A));
    assertThat(addresses(reply)).containsExactlyInAnyOrder("10.42.0.1", "10.42.0.2");
    assertThat(reply.getOPT()).isNull();
    assertThat(flag(reply, Flags.AA)).isTrue();
    assertThat(flag(reply, Flags.RA)).isFalse();
  }

  @Test
  void withEdnsTheReplyHasItAndCopiesDnssecOkAlone() throws IOException {
    Message query = UdpClient.query(WEB, Type.A);
    query.addRecord(new OPTRecord(4096, 0, 0, ExtendedFlags.DO | 0x1234), Section.ADDITIONAL);
    OPTRecord opt = Objects.requireNonNull(client.ask(query).getOPT());
    assertThat(opt.getFlags()).isEqualTo(ExtendedFlags.DO);
    assertThat(opt.getPayloadSize()).isEqualTo(1232);
    assertThat(opt.getVersion()).isZero();
    assertThat(opt.getOptions()).isEmpty();
  }

  @Test
  void anUnknownEdnsVersionIsBadvers() throws IOException {
    Message query = UdpClient.query(WEB, Type.A);
    query.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
    Message reply = client.ask(query);
    assertThat(rcode(reply)).isEqualTo("BADVERS");
    assertThat(Objects.requireNonNull(reply.getOPT()).getVersion()).isZero();
    assertThat(section(reply, Section.ANSWER)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 512", "512, 512", "700, 700", "1232, 1232", "65535, 1232"})
  void noPacketIsLargerThanTheClientTakes(int announced, int most) throws IOException {
    for (int count : new int[] {20, 30, 40, 60, 80}) {
      String name = "n" + count + ".shop.svc.fsn1.internal";
      bridge
          .dns()
          .publish(
              plan()
                  .gateways(gateway)
                  .local(
                      name,
                      IntStream.range(0, count)
                          .mapToObj(i -> Records.a(name, 5, "10.42.1." + i))
                          .toArray(Record[]::new))
                  .table(bridge.dns().table()));
      byte[] reply = client.ask(UdpClient.ednsQuery(name, Type.A, announced).toWire());
      int whole = 12 + name.length() + 2 + 4 + 16 * count + 11;
      Message m = new Message(reply);
      assertThat(reply.length).isLessThanOrEqualTo(most);
      assertThat(flag(m, Flags.TC)).as("%d octets", whole).isEqualTo(whole > most);
      int fitting = (most - whole) / 16 + count - (whole > most && (whole - most) % 16 > 0 ? 1 : 0);
      assertThat(addresses(m)).hasSize(Math.min(count, fitting)).doesNotHaveDuplicates();
    }
  }

  @Test
  void optionsNobodyKnowsAreIgnored() throws IOException {
    byte[] options =
        Packet.part()
            .octets(option(3, new byte[0]))
            .octets(option(65_001, new byte[] {1, 2, 3}))
            .done();
    byte[] query = Packet.query(WEB, Type.A, 1).opt(1232, 0, 0, options).done();
    Message reply = new Message(client.ask(query));
    assertThat(addresses(reply)).hasSize(2);
    assertThat(Objects.requireNonNull(reply.getOPT()).getOptions()).isEmpty();
  }

  // Cookies.

  @Test
  void aClientCookieIsEchoedWithOneOfOurs() throws IOException {
    byte[] mine = {1, 2, 3, 4, 5, 6, 7, 8};
    Message query = UdpClient.query(WEB, Type.A);
    query.addRecord(new OPTRecord(1232, 0, 0, 0, new CookieOption(mine)), Section.ADDITIONAL);
    CookieOption answer = Objects.requireNonNull(cookie(client.ask(query)));
    assertThat(answer.getClientCookie()).isEqualTo(mine);
    assertThat(answer.getServerCookie().orElseThrow()).hasSize(16).startsWith(1, 0, 0, 0);

    Message again = UdpClient.query(WEB, Type.A);
    CookieOption both = new CookieOption(mine, answer.getServerCookie().orElseThrow());
    again.addRecord(new OPTRecord(1232, 0, 0, 0, both), Section.ADDITIONAL);
    Message reply = client.ask(again);
    assertThat(rcode(reply)).isEqualTo("NOERROR");
    assertThat(Objects.requireNonNull(cookie(reply)).getServerCookie().orElseThrow()).hasSize(16);
  }

  @Test
  void aRelayedAnswerCarriesTheClientsCookieNotTheGateways() throws IOException {
    gateway.script(a -> {
      Message m = a.addresses(20, "10.52.1.2");
      CookieOption theirs =
          (CookieOption) Objects.requireNonNull(a.query().getOPT()).getOptions(10).getFirst();
      CookieOption reply = new CookieOption(theirs.getClientCookie(), new byte[16]);
      m.addRecord(new OPTRecord(1232, 0, 0, 0, reply), Section.ADDITIONAL);
      a.reply(m);
    });
    byte[] mine = {1, 2, 3, 4, 5, 6, 7, 8};
    for (String name : new String[] {PEER_NAME, "b." + PEER_NAME, PEER_NAME}) {
      Message query = UdpClient.query(name, Type.A);
      query.addRecord(new OPTRecord(1232, 0, 0, 0, new CookieOption(mine)), Section.ADDITIONAL);
      CookieOption answer = Objects.requireNonNull(cookie(client.ask(query)));
      assertThat(answer.getClientCookie()).isEqualTo(mine);
      assertThat(answer.getServerCookie().orElseThrow()).isNotEqualTo(new byte[16]);
    }
    CookieOption sent =
        (CookieOption)
            Objects.requireNonNull(gateway.asked().getLast().query().getOPT())
                .getOptions(10)
                .getFirst();
    assertThat(sent.getServerCookie().orElseThrow())
        .as("the gateway's own cookie comes back to it")
        .isEqualTo(new byte[16]);
  }

  @Test
  void aCookieWithoutAQuestionIsAnsweredWithACookie() throws IOException {
    byte[] query = Packet.header(77, 0, 0, 0, 0, 1).opt(1232, 0, 0, option(10, new byte[8])).done();
    Message reply = new Message(client.ask(query));
    assertThat(reply.getHeader().getID()).isEqualTo(77);
    assertThat(rcode(reply)).isEqualTo("NOERROR");
    assertThat(reply.getHeader().getCount(Section.QUESTION)).isZero();
    assertThat(Objects.requireNonNull(cookie(reply)).getServerCookie()).isPresent();
  }

  // Refusals.

  @Test
  void otherOpcodesAreNotImplemented() throws IOException {
    for (int opcode : new int[] {Opcode.IQUERY, Opcode.STATUS, Opcode.NOTIFY, Opcode.UPDATE, 15}) {
      byte[] query = Packet.query(WEB, Type.A, 0).done();
      query[2] = (byte) (opcode << 3);
      Message reply = new Message(client.ask(query));
      assertThat(rcode(reply)).isEqualTo("NOTIMP");
      assertThat(reply.getHeader().getOpcode()).isEqualTo(opcode);
      assertThat(flag(reply, Flags.QR)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"A, 3", "A, 255", "AXFR, 1", "IXFR, 1", "OPT, 1"})
  void otherClassesAndTransfersAreRefused(String type, int cls) throws IOException {
    byte[] query = Packet.header(7, 0, 1, 0, 0, 0).name(WEB).u16(Type.value(type)).u16(cls).done();
    assertThat(rcode(new Message(client.ask(query)))).isEqualTo("REFUSED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.com", ".", "internal", "xfsn1.internal", "xmn.internal"})
  void namesOfNoZoneAreRefused(String name) throws IOException {
    Message reply = client.ask(name, Type.A);
    assertThat(rcode(reply)).isEqualTo("REFUSED");
    assertThat(flag(reply, Flags.AA)).isFalse();
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void whatIsMalformedIsAFormatErrorWithTheIdOfTheQuery() throws IOException {
    for (byte[] malformed :
        List.of(
            Packet.header(9, 0x0100, 1, 0, 0, 0).label("cut").done(),
            Packet.header(9, 0x0100, 2, 0, 0, 0).name(WEB).u16(1).u16(1).done(),
            Packet.header(9, 0x0100, 1, 0, 0, 0).name(WEB).u16(1).u16(1).u8(0).done(),
            Packet.header(9, 0x0100, 0, 0, 0, 0).done(),
            Packet.header(9, 0x0100, 1, 0, 0, 1).name(WEB).u16(1).u16(1).u8(0).done())) {
      Message reply = new Message(client.ask(malformed));
      assertThat(rcode(reply)).isEqualTo("FORMERR");
      assertThat(reply.getHeader().getID()).isEqualTo(9);
    }
  }

  @Test
  void anAnswerIsNeverAnswered() throws IOException {
    Message answer = UdpClient.query(WEB, Type.A);
    answer.getHeader().setFlag(Flags.QR);
    client.send(answer);
    client.send(new byte[] {(byte) 0x80, 0, (byte) 0x80});
    client.send(new byte[11]);
    client.send(Packet.header(5, 0x8185, 9, 9, 9, 9).octets(1, 2, 3).done());
    Message query = UdpClient.query(WEB, Type.A);
    client.send(query);
    assertThat(new Message(client.receive()).getHeader().getID())
        .as("the first reply of all")
        .isEqualTo(query.getHeader().getID());
    assertThat(bridge.events(LoopCounters.Event.IGNORED)).isEqualTo(4);
  }

  @Test
  void strangersAreRefusedButNotOftenOverUdp() throws IOException {
    restart(plan().refusedPerSecond(5));
    long began = System.nanoTime();
    try (UdpClient stranger = bridge.client(TestBridge.STRANGER)) {
      for (int i = 0; i < 100; i++) {
        stranger.send(UdpClient.query(WEB, Type.A));
      }
      assertThat(rcode(new Message(stranger.receive()))).isEqualTo("REFUSED");
      Await.until(
          "all looked at",
          () ->
              bridge.replies(Source.REFUSED) + bridge.events(LoopCounters.Event.UNSENT_REFUSAL)
                  == 100);
      long seconds = (System.nanoTime() - began) / 1_000_000_000L + 2;
      assertThat(bridge.replies(Source.REFUSED)).isBetween(1L, 5 * seconds);
      assertThat(addresses(client.ask(WEB, Type.A))).as("others").hasSize(2);
    }
  }

  @Test
  void strangersOverTcpAreRefusedEachTime() throws IOException {
    restart(plan().refusedPerSecond(1));
    try (TcpClient stranger = new TcpClient(bridge.address(), TestBridge.STRANGER, 0)) {
      for (int i = 0; i < 20; i++) {
        assertThat(rcode(stranger.ask(UdpClient.query(WEB, Type.A)))).isEqualTo("REFUSED");
      }
    }
  }

  // Answers.

  @Test
  void theSpellingOfTheNameComesBack() throws IOException {
    byte[] query = Packet.query("wEb.ShOp.sVc.FsN1.iNtErNaL", Type.A, 0).done();
    byte[] reply = client.ask(query);
    assertThat(Arrays.copyOfRange(reply, 12, query.length))
        .isEqualTo(Arrays.copyOfRange(query, 12, query.length));
    assertThat(addresses(new Message(reply))).hasSize(2);
  }

  @Test
  void everyTypeAtOnceGetsTheMinimum() throws IOException {
    assertThat(section(client.ask(WEB, Type.ANY), Section.ANSWER))
        .containsExactly(WEB + ". 5 IN HINFO \"RFC8482\" \"\"");
  }

  @Test
  void addressesComeAndGoWhileOthersAreServed() throws IOException {
    bridge.dns().listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    InetSocketAddress added = bridge.dns().addresses().getLast();
    try (UdpClient udp = new UdpClient(added);
        TcpClient tcp = new TcpClient(added)) {
      assertThat(addresses(udp.ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
      bridge.dns().stopListening(added);
      assertThat(bridge.dns().addresses()).containsExactly(bridge.address());
      assertThat(addresses(tcp.ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
      assertThat(addresses(client.ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
    }
    bridge.dns().listen(added);
    try (UdpClient udp = new UdpClient(added)) {
      assertThat(addresses(udp.ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
    }
  }

  @Test
  void whatDoesNotFitAPacketIsFetchedOverTcp() throws IOException {
    Message cut = client.ask(BIG, Type.A);
    assertThat(flag(cut, Flags.TC)).isTrue();
    assertThat(addresses(cut)).as("as many as fit").hasSize(73);
    try (TcpClient tcp = bridge.tcp()) {
      Message whole = tcp.ask(UdpClient.ednsQuery(BIG, Type.A, 1232));
      assertThat(flag(whole, Flags.TC)).isFalse();
      assertThat(addresses(whole)).hasSizeGreaterThan(4_000).doesNotHaveDuplicates();
    }
  }

  // TCP.

  @Test
  void oneConnectionTakesManyQueriesHoweverTheyAreCutIntoSegments() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      Message query = UdpClient.query(WEB, Type.A);
      byte[] wire = query.toWire();
      ids.add(query.getHeader().getID());
      all.writeBytes(Packet.part().u16(wire.length).octets(wire).done());
    }
    try (TcpClient tcp = bridge.tcp()) {
      tcp.sendRaw(all.toByteArray());
      Set<Integer> replied = new HashSet<>();
      for (int i = 0; i < 50; i++) {
        replied.add(new Message(tcp.receive()).getHeader().getID());
      }
      assertThat(replied).isEqualTo(ids);
      byte[] wire = UdpClient.query(WEB, Type.A).toWire();
      for (byte octet : Packet.part().u16(wire.length).octets(wire).done()) {
        tcp.sendRaw(new byte[] {octet});
      }
      assertThat(addresses(new Message(tcp.receive()))).hasSize(2);
    }
  }

  @Test
  void answersComeAsTheyAreReadyNotAsTheyWereAskedFor() throws IOException {
    try (TcpClient tcp = bridge.tcp()) {
      Message slow = UdpClient.query(PEER_NAME, Type.A);
      tcp.send(slow);
      Await.until("asked", () -> !held.isEmpty());
      Message quick = tcp.ask(UdpClient.query(WEB, Type.A));
      assertThat(addresses(quick)).hasSize(2);
      held.getFirst().reply(held.getFirst().addresses(20, "10.52.1.2"));
      Message late = new Message(tcp.receive());
      assertThat(late.getHeader().getID()).isEqualTo(slow.getHeader().getID());
      assertThat(addresses(late)).containsExactly("10.52.1.2");
    }
  }

  @Test
  void aClientThatSendsNoMoreGetsAllItsAnswers() throws IOException {
    try (TcpClient tcp = bridge.tcp()) {
      Message slow = UdpClient.query(PEER_NAME, Type.A);
      Message quick = UdpClient.query(WEB, Type.A);
      tcp.send(slow);
      tcp.send(quick);
      tcp.endOutput();
      Await.until("asked", () -> !held.isEmpty());
      assertThat(addresses(new Message(tcp.receive()))).hasSize(2);
      held.getFirst().reply(held.getFirst().addresses(20, "10.52.1.2"));
      Message late = new Message(tcp.receive());
      assertThat(late.getHeader().getID()).isEqualTo(slow.getHeader().getID());
      assertThat(addresses(late)).containsExactly("10.52.1.2");
      assertThat(tcp.closedByServer()).isTrue();
    }
    Await.until("closed", () -> bridge.dns().connections() == 0);
  }

  @Test
  void aClientThatSendsNoMoreAndWaitsForNothingIsLetGo() throws IOException {
    for (byte[] last : List.of(new byte[0], new byte[] {0, 40, 1, 2, 3})) {
      try (TcpClient tcp = bridge.tcp()) {
        assertThat(addresses(tcp.ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
        tcp.sendRaw(last);
        tcp.endOutput();
        assertThat(tcp.closedByServer()).isTrue();
      }
    }
    Await.until("closed", () -> bridge.dns().connections() == 0);
  }

  @Test
  void aMalformedQueryDoesNotEndTheConnectionButAResponseDoes() throws IOException {
    try (TcpClient tcp = bridge.tcp()) {
      tcp.send(Packet.header(9, 0x0100, 1, 0, 0, 0).label("cut").done());
      assertThat(rcode(new Message(tcp.receive()))).isEqualTo("FORMERR");
      assertThat(addresses(tcp.ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
      tcp.send(Packet.header(9, 0x8180, 0, 0, 0, 0).done());
      assertThat(tcp.closedByServer()).isTrue();
    }
    for (byte[] noQuery : List.of(new byte[0], new byte[11])) {
      try (TcpClient tcp = bridge.tcp()) {
        tcp.send(noQuery);
        assertThat(tcp.closedByServer()).isTrue();
      }
    }
  }

  @Test
  void anIdleConnectionIsClosedAndSoIsOneThatNeverEndsItsMessage() throws IOException {
    restart(plan().tcp(100, 50, 150));
    try (TcpClient idle = bridge.tcp();
        TcpClient slow = bridge.tcp();
        TcpClient used = bridge.tcp()) {
      slow.sendRaw(new byte[] {0, 40, 1, 2, 3});
      assertThat(addresses(used.ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
      assertThat(idle.closedByServer()).isTrue();
      assertThat(slow.closedByServer()).isTrue();
      assertThat(used.closedByServer()).isTrue();
    }
    Await.until("closed", () -> bridge.dns().connections() == 0);
  }

  @Test
  void waitingForOurAnswerIsNotIdling() throws IOException {
    restart(plan().tcp(100, 50, 100).timeout(1_000));
    try (TcpClient tcp = bridge.tcp()) {
      assertThat(rcode(tcp.ask(UdpClient.query(PEER_NAME, Type.A)))).isEqualTo("SERVFAIL");
    }
  }

  @Test
  void aClientThatDoesNotReadIsNotReadFromForEverAndLosesItsConnection() throws IOException {
    restart(plan().tcp(100, 50, 300));
    try (TcpClient tcp = new TcpClient(bridge.address(), "127.0.0.1", 4096)) {
      byte[] wire = UdpClient.query(BIG, Type.A).toWire();
      byte[] frame = Packet.part().u16(wire.length).octets(wire).done();
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  // Some hundred megabytes of answers: more than any buffer on the way.
                  for (int i = 0; i < 5_000; i++) {
                    tcp.sendRaw(frame);
                  }
                } catch (IOException closed) {
                  assertThat(closed).isInstanceOf(SocketException.class);
                }
              });
      Await.until("connected", () -> bridge.dns().connections() == 1);
      Await.until("closed by the server", () -> bridge.dns().connections() == 0);
      assertThat(bridge.replies(Source.LOCAL)).isLessThan(5_000);
      assertThat(writer.isVirtual()).isTrue();
    }
  }

  /** However much it left unread: more than the kernel takes, less than makes us stop reading. */
  @Test
  void aClientThatReadsNothingLosesItsConnectionWhateverItAskedFor() throws IOException {
    restart(plan().tcp(100, 50, 300));
    byte[] wire = UdpClient.query(BIG, Type.A).toWire();
    byte[] frame = Packet.part().u16(wire.length).octets(wire).done();
    List<TcpClient> open = new ArrayList<>();
    try {
      for (int answers = 56; answers < 84; answers += 3) {
        TcpClient tcp = new TcpClient(bridge.address(), "127.0.0.1", 4096);
        open.add(tcp);
        for (int i = 0; i < answers; i++) {
          tcp.sendRaw(frame);
        }
      }
      Await.until("closed by the server", () -> bridge.dns().connections() == 0);
    } finally {
      for (TcpClient tcp : open) {
        tcp.close();
      }
    }
    assertThat(addresses(client.ask(WEB, Type.A))).hasSize(2);
  }

  @Test
  void theLongestIdleConnectionMakesRoomAndOnlyBusyOnesCountAsFull() throws IOException {
    restart(plan().tcp(6, 4, 10_000));
    List<TcpClient> open = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        open.add(answered("127.0.0.1"));
      }
      open.add(open.removeFirst());
      assertThat(addresses(open.getLast().ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
      open.add(answered("127.0.0.1"));
      assertThat(open.removeFirst().closedByServer()).as("the client's longest idle").isTrue();
      open.add(answered("127.0.0.5"));
      open.add(answered("127.0.0.5"));
      open.add(answered("127.0.0.6"));
      assertThat(open.removeFirst().closedByServer()).as("the longest idle of all").isTrue();
      assertThat(bridge.dns().connections()).isEqualTo(6);
      assertThat(bridge.dns().connectionsRefused()).isZero();
      for (TcpClient busy : open) {
        busy.send(UdpClient.query(PEER_NAME, Type.A));
      }
      Await.until("all busy", () -> bridge.dns().waiting() == 6);
      try (TcpClient tooMany = new TcpClient(bridge.address(), "127.0.0.7", 0)) {
        assertThat(tooMany.closedByServer()).as("the seventh of all").isTrue();
      }
      assertThat(bridge.dns().connectionsRefused()).isOne();
      held.getFirst().reply(held.getFirst().addresses(20, "10.52.1.2"));
      for (TcpClient busy : open) {
        assertThat(addresses(new Message(busy.receive()))).containsExactly("10.52.1.2");
      }
    } finally {
      for (TcpClient tcp : open) {
        tcp.close();
      }
    }
    Await.until("all closed", () -> bridge.dns().connections() == 0);
  }

  private TcpClient answered(String local) throws IOException {
    TcpClient tcp = new TcpClient(bridge.address(), local, 0);
    assertThat(addresses(tcp.ask(UdpClient.query(WEB, Type.A)))).hasSize(2);
    return tcp;
  }

  @Test
  void aClientThatLeavesBeforeItsAnswerHarmsNobody() throws IOException {
    TcpClient gone = bridge.tcp();
    gone.send(UdpClient.query(PEER_NAME, Type.A));
    Await.until("asked", () -> !held.isEmpty());
    gone.close();
    held.getFirst().reply(held.getFirst().addresses(20, "10.52.1.2"));
    Await.until("answered", () -> bridge.dns().waiting() == 0);
    Await.until("closed", () -> bridge.dns().connections() == 0);
    assertThat(addresses(client.ask(PEER_NAME, Type.A))).containsExactly("10.52.1.2");
    assertThat(gateway.asked().stream().map(Asked::tcp)).containsOnly(false);
    assertThat(rcode(client.ask(UdpClient.query("x." + WEB, Type.A))))
        .isEqualTo(Rcode.string(Rcode.NXDOMAIN));
  }
}
