package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The resolvers that programs have, musl, glibc, Go, Java and Node, with a bridge as the node's
 * resolver: each asks for both families as it does by itself.
 */
@Timeout(240)
class ResolversIT {
  private static final Pattern READY = Pattern.compile("^region-bridge ready");
  private static final Pattern ADDRESS = Pattern.compile("\\b10\\.[0-9]+\\.[0-9]+\\.[0-9]+\\b");
  private static final String SUFFIX = ".prod.svc.mn.internal";

  /** As many as {@code musl} up to 1.2.3 finds, which has no TCP: what fits 512 octets. */
  private static final int LEAST_CUT = 27;

  private static final Set<String> MANY =
      IntStream.rangeClosed(1, 60)
          .mapToObj(i -> "10.52.100." + i)
          .collect(Collectors.toCollection(TreeSet::new));

  private static final String MUSL_PROGRAM =
      """
      #include <netdb.h>
      #include <stdio.h>
      #include <sys/socket.h>
      int main(int count, char **words) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all;
        int error = getaddrinfo(words[1], 0, &hints, &all);
        if (error) {
          puts(gai_strerror(error));
          return 1;
        }
        for (; all; all = all->ai_next) {
          char text[64];
          getnameinfo(all->ai_addr, all->ai_addrlen, text, sizeof text, 0, 0, NI_NUMERICHOST);
          puts(text);
        }
        return 0;
      }
      """;

  private static final String NODE_PROGRAM =
      "require('dns').promises.resolve4(process.argv[1])"
          + ".then(all => console.log(all.join(' ')), error => console.log(error.code))";

  /** The resolver of the JDK, in a process of its own. */
  static final class Lookup {
    private Lookup() {}

    /**
     * Prints the addresses of a name.
     *
     * @param arguments the name
     * @throws IOException if there is none
     */
    public static void main(String[] arguments) throws IOException {
      for (InetAddress address : InetAddress.getAllByName(arguments[0])) {
        System.out.println(address.getHostAddress());
      }
    }
  }

  private enum Client {
    MUSL,
    GLIBC,
    GO,
    JAVA,
    NODE
  }

  @TempDir private Path directory;
  private final List<AutoCloseable> running = new ArrayList<>();
  private NetworkNamespace namespace;
  private Path musl;

  @BeforeEach
  void prepare() throws IOException {
    for (String tool : List.of("musl-gcc", "getent", "kubectl", "node", "busybox")) {
      NativeTool.find(tool);
    }
    namespace = NetworkNamespace.create();
    running.add(namespace);
    musl = directory.resolve("lookup");
    Path source = Files.writeString(directory.resolve("lookup.c"), MUSL_PROGRAM);
    namespace.run("musl-gcc", "-o", musl.toString(), source.toString());
    Files.writeString(directory.resolve("resolv.conf"), "nameserver 127.0.0.1\n");
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  @ParameterizedTest(name = "replication {0}")
  @ValueSource(booleans = {true, false})
  void eachFindsWhatThereIsAndGoesOnFindingItWhenTheRegionIsGone(boolean replication)
      throws IOException {
    Installation installation = Installation.in(directory);
    write(
        "mn",
        "10.52.0.0/16",
        "127.0.0.11:1053",
        "  []",
        replication,
        service("web", List.of("10.52.0.5"))
            + service("many", List.copyOf(MANY))
            + external("elsewhere", "web.prod.svc.fsn1.internal")
            + external("loop", "loop.prod.svc.cluster.local"));
    write(
        "fsn1",
        "10.42.0.0/16",
        "127.0.0.1:53",
        "  - {name: mn, podCIDRs: [10.52.0.0/16], gateways: [\"127.0.0.11:1053\"],"
            + " admin: [\"127.0.0.11:8053\"]}",
        replication,
        service("web", List.of("10.42.0.9")));
    NativeProcess peer = serve(installation, "mn");
    serve(installation, "fsn1");
    Served.await(
        "the peer's names", () -> addresses(Client.GLIBC, "web").equals(Set.of("10.52.0.5")));

    allFind();
    for (Client client : Client.values()) {
      assertThat(addresses(client, "loop")).as("%s: an alias of itself", client).isEmpty();
      assertThat(addresses(client, "nothing")).as("%s: no such name", client).isEmpty();
    }

    peer.close();
    Served.await(
        "the gateway is down",
        () ->
            metrics()
                .lines()
                .anyMatch(
                    line -> line.startsWith("region_bridge_gateway_up{") && line.endsWith(" 0.0")));
    allFind();
  }

  private void allFind() {
    for (Client client : Client.values()) {
      assertThat(addresses(client, "web")).as("%s", client).containsExactly("10.52.0.5");
      assertThat(addresses(client, "elsewhere"))
          .as("%s: an alias into another region", client)
          .containsExactly("10.42.0.9");
      Set<String> many = addresses(client, "many");
      switch (client) {
        case GO -> assertThat(many).as("the one that it connects to").hasSize(1);
        case MUSL -> assertThat(many).hasSizeGreaterThanOrEqualTo(LEAST_CUT);
        case GLIBC, JAVA, NODE -> assertThat(many).as("%s", client).isEqualTo(MANY);
      }
      assertThat(MANY).containsAll(many);
    }
  }

  /** What a client says of a name of the peer. */
  private Set<String> addresses(Client client, String service) {
    String name = service + SUFFIX;
    List<String> command =
        switch (client) {
          case MUSL -> List.of(musl.toString(), name);
          case GLIBC -> List.of("getent", "ahosts", name);
          // Says which address it cannot connect to.
          case GO ->
              List.of(
                  "env",
                  "GODEBUG=netdns=go",
                  NativeTool.find("kubectl").toString(),
                  "--server=http://" + name + ":1",
                  "--request-timeout=5s",
                  "get",
                  "--raw=/");
          case JAVA ->
              List.of(
                  System.getProperty("java.home") + "/bin/java",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Lookup.class.getName(),
                  name);
          case NODE -> List.of("node", "-e", NODE_PROGRAM, name);
        };
    try (NativeProcess process = namespace.start(asResolver(command))) {
      process.awaitEnd(Served.TIMEOUT);
      return ADDRESS
          .matcher(process.output())
          .results()
          .map(MatchResult::group)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** {@code ip netns exec} has a mount namespace of its own. */
  private String[] asResolver(List<String> command) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "sh",
                "-c",
                "mount --bind \"$0\" \"$(readlink -f /etc/resolv.conf)\" && exec \"$@\"",
                directory.resolve("resolv.conf").toString()));
    line.addAll(command);
    return line.toArray(String[]::new);
  }

  private String metrics() {
    return namespace.attempt("busybox wget -q -O - http://127.0.0.1:8053/metrics").orElse("");
  }

  private NativeProcess serve(Installation installation, String region) {
    NativeProcess bridge =
        installation
            .command(
                namespace.prefix(), "serve", "--config", directory.resolve(region + ".yaml") + "")
            .start();
    running.addFirst(bridge);
    bridge.awaitLine(READY, Served.TIMEOUT);
    return bridge;
  }

  private void write(
      String region, String pods, String listen, String peers, boolean replication, String services)
      throws IOException {
    Files.writeString(directory.resolve(region + "-services.yaml"), services);
    Files.writeString(
        directory.resolve(region + ".yaml"),
        """
        region: {name: %1$s, podCIDRs: [%2$s]}
        dns: {listen: ["%3$s"], allow: [127.0.0.0/8], threads: 1, drain: 0s, ttl: 1s}
        overlay: {mode: none}
        kubernetes: {enabled: false}
        directory: {files: [%1$s-services.yaml]}
        replication: {enabled: %4$s}
        admin: {listen: "%5$s:8053"}
        regions:
        %6$s
        """
            .formatted(
                region,
                pods,
                listen,
                replication,
                listen.substring(0, listen.indexOf(':')),
                peers));
  }

  private static String service(String name, List<String> pods) {
    return """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %1$s, namespace: prod}
    spec: {clusterIP: None, ports: [{name: main, port: 80}]}
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata: {name: %1$s-1, namespace: prod, labels: {kubernetes.io/service-name: %1$s}}
    addressType: IPv4
    ports: [{name: main, port: 80}]
    endpoints: [%2$s]
    """
        .formatted(
            name,
            pods.stream()
                .map(pod -> "{addresses: [%s], conditions: {ready: true}}".formatted(pod))
                .collect(Collectors.joining(", ")));
  }

  private static String external(String name, String target) {
    return """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %s, namespace: prod}
    spec: {type: ExternalName, externalName: %s}
    """
        .formatted(name, target);
  }
}
