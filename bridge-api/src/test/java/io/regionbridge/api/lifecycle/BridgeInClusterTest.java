package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** A bridge in a cluster whose API server is not there. */
final class BridgeInClusterTest {
  private static final String CONFIG =
      """
      region: {name: fsn1}
      dns: {listen: ['127.0.0.1:0'], threads: 1}
      overlay: {mode: none}
      admin: {listen: '127.0.0.1:0'}
      regions: [{name: mn, gateways: ['127.0.0.1:9']}]
      """;

  @TempDir Path directory;

  @Test
  void servesAtOnceAndSaysWhyItIsNotReadyWhileTheApiServerIsAway() throws Exception {
    Path kubeconfig =
        Files.writeString(
            directory.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: 'https://127.0.0.1:%d'}}]
            users: [{name: u, user: {token: t}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """
                .formatted(FreePorts.next()));
    try (Bridge bridge = start(Map.of("KUBECONFIG", kubeconfig.toString()))) {
      SimpleResolver resolver = new SimpleResolver(bridge.dnsAddresses().getFirst());
      resolver.setTimeout(Duration.ofSeconds(20));
      Name name = Name.fromConstantString("a.b.svc.fsn1.internal.");
      Message answer = resolver.send(Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)));
      assertThat(answer.getRcode()).isEqualTo(Rcode.SERVFAIL);
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (bridge.notReady().stream().noneMatch(r -> r.contains("does not answer"))) {
        assertThat(System.nanoTime()).as(bridge.notReady().toString()).isLessThan(end);
        Thread.onSpinWait();
      }
      assertThat(bridge.notReady())
          .first(InstanceOfAssertFactories.STRING)
          .startsWith("the first full list of the local Services is not in");
      assertThat(bridge.state().topology().peers()).hasSize(1);
      assertThat(bridge.state().surroundings())
          .filteredOn(condition -> condition.type().equals("APIServerCurrent"))
          .hasSize(1);
    }
  }

  @Test
  void aKubeconfigThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> start(Map.of("KUBECONFIG", "/nonexistent/kubeconfig")))
        .isInstanceOf(IOException.class)
        .hasMessage("KUBECONFIG: cannot read /nonexistent/kubeconfig");
  }

  private Bridge start(Map<String, String> environment) throws IOException {
    Map<String, String> all = new HashMap<>(environment);
    all.put("NODE_NAME", "f1");
    return Bridge.start(Configs.read(CONFIG, directory), all);
  }
}
