package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.KubeApiServer;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image, unpacked and started as its own configuration and the chart's DaemonSet say: its entry
 * point, the container's arguments, variables and mounts, as its user, in a root directory that
 * cannot be written to.
 */
class ImageIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Path ENTER = Path.of("src/image/enter").toAbsolutePath().normalize();
  private static final String SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

  private static final String COREFILE = "/api/v1/namespaces/kube-system/configmaps/coredns";

  @TempDir private static Path directory;
  private static Path layout;

  @BeforeAll
  static void read() throws IOException {
    assumeTrue(
        Image.tarball().isPresent(),
        "there is no image: mvn -Pimage verify makes one and tests it");
    assumeTrue(
        "root".equals(System.getProperty("user.name")),
        "only root can start a program in another root directory as the image's user");
    layout = Files.createDirectories(directory.resolve("layout"));
    Image.tar("-xf", Image.tarball().orElseThrow().toString(), "-C", layout.toString());
    // The image's user has to get at what is mounted from here.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void isThereForBothArchitectures() throws IOException {
    assertThat(Image.manifests(layout))
        .extracting(manifest -> manifest.at("/platform/architecture").asText())
        .containsExactly("amd64", "arm64");
    Image arm = Image.unpack(layout, "arm64", directory.resolve("arm64"));
    byte[] java = Files.readAllBytes(arm.root().resolve("opt/region-bridge/runtime/bin/java"));
    assertThat(java[18] & 0xff).as("e_machine of the ELF header").isEqualTo(183); // AArch64
    assertThat(arm.root().resolve("opt/region-bridge/sbom.json"))
        .content()
        .contains("pkg:deb/debian/libc6@");
  }

  @Test
  void holdsNothingThatItsBuildLeftBehind() throws IOException {
    Image image = Image.unpack(layout, "amd64", directory.resolve("amd64-whole"));
    assertThat(names(image.root()))
        .containsExactly("bin", "dev", "etc", "lib", "lib64", "opt", "proc", "tmp", "usr", "var");
    assertThat(names(image.root().resolve("opt/region-bridge")))
        .containsExactly("bin", "lib", "runtime", "sbom.json");
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void startsAndServesAsTheChartRunsIt() throws IOException {
    Image image = Image.unpack(layout, "amd64", directory.resolve("amd64"));
    assertThat(image.user()).isEqualTo("65532");
    int dns = FreePorts.next();
    int http = FreePorts.next();
    List<JsonNode> objects =
        Helm.objects(
            "--set-json=config.dns.listen=[\"127.0.0.1:" + dns + "\"]",
            "--set=admin.port=" + http + ",config.overlay.mode=none",
            "--set=javaOptions=-XX:AOTMode=on"); // or a cache that does not fit would go unnoticed

    try (KubeApiServer server = KubeApiServer.start()) {
      server.apply(
          COREFILE,
          """
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: coredns }
          data:
            Corefile: |
              .:53 {
                  forward . 192.0.2.1
              }
          """);
      String before = server.request("GET", COREFILE, "", "");
      assertThat(before).contains("192.0.2.1");
      install(server, objects);
      server.apply(
          "/apis/region-bridge.io/v1alpha1/regions/fsn1",
          """
          apiVersion: region-bridge.io/v1alpha1
          kind: Region
          metadata: { name: fsn1 }
          spec: { gateways: [127.0.0.9], podCIDRs: [10.42.0.0/16] }
          """);
      server.apply(
          "/api/v1/namespaces/shop", "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
      server.apply(
          "/api/v1/namespaces/shop/services/web",
          "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: None, ports:"
              + " [{port: 80}]}}");
      server.apply(
          "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/web-1",
          """
          apiVersion: discovery.k8s.io/v1
          kind: EndpointSlice
          metadata: { name: web-1, labels: { kubernetes.io/service-name: web } }
          addressType: IPv4
          ports: [{ port: 80 }]
          endpoints: [{ addresses: [10.52.1.7] }]
          """);

      List<String> command = command(image, ChartIT.bridge(objects), objects, server);
      try (NativeProcess bridge = NativeProcess.start(ENTER, command.toArray(String[]::new))) {
        String ready = bridge.awaitLine(Pattern.compile("region-bridge ready: "), TIMEOUT);
        assertThat(ready).contains("region mn (mn.internal)", "127.0.0.1:" + dns);
        assertThat(dig(dns, "web.shop.svc.mn.internal")).isEqualTo("10.52.1.7");
        URI metrics = URI.create("http://127.0.0.1:" + http + "/metrics");
        try (InputStream in = metrics.toURL().openStream()) {
          assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
              .contains("region_bridge_active_gateway ");
        }
        bridge.awaitLine(Pattern.compile("the block of region-bridge in ConfigMap"), TIMEOUT);
        assertThat(corefile(server)).contains("fsn1.internal");
        assertThat(bridge.output()).doesNotContain("orbidden");
      }
      uninstall(image, objects, server);
      assertThat(corefile(server)).as("as it was").isEqualTo(corefile(before));
    }
  }

  /**
   * What Helm does after it has deleted the release: the hook's objects, and its Job's container.
   */
  private static void uninstall(Image image, List<JsonNode> objects, KubeApiServer server)
      throws IOException {
    List<JsonNode> hooks =
        objects.stream()
            .filter(object ->
                object.at("/metadata/annotations/helm.sh~1hook").asText().equals("post-delete"))
            .toList();
    kubectl(server, "delete", objects.stream().filter(ImageIT::ofTheRelease).toList());
    kubectl(server, "apply", hooks);
    JsonNode job = Helm.object(hooks, "Job", "region-bridge-uninstall");
    Helm.Run run = Helm.run(ENTER, command(image, job, objects, server));
    assertThat(run.succeeded())
        .contains(
            "removed the block in ConfigMap kube-system/coredns", "removed status of Region fsn1");
  }

  private static String corefile(KubeApiServer server) {
    return corefile(server.request("GET", COREFILE, "", ""));
  }

  private static String corefile(String configMap) {
    return Chart.parse(configMap).at("/data/Corefile").asText();
  }

  /** As {@code kubectl exec} would: found in PATH, no arguments to the JVM to be known. */
  @Test
  void hasTheCommandsForOperators() throws IOException {
    Image image = Image.unpack(layout, "amd64", directory.resolve("amd64-exec"));
    List<String> command = new ArrayList<>(List.of("--user", image.user()));
    image.environment().forEach(variable -> command.addAll(List.of("--env", variable)));
    command.addAll(List.of(image.root().toString(), "region-bridge", "--version"));
    assertThat(Helm.run(ENTER, command).succeeded()).startsWith("region-bridge ");
  }

  /** What Helm would install, but for what needs kinds that are not here. */
  private static void install(KubeApiServer server, List<JsonNode> objects) throws IOException {
    for (String name : List.of("regions", "routernodes")) {
      String full = name + ".region-bridge.io";
      server.apply(
          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + full,
          Chart.text("crds/" + full + ".yaml"));
    }
    server.apply(
        "/api/v1/namespaces/region-bridge",
        "{apiVersion: v1, kind: Namespace, metadata: {name: region-bridge}}");
    server.apply(
        "/api/v1/nodes/router-1",
        """
        apiVersion: v1
        kind: Node
        metadata: { name: router-1, labels: { netbird-router: "true" } }
        spec: { podCIDR: 10.52.0.0/24, podCIDRs: [10.52.0.0/24] }
        """);
    server.request(
        "PATCH",
        "/api/v1/nodes/router-1/status",
        "application/merge-patch+json",
        """
        {"status": {
          "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
          "conditions": [{"type": "Ready", "status": "True"}]}}
        """);
    kubectl(server, "apply", objects.stream().filter(ImageIT::ofTheRelease).toList());
  }

  private static boolean ofTheRelease(JsonNode object) {
    return object.at("/metadata/annotations/helm.sh~1hook").isMissingNode();
  }

  private static void kubectl(KubeApiServer server, String verb, List<JsonNode> objects)
      throws IOException {
    Path file = directory.resolve("objects.yaml");
    StringBuilder all = new StringBuilder();
    objects.forEach(
        object -> all.append("---\n").append(Chart.toYaml(object).replaceFirst("^---\\s*", "")));
    Files.writeString(file, all);
    Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), server.adminKubeconfig());
    String how = verb.equals("apply") ? "--server-side" : "--wait=false";
    Helm.run(
            NativeTool.find("kubectl"),
            List.of("--kubeconfig=" + kubeconfig, verb, how, "-f", file.toString()))
        .succeeded();
  }

  /** Everything that the kubelet would give the container. */
  private static List<String> command(
      Image image, JsonNode workload, List<JsonNode> objects, KubeApiServer server)
      throws IOException {
    JsonNode pod = workload.at("/spec/template/spec");
    JsonNode container = pod.at("/containers/0");
    List<String> command =
        new ArrayList<>(List.of("--user", container.at("/securityContext/runAsUser").asText()));
    image.environment().forEach(variable -> command.addAll(List.of("--env", variable)));
    Map<String, String> fields =
        Map.of(
            "spec.nodeName",
            "router-1",
            "status.hostIP",
            "127.0.0.1",
            "metadata.namespace",
            "region-bridge");
    for (JsonNode variable : container.at("/env")) {
      String field = variable.at("/valueFrom/fieldRef/fieldPath").asText();
      String value = field.isEmpty() ? variable.at("/value").asText() : fields.get(field);
      command.addAll(List.of("--env", variable.at("/name").asText() + "=" + value));
    }
    command.addAll(List.of("--env", "KUBERNETES_SERVICE_HOST=" + server.url().getHost()));
    command.addAll(List.of("--env", "KUBERNETES_SERVICE_PORT=" + server.url().getPort()));

    Path config = Files.createDirectories(directory.resolve("config"));
    Files.writeString(
        config.resolve("config.yaml"),
        Helm.object(objects, "ConfigMap", "region-bridge").at("/data/config.yaml").asText());
    Path account = Files.createDirectories(directory.resolve("account"));
    Files.writeString(
        account.resolve("token"),
        server.serviceAccountToken("region-bridge", pod.at("/serviceAccountName").asText()));
    Files.writeString(account.resolve("ca.crt"), server.ca());
    Files.writeString(account.resolve("namespace"), "region-bridge");
    command.addAll(List.of("--mount", config + ":/etc/region-bridge"));
    command.addAll(List.of("--mount", account + ":" + SERVICE_ACCOUNT));

    command.add(image.root().toString());
    command.addAll(image.entrypoint());
    container.at("/args").forEach(argument -> command.add(argument.asText()));
    return command;
  }

  private static String dig(int port, String name) {
    List<String> question =
        List.of("@127.0.0.1", "-p", "" + port, "+short", "+timeout=5", name, "A");
    return Helm.run(NativeTool.find("dig"), question).succeeded().strip();
  }
}
