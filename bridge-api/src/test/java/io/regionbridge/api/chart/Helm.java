package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The real Helm. */
final class Helm {
  /** A Helm that was built from its module alone takes every cluster for a very old one. */
  private static final List<String> VERSION = List.of("--kube-version", "1.33.0");

  private Helm() {}

  /**
   * What a run ended with.
   *
   * @param output of both streams
   */
  record Run(int exitCode, String output) {
    String succeeded() {
      if (exitCode != 0) {
        throw new AssertionError("exit code " + exitCode + ":\n" + output);
      }
      return output;
    }
  }

  static Run run(List<String> arguments) {
    return run(NativeTool.find("helm"), arguments);
  }

  /** Any program that ends by itself; what it prints may be long. */
  static Run run(Path program, List<String> arguments) {
    List<String> line = new ArrayList<>(List.of(program.toString()));
    line.addAll(arguments);
    try {
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Run(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + program, e);
    }
  }

  static Run lint(String... more) {
    return run(arguments(List.of("lint", "--strict", Chart.DIRECTORY.toString()), VERSION, more));
  }

  /** Renders the chart into the namespace {@code region-bridge} as region mn. */
  static Run template(String... more) {
    List<String> command =
        List.of(
            "template",
            "region-bridge",
            Chart.DIRECTORY.toString(),
            "--namespace=region-bridge",
            "--set=region.name=mn");
    return run(arguments(command, VERSION, more));
  }

  /** The objects that come of it. */
  static List<JsonNode> objects(String... more) {
    return Chart.parseAll(template(more).succeeded());
  }

  static String preset(String file) {
    return "--values=" + Chart.PRESETS.resolve(file);
  }

  /** The one object of a kind and name. */
  static JsonNode object(List<JsonNode> objects, String kind, String name) {
    List<JsonNode> found =
        objects.stream()
            .filter(object ->
                object.at("/kind").asText().equals(kind)
                    && object.at("/metadata/name").asText().equals(name))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " objects of kind " + kind + " named " + name);
    }
    return found.getFirst();
  }

  /** Everything on, so that nothing goes untested. */
  static String[] everything() {
    return new String[] {
      "--set=admin.address=node,metrics.annotations=true,metrics.podMonitor.enabled=true",
      "--set=metrics.serviceMonitor.enabled=true,alerts.enabled=true,dashboard.enabled=true",
      "--set=alerts.runbookURL=https://example.com/alerts.md,networkPolicy.enabled=true",
      "--set=agent.enabled=true,uninstall.purge=true,rbac.secretNames={fsn1-kubeconfig}",
      "--set=image.repository=registry.example.com/region-bridge",
      "--set=image.pullSecrets={pull},javaOptions=-Xmx256m",
      "--set=admin.tokenSecret=bridge-token,admin.tlsSecret=bridge-tls",
      "--set-json=regions=[{\"name\":\"mn\",\"podCIDRs\":[\"10.52.0.0/16\"]},"
          + "{\"name\":\"fsn1\",\"podCIDRs\":[\"10.42.0.0/16\"],\"gateways\":[\"100.64.0.7\"],"
          + "\"kubeconfigSecretRef\":{\"name\":\"fsn1-reader\"}}]",
    };
  }

  private static List<String> arguments(
      List<String> command, List<String> version, String... more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(version);
    Stream.of(more).forEach(all::add);
    return all;
  }
}
