package io.regionbridge.dns;

import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.rcode;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.ScriptedGateway.Health;
import io.regionbridge.dns.testing.ScriptedGateway.Script;
import io.regionbridge.dns.upstream.GatewayHealth.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** Bridges of one region that relay for each other when only one of them reaches the peer. */
@Timeout(30)
class SiblingTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";
  private static final Script GOOD = a -> a.reply(a.addresses(20, "10.52.1.2"));

  /** A gateway behind a tunnel that carries nothing. */
  private static ScriptedGateway unreachable() throws IOException {
    ScriptedGateway gateway = ScriptedGateway.start(ScriptedGateway.silent());
    gateway.health(Health.SILENT);
    return gateway;
  }

  @Test
  void whereNoGatewayAnswersTheSiblingIsAsked() throws IOException {
    try (var black = unreachable();
        var well = ScriptedGateway.start(GOOD);
        var sibling = TestBridge.plan().gateways(well).start();
        var bridge = TestBridge.plan().gateways(black).sibling(sibling.address()).start()) {
      // At once, while nobody knows yet what is down; and when it is known.
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      Await.until("the gateway is down", () -> bridge.gateway(black).state() == State.DOWN);
      assertThat(addresses(bridge.ask("b." + NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(sibling.replies(Source.RELAY)).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void aSiblingIsLeftInPeaceWhileAGatewayAnswers() throws IOException {
    try (var well = ScriptedGateway.start(GOOD);
        var sibling = ScriptedGateway.start(GOOD);
        // On a clock that stands still no reply is late, however busy the machine is.
        var bridge =
            TestBridge.plan().gateways(well).sibling(sibling.address()).clockSpeed(0).start()) {
      for (int i = 0; i < 20; i++) {
        assertThat(rcode(bridge.ask("n" + i + "." + NAME, Type.A))).isEqualTo("NOERROR");
      }
      assertThat(sibling.asked()).isEmpty();
    }
  }

  @Test
  void siblingsAreNoGateways() throws IOException {
    try (var well = ScriptedGateway.start(GOOD);
        var sibling = ScriptedGateway.start(GOOD);
        var bridge = TestBridge.plan().gateways(well).sibling(sibling.address()).start()) {
      assertThat(bridge.dns().gateways()).containsExactly(bridge.gateway(well));
    }
  }

  @Test
  void twoThatReachNothingDoNotAskEachOtherForEver() throws IOException {
    TestBridge.Plan first = TestBridge.plan().timeout(500);
    TestBridge.Plan second = TestBridge.plan().timeout(500);
    try (var black = unreachable();
        var one = first.gateways(black).start();
        var other = second.gateways(black).sibling(one.address()).start()) {
      one.dns().publish(first.sibling(other.address()).table(one.dns().table()));
      assertThat(rcode(one.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      assertThat(rcode(other.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      // Each finds out that the other has no way either, and then nobody waits any more.
      Await.until("an error at once", () -> failsAtOnce(one));
    }
  }

  private static boolean failsAtOnce(TestBridge bridge) {
    long began = System.nanoTime();
    try {
      assertThat(rcode(bridge.ask("a" + began + "." + NAME, Type.A))).isEqualTo("SERVFAIL");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(250);
  }

  @Test
  void aSiblingIsToldNothingStale() throws IOException {
    try (var gateway = ScriptedGateway.start(GOOD);
        var sibling = TestBridge.plan().gateways(gateway).timeout(300).start();
        var bridge = TestBridge.plan().timeout(300).sibling(sibling.address()).start()) {
      assertThat(rcode(sibling.ask(NAME, Type.A))).isEqualTo("NOERROR");
      gateway.script(a -> a.refuse(Rcode.SERVFAIL));
      gateway.health(Health.FAILING);
      sibling.pass(60_000);
      Await.until("the gateway is down", () -> sibling.gateway(gateway).state() == State.DOWN);
      assertThat(rcode(bridge.ask(NAME, Type.A))).isEqualTo("SERVFAIL");
      assertThat(rcode(sibling.ask(NAME, Type.A))).isEqualTo("NOERROR");
      assertThat(sibling.replies(Source.STALE)).isOne();
    }
  }
}
