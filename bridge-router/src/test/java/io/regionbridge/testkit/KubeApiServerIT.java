package io.regionbridge.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class KubeApiServerIT {
  private static KubeApiServer server;
  @TempDir private static Path directory;

  @BeforeAll
  static void start() {
    server = KubeApiServer.start("10.143.0.0/16");
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aServiceGetsAClusterIpOfTheGivenRange() {
    String created =
        kubectl(
            server.adminKubeconfig(),
            "create service clusterip web --tcp=80 -o jsonpath={.spec.clusterIP}");
    assertThat(created).startsWith("10.143.");
  }

  @Test
  void aServiceAccountMayDoWhatItsRoleSaysAndNothingElse() {
    String admin = server.adminKubeconfig();
    kubectl(admin, "create namespace bridge");
    kubectl(admin, "create serviceaccount bridge -n bridge");
    kubectl(admin, "create clusterrole bridge --verb=list --resource=services");
    kubectl(
        admin,
        "create clusterrolebinding bridge --clusterrole=bridge --serviceaccount=bridge:bridge");
    String account = server.kubeconfig(server.serviceAccountToken("bridge", "bridge"));

    assertThat(kubectl(account, "get services -A -o name")).contains("service/kubernetes");
    assertThat(kubectlFails(account, "get secrets -A"))
        .contains("Forbidden", "system:serviceaccount:bridge:bridge");
  }

  @Test
  void objectsAndTrustOutliveACrash() {
    server.apply(
        "/api/v1/namespaces/kept",
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: kept}
        """);
    String kubeconfig = server.adminKubeconfig();
    server.kill();
    server.restart();
    assertThat(kubectl(kubeconfig, "get namespace kept -o name")).isEqualTo("namespace/kept");
  }

  private static String kubectl(String kubeconfig, String arguments) {
    return run(kubeconfig, arguments, 0);
  }

  private static String kubectlFails(String kubeconfig, String arguments) {
    return run(kubeconfig, arguments, 1);
  }

  private static String run(String kubeconfig, String arguments, int exitCode) {
    NativeProcess.Command command =
        NativeProcess.command(NativeTool.find("kubectl"), arguments.split(" "))
            .environment("KUBECONFIG", written(kubeconfig).toString())
            .environment("HOME", directory.toString());
    try (NativeProcess kubectl = command.start()) {
      int code = kubectl.awaitEnd(Duration.ofSeconds(30));
      assertThat(code).as(kubectl.output()).isEqualTo(exitCode);
      return kubectl.output();
    }
  }

  private static Path written(String kubeconfig) {
    try {
      return Files.writeString(Files.createTempFile(directory, "kubeconfig", null), kubeconfig);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
