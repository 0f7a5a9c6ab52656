package io.regionbridge.api.cli;

import io.regionbridge.api.assembly.Bridge;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.demo.DnsClient;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/**
 * What the build runs once to record which classes a start needs (JEP 514), for the AOT cache that
 * the launcher uses. Every class that is used here is in the memory of every process later, whether
 * it is used there or not; so this does what every bridge does from the start, and leaves out what
 * somebody may ask for later: the first scrape of the metrics and the first look at the page take
 * longer for it. Not a command: it does in one process what users do in several, with no trace
 * outside a temporary directory and ports that the kernel chooses. A step that fails fails the
 * build.
 */
final class TrainingRun {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String CHECKED =
      """
      region: { name: fsn1, podCIDRs: [10.42.0.0/16], serviceCIDRs: [10.43.0.0/16] }
      dns: { listen: ["127.0.0.1:1053", "[::1]:1053"], allow: [127.0.0.0/8], ttl: 5s }
      overlay: { mode: none }
      kubernetes: { enabled: false }
      directory: { files: [services.yaml] }
      regions:
        - { name: mn, podCIDRs: [10.52.0.0/16], gateways: [127.0.0.11, "127.0.0.12:1053"] }
      """;

  private static final String SERVICES =
      """
      apiVersion: v1
      kind: Service
      metadata: { name: nats, namespace: messaging }
      spec: { clusterIP: 10.43.0.10, ports: [{ name: client, port: 4222, targetPort: 4222 }] }
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: nats-1
        namespace: messaging
        labels: { kubernetes.io/service-name: nats }
      addressType: IPv4
      ports: [{ name: client, port: 4222 }]
      endpoints: [{ addresses: [10.42.0.7], conditions: { ready: true }, hostname: nats-0 }]
      """;

  private final Path directory;

  private TrainingRun(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("region-bridge-training");
    try {
      TrainingRun run = new TrainingRun(directory);
      run.commands();
      run.serve();
    } finally {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
    // As every command ends. Leaving main would leave out what the JDK loads to end a process.
    System.exit(ExitCode.OK);
  }

  private void commands() throws IOException {
    Path good = write("good.yaml", CHECKED);
    step(ExitCode.OK, "--version");
    step(ExitCode.OK, "check-config", "--config", good.toString());
  }

  /** Two regions: local answers, relayed and cached ones, both transports, HTTP. */
  private void serve() throws IOException, InterruptedException {
    write("services.yaml", SERVICES);
    try (Bridge fsn1 = start("fsn1", "10.42.0.0/16", "mn", "10.52.0.0/16", "127.0.0.1:9");
        Bridge mn =
            start(
                "mn",
                "10.52.0.0/16",
                "fsn1",
                "10.42.0.0/16",
                SocketLiteral.format(fsn1.dnsAddresses().getFirst()))) {
      for (Bridge bridge : List.of(fsn1, mn)) {
        if (!bridge.awaitReady(PATIENCE)) {
          throw new IllegalStateException("not ready: " + bridge.notReady());
        }
      }
      for (Bridge bridge : List.of(fsn1, mn)) {
        DnsClient client = new DnsClient(bridge.dnsAddresses().getFirst(), PATIENCE);
        for (String name : List.of("nats.messaging.svc", "nats-0.nats.messaging.svc")) {
          Name question = Name.fromString(name + ".fsn1.internal.");
          expect(Rcode.NOERROR, client.ask(question, Type.A));
          expect(Rcode.NOERROR, client.ask(question, Type.A));
          expect(Rcode.NOERROR, client.askByTcp(question, Type.A));
        }
        expect(Rcode.NXDOMAIN, client.ask(Name.fromString("none.svc.fsn1.internal."), Type.SRV));
        expect(Rcode.REFUSED, client.ask(Name.fromString("www.example.com."), Type.A));
        for (String path : List.of("/healthz", "/readyz")) {
          get(bridge.httpAddresses().getFirst(), path);
        }
      }
    }
  }

  private Bridge start(String region, String pods, String peer, String peerPods, String gateway)
      throws IOException {
    Path path =
        write(
            region + ".yaml",
            """
            region: { name: %s, podCIDRs: [%s] }
            dns: { listen: ["127.0.0.1:0"], threads: 1 }
            overlay: { mode: none }
            kubernetes: { enabled: false }
            directory: { files: [services.yaml] }
            admin: { listen: "127.0.0.1:0" }
            regions:
              - { name: %s, podCIDRs: [%s], gateways: ["%s"] }
            """
                .formatted(region, pods, peer, peerPods, gateway));
    ConfigFile file = new ConfigFile(path, Map.of());
    if (!(file.load() instanceof ConfigResult.Valid(BridgeConfig config, _))) {
      throw new IllegalStateException("bad configuration: " + file.load());
    }
    Bridge bridge = Bridge.start(config, file);
    System.out.println(Service.ready(config, bridge));
    return bridge;
  }

  private static void expect(int rcode, DnsClient.Answer answer) {
    if (answer.message().getRcode() != rcode) {
      throw new IllegalStateException("unexpected answer: " + answer.message());
    }
  }

  private static void get(InetSocketAddress server, String path) throws IOException {
    try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!response.startsWith("HTTP/1.1 200 ")) {
        throw new IllegalStateException(path + ": " + response);
      }
    }
  }

  private Path write(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, content);
    return file;
  }

  private static void step(int expected, String... args) {
    StringWriter printed = new StringWriter();
    PrintWriter writer = new PrintWriter(printed);
    Terminal terminal = new Terminal(writer, writer, environment());
    int exitCode = Main.run(terminal, List.of(args));
    if (exitCode != expected) {
      throw new IllegalStateException(
          "%s exited %d, not %d: %s"
              .formatted(String.join(" ", args), exitCode, expected, printed));
    }
  }

  /** That of the build, but for what could override the training's configuration. */
  private static Map<String, String> environment() {
    return System.getenv().entrySet().stream()
        .filter(variable -> !variable.getKey().startsWith("REGION_BRIDGE_"))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
