package io.regionbridge.router.election;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.loop.Loops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A router node's election in a process of its own, to be killed. Arguments: the node's name, a
 * kubeconfig file, then {@code name=port} of every node. Prints {@code ACTIVE MILLIS} when it
 * becomes active and {@code SEES NODE} whenever it hears of another active one; SIGTERM is a
 * graceful stop.
 */
final class ElectionChild {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private ElectionChild() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    String node = arguments[0];
    Map<String, InetSocketAddress> nodes = new HashMap<>();
    for (int i = 2; i < arguments.length; i++) {
      String[] pair = arguments[i].split("=", 2);
      nodes.put(pair[0], new InetSocketAddress(LOOPBACK, Integer.parseInt(pair[1])));
    }
    InetSocketAddress listen = Objects.requireNonNull(nodes.remove(node), node);
    KubernetesClient client = ClusterClient.local(Optional.of(Path.of(arguments[1]))).api();
    GatewayElection election =
        new GatewayElection(
            new GatewayElection.Settings(
                node, listen, () -> nodes, () -> true, () -> Reach.UNKNOWN),
            client,
            TestCluster.NAMESPACE,
            ElectionChild::print,
            Clock.systemUTC(),
            new Loops());
    election.start();
    Runtime.getRuntime().addShutdownHook(new Thread(election::close));
    new CountDownLatch(1).await();
  }

  private static void print(Leadership now) {
    String said =
        now.mine()
            ? "ACTIVE " + System.currentTimeMillis()
            : "SEES " + now.active().orElse("nobody");
    System.out.println(said);
  }
}
