package io.regionbridge.dns;

import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.errorCode;
import static io.regionbridge.dns.testing.Replies.flag;
import static io.regionbridge.dns.testing.Replies.rcode;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ReplicaZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.dns.zone.ZoneTable;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A peer region of which there is a copy: current, interrupted, none. */
@Timeout(30)
class ReplicaTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";
  private static final String NONE = "none.messaging.svc.mn.internal";

  @Test
  void aCurrentCopyIsAnsweredFromWithoutTheRegion() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway, copy(60, "10.52.1.1", true)).start()) {
      Message reply = bridge.ask(NAME, Type.A);
      assertThat(addresses(reply)).containsExactly("10.52.1.1");
      assertThat(reply.getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(60);
      assertThat(flag(reply, Flags.RA)).isTrue();
      assertThat(flag(reply, Flags.AA)).isFalse();
      assertThat(addresses(bridge.ask("nats.messaging.mn.internal", Type.A))).hasSize(1);
      assertThat(rcode(bridge.ask(NAME, Type.AAAA))).isEqualTo("NOERROR");
      assertThat(rcode(bridge.ask(NONE, Type.A))).isEqualTo("NXDOMAIN");
      assertThat(bridge.replies(Source.REPLICA)).isEqualTo(4);
      assertThat(gateway.asked(NAME)).isZero();
    }
  }

  @Test
  void everyoneGetsWhatThePeerGivesToPeers() throws IOException {
    ZoneNode node =
        ZoneNode.of(
            List.of(Records.a(NAME, 5, "10.53.0.1")), List.of(Records.a(NAME, 5, "10.52.1.1")));
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway, copy(5, node, true)).start();
        var client = bridge.client(TestBridge.CLUSTER_CLIENT)) {
      assertThat(addresses(client.ask(NAME, Type.A))).containsExactly("10.52.1.1");
    }
  }

  @Test
  void aCopyIsNotForOtherRegions() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway, copy(5, "10.52.1.1", true)).start();
        var client = bridge.client(TestBridge.PEER_CLIENT)) {
      assertThat(rcode(client.ask(NAME, Type.A))).isEqualTo("REFUSED");
    }
  }

  @Test
  void aLocalZoneMayBeForOwnClientsAlone() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway, null).start();
        var own = bridge.client();
        var peer = bridge.client(TestBridge.PEER_CLIENT)) {
      LocalZone zone = copy(5, "10.52.1.1", true).zone().notForPeers();
      bridge
          .dns()
          .publish(
              bridge.dns().table().next(List.of(zone), List.of(), bridge.dns().table().clients()));
      assertThat(addresses(own.ask(NAME, Type.A))).containsExactly("10.52.1.1");
      assertThat(rcode(peer.ask(NAME, Type.A))).isEqualTo("REFUSED");
    }
  }

  @Test
  void aCopyThatWasReplacedIsNotHeldUntilTheNextQuestion() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway, null).start()) {
      WeakReference<LocalZone> replaced = publish(bridge, "10.52.1.1");
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.1");
      publish(bridge, "10.52.1.2");
      Await.until(
          "nothing holds the copy any more",
          () -> {
            System.gc();
            return replaced.refersTo(null);
          });
    }
  }

  private static WeakReference<LocalZone> publish(TestBridge bridge, String address)
      throws IOException {
    ZoneTable table = bridge.dns().table();
    ReplicaZone copy = copy(5, address, true);
    ForwardZone zone = table.forwards().getFirst().zone().with(copy);
    bridge.dns().publish(table.next(List.of(), List.of(zone), table.clients()));
    return new WeakReference<>(copy.zone());
  }

  @Test
  void theRegionIsAskedWhileTheCopyIsInterrupted() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, "10.52.1.2")));
        var bridge = plan(gateway, copy(5, "10.52.1.1", false)).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      assertThat(bridge.replies(Source.RELAY)).isEqualTo(1);
    }
  }

  @Test
  void aCopyIsWhatIsLeftWhenNobodyAnswers() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway, copy(60, "10.52.1.1", false)).timeout(200).start()) {
      stale(bridge.ask(NAME, Type.A), "10.52.1.1");
      gateway.health(ScriptedGateway.Health.SILENT);
      Await.until(
          "the gateway is down", () -> bridge.gateway(gateway).state() == GatewayHealth.State.DOWN);
      stale(bridge.ask(NAME, Type.A), "10.52.1.1");
      Message negative = bridge.ask(NONE, Type.A);
      assertThat(rcode(negative)).isEqualTo("NXDOMAIN");
      assertThat(negative.getSection(Section.AUTHORITY).getFirst().getTTL()).isEqualTo(5);
      assertThat(bridge.replies(Source.STALE)).isEqualTo(3);
    }
  }

  @Test
  void aClientIsToldWhatIsLeftThoughASiblingAskedTheSameBefore() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway, copy(60, "10.52.1.1", false)).timeout(1_000).start();
        var sibling = TestBridge.plan().timeout(1_000).sibling(bridge.address()).start();
        var client = sibling.client()) {
      client.send(UdpClient.query(NAME, Type.A));
      Await.until("the gateway was asked", () -> gateway.asked(NAME) > 0);
      stale(bridge.ask(NAME, Type.A), "10.52.1.1");
      assertThat(rcode(new Message(client.receive()))).isEqualTo("SERVFAIL");
    }
  }

  @Test
  void noAnswerIsOlderThanTheOneBefore() throws IOException {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, "10.52.1.1")));
        var bridge = plan(gateway, null).timeout(200).start()) {
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.1");
      // It moves, and the copy says so; then the feed and the gateway are gone.
      bridge.dns().publish(plan(gateway, copy(5, "10.52.1.2", true)).table(bridge.dns().table()));
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.2");
      gateway.script(ScriptedGateway.silent());
      bridge.dns().publish(plan(gateway, copy(5, "10.52.1.2", false)).table(bridge.dns().table()));
      stale(bridge.ask(NAME, Type.A), "10.52.1.2");
      // What the region says meanwhile is newer than the copy.
      gateway.script(a -> a.reply(a.addresses(1, "10.52.1.3")));
      bridge.pass(6000); // the failure is forgotten
      assertThat(addresses(bridge.ask(NAME, Type.A))).containsExactly("10.52.1.3");
      gateway.script(ScriptedGateway.silent());
      bridge.pass(2000);
      stale(bridge.ask(NAME, Type.A), "10.52.1.3");
    }
  }

  @Test
  void aQuestionUnderWayIsAnsweredWhenTheCopyComes() throws Exception {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway, null).start();
        var client = bridge.client()) {
      client.send(UdpClient.query(NAME, Type.A));
      Await.until("the gateway was asked", () -> gateway.asked(NAME) > 0);
      gateway.script(a -> a.reply(a.addresses(5, "10.52.1.1")));
      bridge.dns().publish(plan(gateway, copy(5, "10.52.1.1", true)).table(bridge.dns().table()));
      assertThat(addresses(new Message(client.receive()))).containsExactly("10.52.1.1");
    }
  }

  private static void stale(Message reply, String address) {
    assertThat(addresses(reply)).containsExactly(address);
    assertThat(reply.getSection(Section.ANSWER).getFirst().getTTL()).isLessThanOrEqualTo(5);
    assertThat(errorCode(reply)).isEqualTo(ExtendedErrorCodeOption.STALE_ANSWER);
  }

  private static TestBridge.Plan plan(ScriptedGateway gateway, @Nullable ReplicaZone copy) {
    return TestBridge.plan().gateways(gateway).replica(copy);
  }

  private static ReplicaZone copy(long ttl, String address, boolean current) {
    return copy(ttl, ZoneNode.of(List.of(Records.a(NAME, ttl, address))), current);
  }

  private static ReplicaZone copy(long ttl, ZoneNode node, boolean current) {
    Map<Name, @Nullable ZoneNode> nodes = new LinkedHashMap<>();
    nodes.put(Records.name(NAME), node);
    var soa = Records.soa(TestBridge.PEER, ttl, 1, ttl);
    LocalZone zone =
        LocalZone.empty(Records.name(TestBridge.PEER), "svc", soa).with(nodes, soa).loadedFully();
    return new ReplicaZone(zone, current);
  }
}
