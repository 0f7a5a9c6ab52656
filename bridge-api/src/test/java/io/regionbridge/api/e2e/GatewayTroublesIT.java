package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.cli.Main;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Twenty seconds of {@code bridge-dns/bench/stress}: a bridge's own process and gateways with
 * troubles on real sockets. Judged is what no busy machine changes, packets for all questions and
 * for one; the ten minutes of each night judge the rest.
 */
@Timeout(180)
class GatewayTroublesIT {
  @Test
  void gatewaysInTroubleAreAskedGently() {
    Path python = NativeTool.find("python3");
    String bridge =
        "%s/bin/java --enable-native-access=ALL-UNNAMED -cp %s %s serve --config {config}"
            .formatted(
                System.getProperty("java.home"),
                System.getProperty("java.class.path"),
                Main.class.getName());
    try (NativeProcess run =
        NativeProcess.start(
            python,
            "../bridge-dns/bench/stress",
            "--seconds=20",
            "--seed=3",
            "--totals",
            "--port=" + FreePorts.next(),
            "--bridge=" + bridge)) {
      assertThat(run.awaitEnd(Duration.ofSeconds(150))).as(run.output()).isZero();
    }
  }
}
