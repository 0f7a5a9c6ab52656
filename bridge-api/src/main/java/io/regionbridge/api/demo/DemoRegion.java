package io.regionbridge.api.demo;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigReader;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.lifecycle.Bridge;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One region of the demo: a manifest and two gateways, each a bridge as {@code serve} runs it. */
final class DemoRegion implements AutoCloseable {
  private final String name;
  private final String pods;
  private final Path directory;
  private final List<InetSocketAddress> gateways;
  private final List<@Nullable Bridge> bridges = new ArrayList<>();
  private final List<@Nullable DatagramSocket> holes = new ArrayList<>();

  /** Creates a region whose bridges do not run yet, with its manifest in {@code directory}. */
  DemoRegion(String name, String pods, Path directory, List<InetSocketAddress> gateways) {
    this.name = name;
    this.pods = pods;
    this.directory = directory;
    this.gateways = gateways;
    for (int i = 0; i < gateways.size(); i++) {
      bridges.add(null);
      holes.add(null);
    }
  }

  String name() {
    return name;
  }

  String domain() {
    return name + ".internal";
  }

  String pods() {
    return pods;
  }

  List<InetSocketAddress> gateways() {
    return gateways;
  }

  Bridge bridge(int gateway) {
    Bridge bridge = bridges.get(gateway);
    if (bridge == null) {
      throw new IllegalStateException("gateway " + gateway + " of " + name + " does not run");
    }
    return bridge;
  }

  /** Puts another manifest in place of the one there is, at once, as a good writer does. */
  void write(String manifest) throws IOException {
    Path next = directory.resolve(name + ".next");
    Files.writeString(next, manifest);
    Files.move(next, manifest(), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path manifest() {
    return directory.resolve(name + ".yaml");
  }

  /** Starts the bridge of a gateway. */
  void start(int gateway, DemoRegion peer) throws IOException {
    DatagramSocket hole = holes.set(gateway, null);
    if (hole != null) {
      hole.close();
    }
    bridges.set(gateway, Bridge.start(config(gateway, peer)));
  }

  /**
   * Takes a gateway away as a power cut would: it stops in the middle of whatever it does, and what
   * is sent to its address vanishes without a word.
   */
  void kill(int gateway) throws IOException {
    Bridge bridge = bridges.set(gateway, null);
    if (bridge != null) {
      bridge.close();
      holes.set(gateway, new DatagramSocket(gateways.get(gateway)));
    }
  }

  private static String texts(List<InetSocketAddress> addresses) {
    return addresses.stream()
        .map(address -> '"' + SocketLiteral.format(address) + '"')
        .collect(Collectors.joining(", "));
  }

  private BridgeConfig config(int gateway, DemoRegion peer) {
    String yaml =
        """
        region: { name: %s, podCIDRs: [%s] }
        dns:
          listen: ["%s"]
          ttl: 1s
          threads: 1
          cache: { maxEntries: 10000 }
        overlay: { mode: none }
        kubernetes: { enabled: false }
        directory: { files: [%s] }
        admin: { listen: "%s" }
        regions:
          - { name: %s, podCIDRs: [%s], gateways: [%s], admin: [%s] }
        """
            .formatted(
                name,
                pods,
                SocketLiteral.format(gateways.get(gateway)),
                manifest().getFileName(),
                SocketLiteral.format(Layout.admin(gateways.get(gateway))),
                peer.name,
                peer.pods,
                texts(peer.gateways),
                texts(peer.gateways.stream().map(Layout::admin).toList()));
    return switch (ConfigReader.read(yaml, directory, Map.of())) {
      case ConfigResult.Valid(BridgeConfig config, _) -> config;
      case ConfigResult.Invalid(var problems) ->
          throw new IllegalStateException("the demo's own configuration: " + problems);
    };
  }

  @Override
  public void close() {
    for (Bridge bridge : bridges) {
      if (bridge != null) {
        bridge.close();
      }
    }
    for (DatagramSocket hole : holes) {
      if (hole != null) {
        hole.close();
      }
    }
  }
}
