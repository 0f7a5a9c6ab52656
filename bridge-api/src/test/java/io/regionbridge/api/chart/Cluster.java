package io.regionbridge.api.chart;

import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cluster that runs pods, as its administrator sees it: kubectl, Helm and the product's own
 * commands, with the distribution that the image was made of.
 *
 * @param prefix what runs a program where the cluster is reached, with {@code KUBECONFIG} set
 * @param version of the image that the cluster has been given
 */
record Cluster(List<String> prefix, String version) {
  private static final String TIMEOUT = "180";
  private static final Path BRIDGE = Path.of("target/dist/bin/region-bridge").toAbsolutePath();

  Helm.Run kubectl(String... arguments) {
    return run(NativeTool.find("kubectl"), arguments);
  }

  /** In the bridge's namespace. */
  Helm.Run bridgeKubectl(String... arguments) {
    return kubectl(
        Stream.concat(Stream.of("--namespace=region-bridge"), Stream.of(arguments))
            .toArray(String[]::new));
  }

  Helm.Run helm(String... arguments) {
    return run(NativeTool.find("helm"), arguments);
  }

  /** A command of the product that finds its bridge by way of the API server. */
  Helm.Run bridge(String... arguments) {
    return run(BRIDGE, arguments);
  }

  /** A program that ends by itself, and is ended if it does not. */
  Helm.Run run(Path program, String... arguments) {
    List<String> line = new ArrayList<>(List.of(TIMEOUT));
    line.addAll(prefix);
    line.add(program.toString());
    line.addAll(List.of(arguments));
    return Helm.run(Path.of("/usr/bin/timeout"), line);
  }

  /** A program that goes on while the test does other things. */
  NativeProcess start(Path program, String... arguments) {
    List<String> line = new ArrayList<>(prefix.subList(1, prefix.size()));
    line.add(program.toString());
    line.addAll(List.of(arguments));
    return NativeProcess.start(Path.of(prefix.getFirst()), line.toArray(String[]::new));
  }
}
