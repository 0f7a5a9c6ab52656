package io.regionbridge.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.testing.Asked;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.UdpClient;
import java.net.PortUnreachableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What becomes of queries when a bridge stops. */
@Timeout(30)
class StopTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasTakenIsAnsweredFirst(boolean epoll) throws Exception {
    Assumptions.assumeTrue(!epoll || LoopSockets.nativeAvailable(), "epoll is Linux's");
    CompletableFuture<Asked> asked = new CompletableFuture<>();
    try (ScriptedGateway gateway = ScriptedGateway.start(asked::complete)) {
      TestBridge.Plan plan = TestBridge.plan().gateways(gateway).timeout(20_000);
      TestBridge bridge = (epoll ? plan : plan.nio()).start();
      try (UdpClient client = bridge.client()) {
        client.send(UdpClient.ednsQuery(NAME, Type.A, 1232));
        Asked waiting = asked.get(10, TimeUnit.SECONDS);
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(bridge::close);
        if (epoll) {
          assertThatThrownBy(() -> askForEver(bridge)).isInstanceOf(PortUnreachableException.class);
        }
        waiting.reply(waiting.addresses(20, "10.52.1.2"));
        Message reply = new Message(client.receive());
        assertThat(reply.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(reply.getSection(Section.ANSWER)).hasSize(1);
        stopped.get(10, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void aGatewayThatNeverAnswersKeepsNobodyFromStopping() throws Exception {
    try (ScriptedGateway gateway = ScriptedGateway.start(ScriptedGateway.silent())) {
      TestBridge bridge = TestBridge.plan().gateways(gateway).timeout(20_000).start();
      try (UdpClient client = bridge.client()) {
        client.send(UdpClient.ednsQuery(NAME, Type.A, 1232));
        assertThat(bridge.ask(TestBridge.LOCAL, Type.SOA).getRcode()).isEqualTo(Rcode.NOERROR);
        bridge.close();
        assertThat(new Message(client.receive()).getRcode()).isEqualTo(Rcode.SERVFAIL);
      }
    }
  }

  /** Asks for what is answered at once until nobody listens any more. */
  private static void askForEver(TestBridge bridge) throws Exception {
    try (UdpClient client = bridge.client()) {
      while (true) {
        client.ask(TestBridge.LOCAL, Type.SOA);
      }
    }
  }
}
