package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterClientTest {
  private static final String GOOD =
      """
      current-context: t
      contexts: [{name: t, context: {cluster: c, user: u}}]
      clusters: [{name: c, cluster: {server: "https://10.43.0.1:443"}}]
      users: [{name: u, user: {token: secret}}]
      """;

  @TempDir Path directory;

  @ParameterizedTest(name = "{0} becomes {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          current-context: t          | current-context: other   | contexts has no entry other
          current-context: t          | ''                       | it names no current-context
          cluster: c                  | cluster: other           | clusters has no entry other
          user: u                     | user: other              | users has no entry other
          https://10.43.0.1:443       | 10.43.0.1:443            | cluster.server is no URL: 10.43.0.1:443
          https://10.43.0.1:443       | ftp://10.43.0.1          | cluster.server is no https URL: ftp://10.43.0.1
          https://10.43.0.1:443       | https://                 | cluster.server is no URL: https://
          current-context: t          | {{{{                     | it is not YAML, near line 1
          """)
  void aKubeconfigThatCannotBeUsedIsRefusedWithTheReason(String text, String becomes, String reason)
      throws IOException {
    Path file = Files.writeString(directory.resolve("config"), GOOD.replace(text, becomes));
    assertThatThrownBy(() -> ClusterClient.local(Optional.of(file)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("KUBECONFIG: " + file + " cannot be used: " + reason)
        .hasMessageNotContainingAny("secret", "Exception");
  }

  @ParameterizedTest(name = "\"{0}\"")
  @CsvSource({"''", "'- a'", "text"})
  void aTextThatIsNoKubeconfigIsRefused(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("config"), text);
    assertThatThrownBy(() -> ClusterClient.local(Optional.of(file)))
        .hasMessage(
            "KUBECONFIG: %s cannot be used: it is no kubeconfig: expected a mapping with clusters"
                .formatted(file));
  }
}
