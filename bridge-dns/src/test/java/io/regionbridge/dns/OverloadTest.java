package io.regionbridge.dns;

import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.errorText;
import static io.regionbridge.dns.testing.Replies.rcode;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.testing.Asked;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.TcpClient;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.upstream.GatewayHealth;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/**
 * More of everything than there is room for: the rest is turned away, counted, and nothing grows.
 */
@Timeout(60)
class OverloadTest {
  private static final String LOCAL = "web.shop.svc.fsn1.internal";

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void noMoreQueriesWaitThanAllowedAndTheOthersAreToldAtOnce(int loops) throws IOException {
    List<Asked> held = new CopyOnWriteArrayList<>();
    try (var gateway = ScriptedGateway.start(held::add);
        var bridge =
            TestBridge.plan()
                .gateways(gateway)
                .loops(loops)
                .inflight(50, 1_000)
                .timeout(9_000)
                .local(LOCAL, Records.a(LOCAL, 5, "10.42.0.1"))
                .start();
        var client = bridge.client()) {
      int asked = 200;
      for (int i = 0; i < asked; i++) {
        client.send(UdpClient.ednsQuery("n" + i + ".mn.internal", Type.A, 1232));
      }
      Await.until(
          "all looked at",
          () -> bridge.events(LoopCounters.Event.SHED) + bridge.dns().waiting() == asked);
      assertThat(bridge.dns().waiting()).isBetween(50 / loops, 50);
      long shed = bridge.events(LoopCounters.Event.SHED);
      for (int i = 0; i < shed; i++) {
        Message reply = new Message(client.receive());
        assertThat(rcode(reply)).isEqualTo("SERVFAIL");
        assertThat(errorText(reply)).isEqualTo("too many queries are waiting");
      }
      try (UdpClient other = bridge.client()) {
        assertThat(addresses(other.ask(LOCAL, Type.A)))
            .as("what needs no gateway is answered all the same")
            .containsExactly("10.42.0.1");
      }
      for (Asked open : held) {
        open.reply(open.addresses(20, "10.52.1.2"));
      }
      for (int i = 0; i < asked - shed; i++) {
        assertThat(rcode(new Message(client.receive()))).isEqualTo("NOERROR");
      }
      assertThat(bridge.dns().waiting()).isZero();
      gateway.script(a -> a.reply(a.addresses(20, "10.52.1.2")));
      assertThat(rcode(client.ask("after.mn.internal", Type.A))).isEqualTo("NOERROR");
    }
  }

  @Test
  void oneClientCannotTakeTheRoomOfOthers() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge =
            TestBridge.plan().gateways(gateway).inflight(1_000, 10).timeout(2_000).start();
        var greedy = bridge.client("127.0.0.1");
        var modest = bridge.client("127.0.0.77")) {
      for (int i = 0; i < 100; i++) {
        greedy.send(UdpClient.query("n" + i + ".mn.internal", Type.A));
      }
      Await.until("shed", () -> bridge.events(LoopCounters.Event.SHED) == 90);
      assertThat(bridge.dns().waiting()).isEqualTo(10);
      modest.send(UdpClient.query("m.mn.internal", Type.A));
      Await.until("waits", () -> bridge.dns().waiting() == 11);
      for (int i = 0; i < 100; i++) {
        assertThat(rcode(new Message(greedy.receive()))).isEqualTo("SERVFAIL");
      }
      assertThat(rcode(new Message(modest.receive()))).isEqualTo("SERVFAIL");
      assertThat(bridge.dns().waiting()).isZero();
    }
  }

  @Test
  void questionsToARegionThatIsGoneLeaveMostOfTheRoomToOthers() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge =
            TestBridge.plan().gateways(gateway).inflight(80, 1_000).timeout(5_000).start();
        var client = bridge.client()) {
      gateway.health(ScriptedGateway.Health.SILENT);
      Await.until("down", () -> bridge.gateway(gateway).state() == GatewayHealth.State.DOWN);
      bridge.pass(60_000);
      int asked = 40;
      for (int i = 0; i < asked; i++) {
        client.send(UdpClient.ednsQuery("n" + i + ".mn.internal", Type.A, 1232));
      }
      Await.until(
          "an eighth waits",
          () -> bridge.dns().waiting() == 10 && bridge.replies(Source.RELAY) == asked - 10);
      for (int i = 0; i < asked; i++) {
        Message reply = new Message(client.receive());
        assertThat(rcode(reply)).isEqualTo("SERVFAIL");
        assertThat(errorText(reply)).isEqualTo("no reachable gateway of region mn");
      }
      assertThat(bridge.dns().waiting()).isZero();
    }
  }

  @Test
  void aFloodOfNamesLeavesTheHeapAsItWas() throws IOException {
    try (var gateway =
            ScriptedGateway.start(a -> a.reply(a.addresses(20, "10.52.1.2"))).forgetful();
        var bridge = TestBridge.plan().gateways(gateway).maxEntries(1_000).start();
        var client = bridge.client()) {
      flood(client, "first", 5_000);
      long before = used();
      flood(client, "second", 10_000);
      assertThat(used() - before).as("octets more on the heap").isLessThan(2 << 20);
      assertThat(bridge.dns().cacheEntries()).isLessThanOrEqualTo(1_000);
      assertThat(bridge.dns().waiting()).isZero();
      assertThat(bridge.dns().exchanges()).isZero();
      assertThat(bridge.replies(Source.RELAY)).isEqualTo(15_000);
    }
  }

  private static void flood(UdpClient client, String prefix, int names) throws IOException {
    int out = 0;
    for (int i = 0; i < names; i++) {
      client.send(UdpClient.query(prefix + i + ".mn.internal", Type.A));
      if (++out == 50) {
        receive(client, out);
        out = 0;
      }
    }
    receive(client, out);
  }

  private static void receive(UdpClient client, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      byte[] reply = client.receive();
      assertThat(reply[3] & 0xF).isZero();
    }
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void aFloodOfConnectionsIsCutAtTheBoundAndLeavesNothingBehind() throws IOException {
    try (var bridge =
        TestBridge.plan()
            .local(LOCAL, Records.a(LOCAL, 5, "10.42.0.1"))
            .tcp(20, 20, 10_000)
            .start()) {
      for (int round = 0; round < 3; round++) {
        List<TcpClient> open = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          open.add(bridge.tcp());
        }
        // All are idle: each newcomer takes the place of the one that has been so for longest.
        for (TcpClient evicted : open.subList(0, 80)) {
          assertThat(evicted.closedByServer()).isTrue();
        }
        assertThat(bridge.dns().connections()).isEqualTo(20);
        for (TcpClient tcp : open) {
          tcp.close();
        }
        Await.until("closed", () -> bridge.dns().connections() == 0);
      }
      assertThat(addresses(bridge.ask(LOCAL, Type.A))).containsExactly("10.42.0.1");
    }
  }
}
