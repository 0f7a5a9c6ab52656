package io.regionbridge.router.control;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UninstallWithoutClusterTest {
  @Test
  void saysOnceThatThereIsNoCluster(@TempDir Path directory) throws IOException {
    Path kubeconfig =
        Files.writeString(
            directory.resolve("config"),
            """
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: k, cluster: {server: "https://127.0.0.1:1"}}]
            contexts: [{name: c, context: {cluster: k, user: u}}]
            users: [{name: u, user: {token: x}}]
            """);
    assertThatThrownBy(() ->
            Uninstall.run(
                Map.of("KUBECONFIG", kubeconfig.toString(), "NODE_NAME", "n"),
                Optional.empty(),
                "netbird",
                false,
                true))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "no cluster: the API server at https://127.0.0.1:1/ does not answer: ")
        .hasMessageNotContaining("Exception");
  }
}
