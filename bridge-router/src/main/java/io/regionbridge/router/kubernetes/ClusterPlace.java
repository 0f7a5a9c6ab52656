package io.regionbridge.router.kubernetes;

import io.regionbridge.router.linux.KernelFile;
import io.regionbridge.router.net.IpLiteral;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where in its cluster a process runs, by the chart's environment variables and the files of every
 * pod.
 *
 * @param node {@code NODE_NAME}, else the host's name
 * @param namespace {@code POD_NAMESPACE}, else the ServiceAccount's, else {@code region-bridge}
 * @param address its node's address, {@code NODE_IP}; empty: that of the default route
 * @param kubeconfig {@code KUBECONFIG}; empty: the ServiceAccount is used
 */
public record ClusterPlace(
    String node, String namespace, Optional<InetAddress> address, Optional<Path> kubeconfig) {
  private static final Path NAMESPACE =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  /** Reads the environment, or throws an IOException if a variable is invalid. */
  public static ClusterPlace of(Map<String, String> environment) throws IOException {
    Optional<String> address = variable(environment, "NODE_IP");
    Optional<InetAddress> literal = address.flatMap(IpLiteral::parse);
    if (address.isPresent() && literal.isEmpty()) {
      throw new IOException("NODE_IP: \"%s\" is not an IP address".formatted(address.get()));
    }
    return new ClusterPlace(
        node(environment),
        variable(environment, "POD_NAMESPACE").or(() -> content(NAMESPACE)).orElse("region-bridge"),
        literal,
        variable(environment, "KUBECONFIG").map(Path::of));
  }

  /** The node's name: {@code NODE_NAME}, else the host's, else an IOException. */
  public static String node(Map<String, String> environment) throws IOException {
    return variable(environment, "NODE_NAME")
        .or(() -> content(HOST_NAME))
        .orElseThrow(() -> new IOException("NODE_NAME is not set; set it to the node's name"));
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  private static Optional<String> content(Path file) {
    try {
      return Optional.of(KernelFile.read(file)).filter(text -> !text.isEmpty());
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }
}
