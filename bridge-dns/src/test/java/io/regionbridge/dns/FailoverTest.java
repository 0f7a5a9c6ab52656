package io.regionbridge.dns;

import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.errorCode;
import static io.regionbridge.dns.testing.Replies.errorText;
import static io.regionbridge.dns.testing.Replies.rcode;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.testing.Asked;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.ScriptedGateway.Health;
import io.regionbridge.dns.testing.ScriptedGateway.Script;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.upstream.GatewayHealth.Outcome;
import io.regionbridge.dns.upstream.GatewayHealth.State;
import io.regionbridge.dns.upstream.RelaySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Which gateway is asked when, and what clients see while gateways die and come back. */
@Timeout(30)
class FailoverTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";
  private static final Script GOOD = a -> a.reply(a.addresses(20, "10.52.1.2"));

  /** Replies that are no answers. */
  static Stream<Refusal> refusals() {
    return Stream.of(
        new Refusal("SERVFAIL", a -> a.refuse(Rcode.SERVFAIL)),
        new Refusal("REFUSED", a -> a.refuse(Rcode.REFUSED)),
        new Refusal("FORMERR", a -> a.refuse(Rcode.FORMERR)),
        new Refusal("NOTIMP", a -> a.refuse(Rcode.NOTIMP)),
        new Refusal(
            "BADVERS",
            a -> {
              Message m = a.empty(Rcode.NOERROR);
              m.addRecord(new OPTRecord(1232, 1, 0), Section.ADDITIONAL);
              a.reply(m);
            }),
        new Refusal(
            "BADCOOKIE",
            a -> {
              Message m = a.empty(Rcode.BADCOOKIE & 0xF);
              m.addRecord(new OPTRecord(1232, Rcode.BADCOOKIE >> 4, 0), Section.ADDITIONAL);
              a.reply(m);
            }));
  }

  record Refusal(String rcode, Script script) {
    @Override
    public String toString() {
      return rcode;
    }
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aGatewayThatRefusesSendsTheQueryToTheNext(Refusal refusal) throws IOException {
    try (var first = ScriptedGateway.start(refusal.script());
        var second = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(first, second).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(rcode(reply)).isEqualTo("NOERROR");
      assertThat(addresses(reply)).containsExactly("10.52.1.2");
      assertThat(first.asked()).isNotEmpty();
      assertThat(bridge.gateway(first).outcomes(Outcome.FAILED)).isPositive();
      assertThat(bridge.gateway(second).outcomes(Outcome.ANSWERED)).isOne();
    }
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whenEveryGatewayRefusesTheReplyNamesTheLastReason(Refusal refusal) throws IOException {
    try (var first = ScriptedGateway.start(refusal.script());
        var second = ScriptedGateway.start(refusal.script());
        var bridge = TestBridge.plan().gateways(first, second).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(rcode(reply)).isEqualTo("SERVFAIL");
      assertThat(errorText(reply)).contains("region mn").contains(refusal.rcode());
      assertThat(bridge.dns().cacheEntries()).isZero();
    }
  }

  /** RFC 6891 section 7: FORMERR or NOTIMP may be all that a server without EDNS can say. */
  @ParameterizedTest
  @ValueSource(ints = {Rcode.FORMERR, Rcode.NOTIMP})
  void aGatewayWithoutEdnsIsAskedAgainWithout(int rcode) throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (a.query().getOPT() == null) {
                a.reply(a.addresses(20, "10.52.1.2"));
              } else {
                a.refuse(rcode);
              }
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      int asked = gateway.asked().size();
      assertThat(addresses(bridge.ask("b." + NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(gateway.asked().subList(asked, gateway.asked().size()))
          .allSatisfy(a -> assertThat(a.query().getOPT()).isNull());
    }
  }

  @Test
  void aGatewayThatCallsOneQuestionMalformedKeepsEdnsForTheOthers() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (a.name().toString().startsWith("bad")) {
                a.refuse(Rcode.FORMERR);
              } else {
                a.reply(a.addresses(20, "10.52.1.2"));
              }
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      assertThat(rcode(bridge.ask("bad.mn.internal", Type.A))).isEqualTo("SERVFAIL");
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(gateway.asked().getLast().query().getOPT()).isNotNull();
    }
  }

  @Test
  void aGatewayThatIsSilentIsOvertakenByTheNextWithinTheSameQuery() throws IOException {
    try (var first = ScriptedGateway.start(ScriptedGateway.silent());
        var second = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(first, second).timeout(9_000).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(first.asked()).isNotEmpty();
      assertThat(bridge.gateway(first).outcomes(Outcome.TIMEOUT)).isPositive();
    }
  }

  @Test
  void theSlowFirstGatewayIsStillListenedToAfterTheSecondWasAsked() throws Exception {
    Semaphore secondAsked = new Semaphore(0);
    try (var second = ScriptedGateway.start(a -> secondAsked.release());
        var first =
            ScriptedGateway.start(a ->
                Thread.ofVirtual()
                    .start(() -> {
                      secondAsked.acquireUninterruptibly();
                      try {
                        a.reply(a.addresses(20, "10.52.1.1"));
                      } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                      }
                    }));
        var bridge = TestBridge.plan().gateways(first, second).timeout(9_000).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.1");
      assertThat(second.asked()).isNotEmpty();
    }
  }

  @Test
  void aQuestionIsNotSentMoreOftenThanTheBoundWhateverTheTime() throws IOException {
    try (var first = ScriptedGateway.start(ScriptedGateway.silent());
        var second = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = TestBridge.plan().gateways(first, second).timeout(1_200).start()) {
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      int sent = first.asked().size() + second.asked().size();
      assertThat(sent).isBetween(2, RelaySettings.MOST_TRIES);
      assertThat(first.asked().size() - second.asked().size()).isBetween(-1, 1);
    }
  }

  @Test
  void aLoopThatAlwaysComesLateStillGivesUpInTheEnd() throws IOException {
    // On this clock four milliseconds, the pace of the timers, look like forty.
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = TestBridge.plan().gateways(gateway).clockSpeed(10).start()) {
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
    }
  }

  @Test
  void aDeadHostIsToldFromASilentOne() throws IOException {
    try (var only = ScriptedGateway.start(GOOD);
        var bridge =
            TestBridge.plan().gateways(only).timeout(2_000).healthInterval(60_000).start()) {
      only.die();
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      assertThat(bridge.gateway(only).outcomes(Outcome.UNREACHABLE)).isPositive();
    }
  }

  @Test
  void aDeadHostIsGivenUpAtOnceNotAfterATimeout() throws IOException {
    try (var first = ScriptedGateway.start(GOOD);
        var second = ScriptedGateway.start(GOOD);
        var bridge =
            TestBridge.plan()
                .gateways(first, second)
                .timeout(9_000)
                .healthInterval(60_000)
                .start()) {
      first.die();
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(addresses(bridge.ask("b." + NAME, Type.A))).containsExactly("10.52.1.2");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBurstAtAGatewayThatNobodyListensAtIsAnsweredToTheLastQuery(boolean nio) throws IOException {
    InetSocketAddress nobody;
    try (var gone = ScriptedGateway.start(GOOD)) {
      nobody = gone.address();
    }
    TestBridge.Plan plan = TestBridge.plan().gateway(nobody).timeout(3_000).healthInterval(60_000);
    try (var bridge = (nio ? plan.nio() : plan).start();
        var client = bridge.client()) {
      for (int round = 0; round < 4; round++) {
        everyQueryIsAnswered(client, "r" + round, 200, "SERVFAIL");
      }
      assertThat(bridge.dns().waiting()).isZero();
      assertThat(bridge.dns().exchanges()).isZero();
    }
  }

  @Test
  void aBurstAtTwoGatewaysOfWhichNobodyListensIsAnsweredToTheLastQuery() throws IOException {
    InetSocketAddress a;
    InetSocketAddress b;
    try (var one = ScriptedGateway.start(GOOD);
        var two = ScriptedGateway.start(GOOD)) {
      a = one.address();
      b = two.address();
    }
    try (var bridge =
            TestBridge.plan().gateway(a).gateway(b).timeout(3_000).healthInterval(60_000).start();
        var client = bridge.client()) {
      for (int round = 0; round < 4; round++) {
        everyQueryIsAnswered(client, "r" + round, 200, "SERVFAIL");
      }
      assertThat(bridge.dns().exchanges()).isZero();
    }
  }

  private static void everyQueryIsAnswered(UdpClient client, String prefix, int count, String rcode)
      throws IOException {
    Map<Integer, String> open = new HashMap<>();
    for (int i = 0; i < count; i++) {
      Message query = UdpClient.query(prefix + "-" + i + ".svc.mn.internal", Type.A);
      open.put(query.getHeader().getID(), query.getQuestion().getName().toString());
      client.send(query);
    }
    while (!open.isEmpty()) {
      Message reply = new Message(client.receive());
      assertThat(rcode(reply)).isEqualTo(rcode);
      assertThat(reply.getQuestion().getName().toString())
          .isEqualTo(open.remove(reply.getHeader().getID()));
    }
  }

  @Test
  void noQueryIsLostWhenOneOfTwoGatewaysDiesUnderLoad() throws Exception {
    int total = 3_000;
    try (var first = ScriptedGateway.start(GOOD).forgetful();
        var second = ScriptedGateway.start(GOOD).forgetful();
        var bridge = TestBridge.plan().gateways(first, second).timeout(9_000).start();
        var client = bridge.client()) {
      Semaphore window = new Semaphore(100);
      var sender =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < total; i++) {
                    assertThat(window.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
                    client.send(UdpClient.query("n" + i + ".svc.mn.internal", Type.A));
                    if (i == total / 3) {
                      first.die();
                    } else if (i == total / 6) {
                      first.script(ScriptedGateway.silent());
                    }
                  }
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      for (int i = 0; i < total; i++) {
        Message reply = new Message(client.receive());
        assertThat(rcode(reply)).isEqualTo("NOERROR");
        assertThat(addresses(reply)).containsExactly("10.52.1.2");
        window.release();
      }
      sender.join();
      assertThat(bridge.dns().waiting()).isZero();
      assertThat(bridge.replies(Source.RELAY)).isEqualTo(total);
    }
  }

  @Test
  void aGatewayIsTakenForDeadByItsProbesAndForAliveAgainByTheNextGoodOne() throws IOException {
    try (var gateway = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      var health = bridge.gateway(gateway);
      Await.until("up", () -> health.state() == State.UP);
      assertThat(health.rtt()).isPositive();
      gateway.health(Health.FAILING);
      Await.until("down", () -> health.state() == State.DOWN);
      assertThat(health.reason()).isEqualTo("answers SERVFAIL");
      gateway.health(Health.GOOD);
      Await.until("up again", () -> health.state() == State.UP);
    }
  }

  @Test
  void aGatewayThatIsDownIsAskedOnlyWhenNoOtherIsLeft() throws IOException {
    try (var first = ScriptedGateway.start(GOOD);
        var second = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(first, second).start()) {
      first.health(Health.FAILING);
      Await.until("down", () -> bridge.gateway(first).state() == State.DOWN);
      for (int i = 0; i < 20; i++) {
        assertThat(addresses(bridge.ask("n" + i + ".mn.internal", Type.A)))
            .containsExactly("10.52.1.2");
      }
      assertThat(bridge.gateway(second).outcomes(Outcome.ANSWERED)).isEqualTo(20);
      second.health(Health.FAILING);
      Await.until("down as well", () -> bridge.gateway(second).state() == State.DOWN);
      second.script(a -> a.refuse(Rcode.SERVFAIL));
      assertThat(addresses(bridge.ask("last.mn.internal", Type.A)))
          .as("just down: still worth a try")
          .containsExactly("10.52.1.2");
    }
  }

  @Test
  void whenAllAreGoneStaleAnswersAreGivenThenServfailAndLaterFreshAnswersAgain()
      throws IOException {
    ScriptedGateway gateway = ScriptedGateway.start(GOOD);
    InetSocketAddress address = gateway.address();
    try (var bridge = TestBridge.plan().gateways(gateway).timeout(500).start();
        var client = bridge.client()) {
      assertThat(addresses(client.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      gateway.die();
      bridge.pass(25_000);
      Await.until("down", () -> bridge.gateway(address).state() == State.DOWN);

      Message stale = client.ask(NAME, Type.A);
      assertThat(addresses(stale)).containsExactly("10.52.1.2");
      assertThat(errorCode(stale)).isEqualTo(ExtendedErrorCodeOption.STALE_ANSWER);
      assertThat(stale.getSection(Section.ANSWER).getFirst().getTTL()).isBetween(0L, 5L);

      Message unknown = client.ask("new.svc.mn.internal", Type.A);
      assertThat(rcode(unknown)).isEqualTo("SERVFAIL");
      assertThat(errorCode(unknown)).isEqualTo(ExtendedErrorCodeOption.NO_REACHABLE_AUTHORITY);

      bridge.pass(3_600_000);
      Message over = client.ask(NAME, Type.A);
      assertThat(rcode(over)).as("an hour later").isEqualTo("SERVFAIL");
      assertThat(errorText(over)).isEqualTo("no reachable gateway of region mn");

      try (var back = ScriptedGateway.start(address, a -> a.reply(a.addresses(20, "10.52.1.3")))) {
        Await.until("up", () -> bridge.gateway(address).state() == State.UP);
        assertThat(addresses(client.ask(NAME, Type.A))).containsExactly("10.52.1.3");
        assertThat(back.asked()).isNotEmpty();
      }
    } finally {
      gateway.die();
    }
  }

  @Test
  void aRegionThatIsBackAnswersNewNamesBeforeAnyProbeHasSeenIt() throws IOException {
    try (var first = ScriptedGateway.start(ScriptedGateway.silent());
        var second = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(first, second).timeout(9_000).start()) {
      first.health(Health.SILENT);
      second.health(Health.SILENT);
      Await.until("down", () -> bridge.gateway(first).state() == State.DOWN);
      Await.until("down", () -> bridge.gateway(second).state() == State.DOWN);
      bridge.pass(60_000);
      assertThat(addresses(bridge.ask(NAME, Type.A)))
          .as("no probe is answered")
          .containsExactly("10.52.1.2");
    }
  }

  @Test
  void aRegionThatIsGoneIsAskedAShortTimeOnlyAndAllOfItAtOnce() throws IOException {
    try (var first = ScriptedGateway.start(ScriptedGateway.silent());
        var second = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = TestBridge.plan().gateways(first, second).timeout(1_500).start()) {
      first.health(Health.SILENT);
      second.health(Health.SILENT);
      Await.until("down", () -> bridge.gateway(first).state() == State.DOWN);
      Await.until("down", () -> bridge.gateway(second).state() == State.DOWN);
      bridge.pass(60_000);
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(rcode(reply)).isEqualTo("SERVFAIL");
      assertThat(errorText(reply)).isEqualTo("no reachable gateway of region mn");
      assertThat(first.asked()).isNotEmpty();
      assertThat(second.asked()).isNotEmpty();
    }
  }

  @Test
  void aStaleAnswerIsGivenWhenAllGatewaysFailBeforeTheProbesKnow() throws IOException {
    try (var gateway = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(gateway).timeout(300).start();
        var client = bridge.client()) {
      client.ask(NAME, Type.A);
      bridge.pass(25_000);
      for (Script failing :
          List.<Script>of(ScriptedGateway.silent(), a -> a.refuse(Rcode.SERVFAIL))) {
        gateway.script(failing);
        Message stale = client.ask(NAME, Type.A);
        assertThat(addresses(stale)).containsExactly("10.52.1.2");
        assertThat(errorCode(stale)).isEqualTo(ExtendedErrorCodeOption.STALE_ANSWER);
      }
      assertThat(bridge.replies(Source.STALE)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aFailureIsRememberedByNameAndType(Refusal refusal) throws IOException {
    try (var first = ScriptedGateway.start(refusal.script());
        var second = ScriptedGateway.start(refusal.script());
        var bridge = TestBridge.plan().gateways(first, second).loops(2).start()) {
      String text = errorText(bridge.ask(NAME, Type.A));
      int sent = first.asked().size() + second.asked().size();
      for (int i = 0; i < 20; i++) {
        Message again = bridge.ask(NAME, Type.A);
        assertThat(rcode(again)).isEqualTo("SERVFAIL");
        assertThat(errorText(again)).isEqualTo(text);
      }
      // The first twenty may take a second on a busy machine: then it is asked once more.
      assertThat(first.asked().size() + second.asked().size()).isLessThanOrEqualTo(2 * sent);
      assertThat(rcode(bridge.ask(NAME, Type.AAAA))).isEqualTo("SERVFAIL");
      assertThat(first.asked()).anyMatch(a -> a.type() == Type.AAAA);

      first.script(GOOD);
      bridge.pass(5_000);
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
    }
  }

  @Test
  void aSilentRegionIsAskedForANameOnceASecondAtMost() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = TestBridge.plan().gateways(gateway).timeout(200).start()) {
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      int sent = gateway.asked().size();
      for (int i = 0; i < 20; i++) {
        assertThat(errorText(bridge.ask(NAME, Type.A)))
            .isEqualTo("no reachable gateway of region mn");
      }
      assertThat(gateway.asked().size()).isLessThanOrEqualTo(2 * sent);
    }
  }

  @Test
  void aFailureDoesNotHideAnAnswerThatIsStale() throws IOException {
    try (var gateway = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      bridge.ask(NAME, Type.A);
      gateway.script(a -> a.refuse(Rcode.SERVFAIL));
      bridge.pass(25_000);
      for (int i = 0; i < 5; i++) {
        assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      }
      assertThat(bridge.replies(Source.STALE)).isEqualTo(5);
    }
  }

  @Test
  void whatAGatewayFailedAtIsForgottenWhenItRecovers() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.refuse(Rcode.SERVFAIL));
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      gateway.health(Health.FAILING);
      Await.until("down", () -> bridge.gateway(gateway).state() == State.DOWN);
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      gateway.script(GOOD);
      gateway.health(Health.GOOD);
      Await.until("up", () -> bridge.gateway(gateway).state() == State.UP);
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
    }
  }

  /** RFC 6891 section 7: such servers copy no question either. */
  @ParameterizedTest
  @ValueSource(ints = {Rcode.FORMERR, Rcode.NOTIMP})
  void anErrorOfAHeaderAloneIsUnderstood(int rcode) throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (a.query().getOPT() == null) {
                a.reply(a.addresses(20, "10.52.1.2"));
              } else {
                byte[] header = Arrays.copyOf(a.wire(), 12);
                header[2] = (byte) 0x81;
                header[3] = (byte) (0x80 | rcode);
                Arrays.fill(header, 4, 12, (byte) 0);
                a.reply(header);
              }
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      for (int i = 0; i < 3; i++) {
        assertThat(addresses(bridge.ask("n" + i + "." + NAME, Type.A)))
            .containsExactly("10.52.1.2");
      }
      assertThat(gateway.asked()).hasSizeLessThanOrEqualTo(4);
    }
  }

  @Test
  void aLostConnectionIsReplacedWithinTheSameQuery() throws IOException {
    AtomicInteger toLose = new AtomicInteger();
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (!a.tcp()) {
                Message cut = a.empty(Rcode.NOERROR);
                cut.getHeader().setFlag(Flags.TC);
                a.reply(cut);
              } else if (toLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                a.reply(new byte[0]); // closes the connection
              } else {
                a.reply(a.addresses(20, "10.52.1.2"));
              }
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      for (int i = 0; i < 3; i++) {
        toLose.set(1);
        assertThat(addresses(bridge.ask("n" + i + "." + NAME, Type.A)))
            .containsExactly("10.52.1.2");
      }
    }
  }

  @Test
  void aGatewayThatIsSilentOverTcpGetsNoMorePacketsThanAnother() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> {
              if (!a.tcp()) {
                Message cut = a.empty(Rcode.NOERROR);
                cut.getHeader().setFlag(Flags.TC);
                a.reply(cut);
              }
            });
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      for (int i = 0; i < 2; i++) {
        Message reply = bridge.ask("n" + i + "." + NAME, Type.A);
        assertThat(rcode(reply)).isEqualTo("SERVFAIL");
        assertThat(errorText(reply)).contains("is not reached over TCP: no reply");
        assertThat(gateway.asked("n" + i + "." + NAME))
            .isBetween(2L, (long) RelaySettings.MOST_PER_GATEWAY);
      }
    }
  }

  @Test
  void aGatewayWithoutTcpIsNamedAsThat() throws IOException {
    // Its UDP port alone: nobody listens on TCP.
    try (DatagramSocket udp = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        var bridge =
            TestBridge.plan()
                .gateway((InetSocketAddress) udp.getLocalSocketAddress())
                .timeout(5_000)
                .start()) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            byte[] buffer = new byte[2048];
            try {
              while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                buffer[2] = (byte) 0x82; // the query itself as a reply that is cut
                udp.send(packet);
              }
            } catch (IOException e) {
              // Closed.
            }
          });
      assertThat(errorText(bridge.ask(NAME, Type.A))).contains("is not reached over TCP");
    }
  }

  @Test
  void aGatewayThatAnswersQuestionsIsUpWhateverBecomesOfItsProbes() throws IOException {
    try (var gateway = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(gateway).timeout(300).start()) {
      gateway.health(Health.SILENT);
      Await.until("down", () -> bridge.gateway(gateway).state() == State.DOWN);
      AtomicInteger asked = new AtomicInteger();
      Await.until(
          "up",
          () -> {
            try {
              bridge.ask("n" + asked.getAndIncrement() + ".mn.internal", Type.A);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return bridge.gateway(gateway).state() == State.UP;
          });
    }
  }

  @Test
  void whatThereIsNotIsStillNotThereWhenTheRegionIsGone() throws IOException {
    ScriptedGateway gateway = ScriptedGateway.start(a -> a.reply(a.nothing(Rcode.NOERROR)));
    InetSocketAddress address = gateway.address();
    try (var bridge = TestBridge.plan().gateways(gateway).timeout(500).start();
        var client = bridge.client()) {
      assertThat(rcode(client.ask(NAME, Type.AAAA))).isEqualTo("NOERROR");
      gateway.script(a -> a.reply(a.nothing(Rcode.NXDOMAIN)));
      assertThat(rcode(client.ask("no." + NAME, Type.A))).isEqualTo("NXDOMAIN");
      gateway.die();
      bridge.pass(25_000);
      Await.until("down", () -> bridge.gateway(address).state() == State.DOWN);
      Message nothing = client.ask(NAME, Type.AAAA);
      assertThat(rcode(nothing)).isEqualTo("NOERROR");
      assertThat(nothing.getSection(Section.ANSWER)).isEmpty();
      assertThat(errorCode(nothing)).isEqualTo(ExtendedErrorCodeOption.STALE_ANSWER);
      assertThat(rcode(client.ask("no." + NAME, Type.A))).isEqualTo("NXDOMAIN");
    } finally {
      gateway.die();
    }
  }

  @Test
  void eachStaleAnswerIsAnAttemptToRefreshIt() throws IOException {
    try (var gateway = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(gateway).timeout(1_000).start();
        var client = bridge.client()) {
      client.ask(NAME, Type.A);
      gateway.health(Health.SILENT);
      gateway.script(ScriptedGateway.silent());
      bridge.pass(25_000);
      Await.until("down", () -> bridge.gateway(gateway).state() == State.DOWN);
      int asked = gateway.asked().size();
      assertThat(errorCode(client.ask(NAME, Type.A)))
          .isEqualTo(ExtendedErrorCodeOption.STALE_ANSWER);
      Await.until("asked", () -> gateway.asked().size() > asked);
      // Its questions are answered again, though its probes are not: the next refresh finds out.
      gateway.script(a -> a.reply(a.addresses(20, "10.52.1.3")));
      Await.until(
          "fresh",
          () -> {
            try {
              bridge.pass(1_000);
              return addresses(client.ask(NAME, Type.A)).equals(List.of("10.52.1.3"));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  /** A peer that cuts every reply, then takes questions over TCP and never answers one. */
  @Test
  void aConnectionThatIsNeverAnsweredIsFullLongBeforeItsMessageIdsAreUsedUp() throws IOException {
    String local = "web.shop.svc.fsn1.internal";
    AtomicInteger overTcp = new AtomicInteger();
    try (var gateway =
            ScriptedGateway.start(
                    a -> {
                      if (a.tcp()) {
                        overTcp.incrementAndGet();
                      } else {
                        Message cut = a.empty(Rcode.NOERROR);
                        cut.getHeader().setFlag(Flags.TC);
                        a.reply(cut);
                      }
                    })
                .forgetful();
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .timeout(20_000)
                .local(local, Records.a(local, 5, "10.42.0.1"))
                .start();
        var client = bridge.client()) {
      int asked = 4_000;
      for (int i = 0; i < asked; i++) {
        client.send(UdpClient.query("n" + i + ".svc.mn.internal", Type.A));
        if (i % 50 == 49) {
          int sent = i + 1;
          Await.until(
              "all looked at", () -> bridge.dns().waiting() + bridge.replies(Source.RELAY) >= sent);
        }
      }
      assertThat(overTcp.get()).isLessThanOrEqualTo(2_048);
      assertThat(addresses(bridge.ask(local, Type.A))).containsExactly("10.42.0.1");
    }
  }

  @Test
  void withoutAnyGatewayTheReplySaysSoAtOnce() throws IOException {
    try (var bridge = TestBridge.plan().start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(rcode(reply)).isEqualTo("SERVFAIL");
      assertThat(errorText(reply)).isEqualTo("no reachable gateway of region mn");
    }
  }

  @Test
  void queriesGoOnWhenTheTableChangesUnderThem() throws IOException {
    try (var first = ScriptedGateway.start(ScriptedGateway.silent());
        var second = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(first).timeout(9_000).start();
        var client = bridge.client()) {
      client.send(UdpClient.query(NAME, Type.A));
      Await.until("asked", () -> !first.asked().isEmpty());
      bridge.dns().publish(TestBridge.plan().gateways(second).table(bridge.dns().table()));
      assertThat(addresses(client.ask("b." + NAME, Type.A))).containsExactly("10.52.1.2");
      Asked open = first.asked().getFirst();
      open.reply(open.addresses(20, "10.52.9.9"));
      assertThat(IntStream.of(bridge.dns().gateways().size()).boxed()).containsExactly(1);
    }
  }

  @Test
  void aBridgeThatStopsAnswersWhatWaits() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = TestBridge.plan().gateways(gateway).timeout(9_000).start();
        var client = bridge.client()) {
      client.send(UdpClient.query(NAME, Type.A));
      Await.until("waiting", () -> bridge.dns().waiting() == 1);
      bridge.stop();
      assertThat(rcode(new Message(client.receive()))).isEqualTo("SERVFAIL");
    }
  }
}
