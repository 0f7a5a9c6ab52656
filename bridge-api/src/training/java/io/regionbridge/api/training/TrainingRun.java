package io.regionbridge.api.training;

import io.regionbridge.api.cli.ExitCode;
import io.regionbridge.api.cli.Main;
import io.regionbridge.api.cli.Service;
import io.regionbridge.api.cli.Terminal;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.demo.DnsClient;
import io.regionbridge.api.lifecycle.Bridge;
import io.regionbridge.router.egress.GatewayTranslation;
import io.regionbridge.router.net.SocketLiteral;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/**
 * What the build runs once for each AOT cache of the launcher's, to record which classes a start
 * needs (JEP 514): for bridges in a cluster, and for all else. Every class that is used here is in
 * the memory of every process later, whether it is used there or not; so this does what every
 * bridge does from the start, and leaves out what somebody may ask for later: the first scrape of
 * the metrics and the first look at the page take longer for it. Not a command: the recorded
 * process does what users do in several; what a bridge in a cluster has around it is a process of
 * its own. It leaves no trace, and listens on loopback alone. A step that fails fails the build.
 */
public final class TrainingRun {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  // What this is asked to do, where it is not the training for bridges outside of clusters.
  private static final String CLUSTER = "cluster";
  private static final String WORLD = "world";

  // What the world says.
  private static final String UP = "up";
  private static final String WRITTEN = "written";

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

  /**
   * Runs.
   *
   * @param args nothing: the training for all but what follows; {@code cluster}: that for a bridge
   *     in a cluster; {@code world DIRECTORY NODE-ADDRESS}: what such a bridge finds around itself,
   *     until the standard input ends
   */
  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals(WORLD)) {
      new TrainingRun(Path.of(args[1])).world(args[2]);
      return;
    }
    Path directory = Files.createTempDirectory("region-bridge-training");
    try {
      TrainingRun run = new TrainingRun(directory);
      if (args.length > 0 && args[0].equals(CLUSTER)) {
        run.enter();
        run.serveInCluster();
      } else {
        run.commands();
        run.enter();
        run.serve();
      }
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

  /** The way in, as far as it leads without a configuration. */
  private void enter() {
    step(ExitCode.USAGE, "serve", "--config", directory.resolve("none.yaml").toString());
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
      use(fsn1, "fsn1.internal.");
      use(mn, "fsn1.internal.");
    }
  }

  /**
   * A region in a cluster: lists, watches, is elected and writes, answers names of its own and of
   * another region. All that is around it is another process, whose classes are not recorded.
   */
  private void serveInCluster() throws IOException, InterruptedException {
    // Another one for each run, so that the fixed port of the election is free on it.
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String address = "127.%d.%d.1".formatted(random.nextInt(1, 255), random.nextInt(1, 255));
    Process world =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + ownJar(),
                TrainingRun.class.getName(),
                WORLD,
                directory.toString(),
                address)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = world.inputReader()) {
      await(lines, UP);
      try (Bridge fsn1 = startInCluster(address)) {
        await(lines, WRITTEN);
        use(fsn1, "fsn1.internal.");
        use(fsn1, "mn.internal.");
      }
    } finally {
      new GatewayTranslation().reconcile(List.of()); // as root, the bridge has written its rules
      world.outputWriter().close();
      world.waitFor();
    }
  }

  private static Path ownJar() {
    return Path.of(
        URI.create(
            TrainingRun.class.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  private static void await(BufferedReader lines, String wanted) throws IOException {
    String line;
    do {
      line = lines.readLine();
      if (line == null) {
        throw new IllegalStateException("the world has ended before it said: " + wanted);
      }
    } while (!line.equals(wanted));
  }

  private Bridge startInCluster(String address) throws IOException {
    Path path =
        write(
            "fsn1.yaml",
            """
            region: { name: fsn1, podCIDRs: [10.42.0.0/16] }
            dns: { listen: ["%s:0"], threads: 2 }
            overlay: { interface: lo }
            admin: { listen: "127.0.0.1:0" }
            """
                .formatted(address));
    return start(
        path,
        Map.of("KUBECONFIG", kubeconfig().toString(), "NODE_NAME", "node", "NODE_IP", address));
  }

  private Path kubeconfig() {
    return directory.resolve("kubeconfig");
  }

  /** A cluster with one router node at the address, and a peer region. */
  @SuppressWarnings("SystemOut") // what the other process waits for
  private void world(String nodeAddress)
      throws IOException, InterruptedException, GeneralSecurityException {
    write("services.yaml", SERVICES.replace("10.4", "10.5"));
    try (Bridge mn = start("mn", "10.52.0.0/16", "fsn1", "10.42.0.0/16", "127.0.0.1:9");
        TrainingCluster cluster =
            TrainingCluster.start(
                directory,
                SERVICES
                    + objects(nodeAddress, SocketLiteral.format(mn.dnsAddresses().getFirst())))) {
      Files.writeString(kubeconfig(), cluster.kubeconfig());
      System.out.println(UP);
      Instant latest = Instant.now().plus(TIMEOUT);
      while (!cluster.holds("configmaps", "coredns", "mn.internal")
          || !cluster.holds("regions", "mn", "DNSReachable")
          || !cluster.holds("routernodes", "node", "conditions")) {
        if (Instant.now().isAfter(latest)) {
          throw new IllegalStateException("the bridge has not written what it should: " + cluster);
        }
        Thread.sleep(Duration.ofMillis(50));
      }
      System.out.println(WRITTEN);
      while (System.in.read() >= 0) {
        // until the other process ends
      }
    }
  }

  /** What is there in a cluster besides {@link #SERVICES}: one router node, one peer region. */
  private static String objects(String nodeAddress, String gateway) {
    return """
    ---
    apiVersion: v1
    kind: Node
    metadata: { name: node, labels: { netbird-router: "true", kubernetes.io/hostname: node } }
    spec: { podCIDR: 10.42.0.0/24, podCIDRs: [10.42.0.0/24] }
    status:
      addresses: [{ type: InternalIP, address: %s }]
      conditions: [{ type: Ready, status: "True" }]
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: { name: coredns, namespace: kube-system }
    data: { Corefile: ".:53 {\\n    forward . /etc/resolv.conf\\n    reload\\n}\\n" }
    ---
    apiVersion: region-bridge.io/v1alpha1
    kind: Region
    metadata: { name: mn }
    spec: { podCIDRs: [10.52.0.0/16], gateways: ["%s"] }
    """
        .formatted(nodeAddress, gateway);
  }

  private static void use(Bridge bridge, String domain) throws IOException, InterruptedException {
    if (!bridge.awaitReady(TIMEOUT)) {
      throw new IllegalStateException("not ready: " + bridge.notReady());
    }
    DnsClient client = new DnsClient(bridge.dnsAddresses().getFirst(), TIMEOUT);
    for (String name : List.of("nats.messaging.svc.", "nats-0.nats.messaging.svc.")) {
      Name question = Name.fromString(name + domain);
      expect(Rcode.NOERROR, client.ask(question, Type.A));
      expect(Rcode.NOERROR, client.ask(question, Type.A));
      expect(Rcode.NOERROR, client.askByTcp(question, Type.A));
    }
    expect(Rcode.NXDOMAIN, client.ask(Name.fromString("none.svc." + domain), Type.SRV));
    expect(Rcode.REFUSED, client.ask(Name.fromString("www.example.com."), Type.A));
    for (String path : List.of("/healthz", "/readyz")) {
      get(bridge.httpAddresses().getFirst(), path);
    }
  }

  // On another address than the API server in the cluster, which no gateway of a peer may have.
  private Bridge start(String region, String pods, String peer, String peerPods, String gateway)
      throws IOException {
    Path path =
        write(
            region + ".yaml",
            """
            region: { name: %s, podCIDRs: [%s] }
            dns: { listen: ["127.0.0.2:0"], threads: 1 }
            overlay: { mode: none }
            kubernetes: { enabled: false }
            directory: { files: [services.yaml] }
            admin: { listen: "127.0.0.1:0" }
            regions:
              - { name: %s, podCIDRs: [%s], gateways: ["%s"] }
            """
                .formatted(region, pods, peer, peerPods, gateway));
    return start(path, Map.of());
  }

  private static Bridge start(Path path, Map<String, String> environment) throws IOException {
    ConfigFile file = new ConfigFile(path, Map.of());
    if (!(file.load() instanceof ConfigResult.Valid(BridgeConfig config, _))) {
      throw new IllegalStateException("bad configuration: " + file.load());
    }
    Bridge bridge = Bridge.start(config, file, environment);
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
      socket.setSoTimeout((int) TIMEOUT.toMillis());
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
