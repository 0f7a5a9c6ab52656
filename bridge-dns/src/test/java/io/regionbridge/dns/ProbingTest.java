package io.regionbridge.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.ScriptedGateway.Health;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.upstream.GatewayHealth.State;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What probes find out of gateways behind a line that loses packets, or carries none. */
@Timeout(30)
class ProbingTest {
  @Test
  void aProbeIsSentAgainBeforeItFails() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      GatewayHealth health = bridge.gateway(gateway);
      gateway.health(Health.LOSSY);
      Await.until("probes that were repeated", () -> gateway.repeatedProbes() >= 3);
      Await.until("the gateway is up", () -> health.state() == State.UP);
    }
  }

  @Test
  void aGatewayThatFallsSilentIsDownAndUpAgainWhenItAnswers() throws IOException {
    try (var gateway = ScriptedGateway.start(ScriptedGateway.silent());
        var bridge = TestBridge.plan().gateways(gateway).start()) {
      GatewayHealth health = bridge.gateway(gateway);
      Await.until("the gateway is up", () -> health.state() == State.UP);
      gateway.health(Health.SILENT);
      Await.until("the gateway is silent", health::silent);
      Await.until("the gateway is down", () -> health.state() == State.DOWN);
      assertThat(health.reason()).startsWith("no reply within");
      gateway.health(Health.GOOD);
      Await.until("the gateway is up again", () -> health.state() == State.UP);
      assertThat(health.silent()).isFalse();
    }
  }

  /** With probes an hour apart: the second one is due to the first. */
  @Test
  void aGatewayWhoseHostRefusesOneProbeIsAskedAgainAtOnceAndDown() throws IOException {
    ScriptedGateway gone = ScriptedGateway.start(ScriptedGateway.silent());
    gone.close();
    try (var bridge = TestBridge.plan().gateway(gone.address()).healthInterval(3_600_000).start()) {
      GatewayHealth health = bridge.gateway(gone.address());
      Await.until("the gateway is down", () -> health.state() == State.DOWN);
      assertThat(health.reason()).isEqualTo("nothing listens there");
    }
  }
}
