package io.regionbridge.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that hold secrets, named as the configuration by mistake: nothing of them is shown. */
final class MistakenFileTest {
  private static final List<String> SECRETS = List.of("hunter2", "MIGHAgEAMBMG", "aHVudGVy");

  @ParameterizedTest
  @ValueSource(
      strings = {
        // A token, with and without what YAML would make something of.
        "hunter2\n",
        "user:hunter2\n",
        "user: hunter2\n",
        "hunter2: user\n",
        "hunter2: a\nhunter2: b\n",
        "hunter2: a\nhunter2: b\nc: [\n",
        "- hunter2\n",
        "*hunter2\n",
        "!hunter2!x y\n",
        "!<hunter2 y\n",
        "&hunter2 &hunter2 a: b\n",
        "a: b: hunter2\n",
        "\"hunter2\n",
        "'a' hunter2\n",
        "%hunter2 a\n---\n",
        "@hunter2\n",
        "hunter2: {\n",
        "\"\\hunter2\"\n",
        // A private key.
        "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIGHAgEAMBMG==\n-----END\n",
        "[Interface]\nPrivateKey = MIGHAgEAMBMG=\nListenPort = 51820\n",
        // What kubectl and others write.
        "apiVersion: v1\nkind: Secret\ndata: {token: aHVudGVy}\n",
        "apiVersion: v1\nkind: Config\nusers: [{name: a, user: {token: hunter2}}]\n",
        "{\"token\": \"hunter2\"}",
        "TOKEN=hunter2\n",
        // A configuration in which one stands where no text can.
        "region: hunter2\n",
        "region: {name: mn}\nregions: [hunter2]\n",
        "region: {name: mn}\nadmin: hunter2\n",
      })
  void isNotShown(String content) {
    ConfigResult result = ConfigReader.read(content, Path.of("/"), Map.of());
    assertThat(result).isInstanceOf(ConfigResult.Invalid.class);
    List<ConfigProblem> problems = ((ConfigResult.Invalid) result).problems();
    assertThat(problems).isNotEmpty();
    assertThat(String.valueOf(problems)).doesNotContain(SECRETS);
  }
}
