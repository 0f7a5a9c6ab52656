package io.regionbridge.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.testing.Asked;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.Replies;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ReplicaZone;
import io.regionbridge.dns.zone.ZoneNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/**
 * Questions while a peer's replica comes and goes: none is lost, and no answer is older than one
 * that was given before the question was sent. Versions of the name differ by its address.
 */
@Timeout(120)
final class ReplicaTransitionsTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";
  private static final int STEPS = 120;

  /** How long a question waits for gateways: never over unless the test says so. */
  private static final int TIMEOUT = 60_000;

  private enum Standing {
    CURRENT,
    INTERRUPTED,
    NONE
  }

  private enum Mood {
    ANSWERS,
    HOLDS,
    SILENT
  }

  /** A question that was sent. */
  private static final class Question {
    final UdpClient client;

    /** The newest version that anybody had been told when it was sent. */
    final int told;

    /** Whether there has been a replica all the time since. */
    boolean answerable;

    Question(UdpClient client, int told, boolean answerable) {
      this.client = client;
      this.told = told;
      this.answerable = answerable;
    }
  }

  private record Held(Asked asked, int version) {}

  private final Queue<Held> held = new ConcurrentLinkedQueue<>();
  private final AtomicInteger version = new AtomicInteger(1);
  private volatile Mood mood = Mood.ANSWERS;
  private Standing standing = Standing.NONE;
  private @Nullable Integer copied;
  private int told;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noQuestionIsLostAndNoAnswerIsOlder(long seed) throws IOException {
    Random random = new Random(seed);
    int loops = 1 + (int) (seed % 2);
    try (var gateway = ScriptedGateway.start(this::take);
        var bridge = plan(gateway).loops(loops).start()) {
      Queue<Question> open = new ArrayDeque<>();
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(14)) {
          case 0 -> {
            version.incrementAndGet();
            if (standing == Standing.CURRENT) {
              publish(bridge, gateway, Standing.CURRENT, open);
            }
          }
          case 1 -> publish(bridge, gateway, Standing.NONE, open);
          case 2 -> publish(bridge, gateway, Standing.CURRENT, open);
          case 3, 4 -> {
            if (copied != null) {
              publish(bridge, gateway, Standing.INTERRUPTED, open);
            }
          }
          case 5 -> mood = Mood.values()[random.nextInt(Mood.values().length)];
          case 6 -> release();
          case 7 -> bridge.pass(random.nextInt(7_000));
          case 8 -> {
            held.clear(); // lost
            bridge.pass(TIMEOUT);
          }
          default -> {
            UdpClient client = bridge.client();
            client.send(UdpClient.ednsQuery(NAME, Type.A, 1232));
            open.add(new Question(client, told, standing != Standing.NONE));
          }
        }
        collect(open, 1);
      }
      mood = Mood.ANSWERS;
      release();
      bridge.pass(2 * TIMEOUT);
      collect(open, 10_000);
      assertThat(open).as("questions without a reply").isEmpty();
    }
  }

  private void take(Asked asked) throws IOException {
    switch (mood) {
      case ANSWERS -> answer(asked, version.get());
      case HOLDS -> held.add(new Held(asked, version.get()));
      case SILENT -> {}
    }
  }

  private void release() throws IOException {
    for (Held next = held.poll(); next != null; next = held.poll()) {
      answer(next.asked(), next.version());
    }
  }

  private static void answer(Asked asked, int version) throws IOException {
    asked.reply(asked.addresses(1 + version % 5, address(version)));
  }

  private void publish(
      TestBridge bridge, ScriptedGateway gateway, Standing next, Queue<Question> open) {
    standing = next;
    switch (next) {
      case CURRENT -> copied = version.get();
      case NONE -> {
        copied = null;
        open.forEach(question -> question.answerable = false);
      }
      case INTERRUPTED -> {}
    }
    Integer copy = copied;
    publish(
        bridge,
        gateway,
        copy == null ? null : new ReplicaZone(zone(copy), next == Standing.CURRENT));
  }

  private static void publish(
      TestBridge bridge, ScriptedGateway gateway, @Nullable ReplicaZone replica) {
    bridge.dns().publish(plan(gateway).replica(replica).table(bridge.dns().table()));
  }

  private static TestBridge.Plan plan(ScriptedGateway gateway) {
    return TestBridge.plan().gateways(gateway).timeout(TIMEOUT);
  }

  /** Takes the replies that have come, or come soon. */
  private void collect(Queue<Question> open, int millis) throws IOException {
    for (Iterator<Question> i = open.iterator(); i.hasNext(); ) {
      Question question = i.next();
      byte[] packet = question.client.receive(millis);
      if (packet != null) {
        check(question, new Message(packet));
        question.client.close();
        i.remove();
      }
    }
  }

  private void check(Question question, Message reply) {
    if (question.answerable) {
      assertThat(Replies.rcode(reply)).isEqualTo("NOERROR");
    }
    List<String> addresses = Replies.addresses(reply);
    if (!addresses.isEmpty()) {
      int answered = version(addresses.getFirst());
      assertThat(answered).as("not older than before").isGreaterThanOrEqualTo(question.told);
      told = Math.max(told, answered);
    }
  }

  @Test
  void aReplicaThatComesAnswersWhoIsWaitingForASilentGateway() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway).start();
        var client = bridge.client()) {
      client.send(UdpClient.ednsQuery(NAME, Type.A, 1232));
      Await.until("the gateway was asked", () -> gateway.asked(NAME) > 0);
      publish(bridge, gateway, new ReplicaZone(zone(7), true));
      bridge.pass(2 * TIMEOUT);
      Message reply = new Message(client.receive());
      assertThat(Replies.addresses(reply)).containsExactly(address(7));
      assertThat(Replies.errorCode(reply)).as("not stale").isEqualTo(-1);
      assertThat(bridge.replies(Source.REPLICA)).isEqualTo(1);
    }
  }

  @Test
  void aReplicaThatCameAndWasInterruptedAnswersAsStaleData() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = plan(gateway).start();
        var client = bridge.client()) {
      client.send(UdpClient.ednsQuery(NAME, Type.A, 1232));
      Await.until("the gateway was asked", () -> gateway.asked(NAME) > 0);
      publish(bridge, gateway, new ReplicaZone(zone(7), true));
      publish(bridge, gateway, new ReplicaZone(zone(7), false));
      bridge.pass(2 * TIMEOUT);
      Message reply = new Message(client.receive());
      assertThat(Replies.addresses(reply)).containsExactly(address(7));
      assertThat(Replies.errorCode(reply)).isEqualTo(ExtendedErrorCodeOption.STALE_ANSWER);
    }
  }

  @Test
  void aReplyThatWasOnItsWayWhenTheReplicaCameIsNotGivenIfTheReplicaIsNewer() throws IOException {
    List<Asked> waiting = new CopyOnWriteArrayList<>();
    try (var gateway = ScriptedGateway.start(waiting::add);
        var bridge = plan(gateway).start();
        var client = bridge.client()) {
      client.send(UdpClient.ednsQuery(NAME, Type.A, 1232));
      Await.until("the gateway was asked", () -> gateway.asked(NAME) > 0);
      Await.until("the script has it", () -> !waiting.isEmpty());
      publish(bridge, gateway, new ReplicaZone(zone(2), true));
      assertThat(Replies.addresses(bridge.ask(NAME, Type.A))).containsExactly(address(2));
      answer(waiting.getFirst(), 1);
      assertThat(Replies.addresses(new Message(client.receive()))).containsExactly(address(2));
    }
  }

  @Test
  void whatWasCachedBeforeAReplicaIsNotGivenWhenTheReplicaIsGone() throws IOException {
    try (var gateway = ScriptedGateway.start(asked -> answer(asked, 1));
        var bridge = plan(gateway).start();
        var client = bridge.client()) {
      assertThat(Replies.addresses(bridge.ask(NAME, Type.A))).containsExactly(address(1));
      bridge.pass(6_000);
      gateway.script(ScriptedGateway.silent());
      client.send(UdpClient.ednsQuery(NAME, Type.A, 1232));
      Await.until("the gateway was asked again", () -> gateway.asked(NAME) > 1);
      publish(bridge, gateway, new ReplicaZone(zone(2), true));
      assertThat(Replies.addresses(bridge.ask(NAME, Type.A))).containsExactly(address(2));
      publish(bridge, gateway, null);
      bridge.pass(2 * TIMEOUT);
      assertThat(new Message(client.receive()).getRcode()).isEqualTo(Rcode.SERVFAIL);
    }
  }

  private static String address(int version) {
    return "10.52.%d.%d".formatted(version / 250, version % 250 + 1);
  }

  private static int version(String address) {
    String[] octets = address.split("\\.", -1);
    return Integer.parseInt(octets[2]) * 250 + Integer.parseInt(octets[3]) - 1;
  }

  private static LocalZone zone(int version) {
    Map<Name, @Nullable ZoneNode> nodes = new LinkedHashMap<>();
    nodes.put(Records.name(NAME), ZoneNode.of(List.of(Records.a(NAME, 5, address(version)))));
    var soa = Records.soa(TestBridge.PEER, 5, 1, 5);
    return LocalZone.empty(Records.name(TestBridge.PEER), "svc", soa)
        .with(nodes, soa)
        .loadedFully();
  }
}
