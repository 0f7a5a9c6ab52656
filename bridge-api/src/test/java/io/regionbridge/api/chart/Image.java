package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The image that {@code mvn -Pimage package} makes, read as a container runtime reads it: the
 * tarball's index, manifest and configuration, and the layers on top of each other.
 *
 * @param entrypoint what its configuration starts, before any arguments
 * @param environment {@code NAME=VALUE}, of its configuration
 * @param user its number
 * @param root where it was unpacked
 */
record Image(List<String> entrypoint, List<String> environment, String user, Path root) {
  /** The tarball, in a build that made one. */
  static Optional<Path> tarball() {
    return Optional.ofNullable(System.getProperty("image.tarball")).map(Path::of);
  }

  /** Its tag, {@code region-bridge-VERSION.oci.tar}. */
  static String version() {
    return tarball()
        .orElseThrow()
        .getFileName()
        .toString()
        .replaceFirst("^region-bridge-", "")
        .replaceFirst("[.]oci[.]tar$", "");
  }

  /** What the tarball's index lists: one manifest for each architecture. */
  static List<JsonNode> manifests(Path layout) throws IOException {
    JsonNode index = Chart.parse(Files.readString(layout.resolve("index.json")));
    return blob(layout, index.at("/manifests/0")).at("/manifests").valueStream().toList();
  }

  /** Unpacks the image of an architecture. */
  static Image unpack(Path layout, String architecture, Path root) throws IOException {
    JsonNode platform =
        manifests(layout).stream()
            .filter(m -> m.at("/platform/architecture").asText().equals(architecture))
            .findFirst()
            .orElseThrow();
    JsonNode manifest = blob(layout, platform);
    Files.createDirectories(root);
    for (JsonNode layer : manifest.at("/layers")) {
      tar("-xzpf", file(layout, layer).toString(), "-C", root.toString());
    }
    JsonNode config = blob(layout, manifest.at("/config")).at("/config");
    return new Image(
        config.at("/Entrypoint").valueStream().map(JsonNode::asText).toList(),
        config.at("/Env").valueStream().map(JsonNode::asText).toList(),
        config.at("/User").asText().replaceFirst(":.*", ""),
        root);
  }

  static void tar(String... arguments) {
    Helm.run(Path.of("/bin/tar"), List.of(arguments)).succeeded();
  }

  static JsonNode blob(Path layout, JsonNode descriptor) throws IOException {
    return Chart.parse(Files.readString(file(layout, descriptor), UTF_8));
  }

  private static Path file(Path layout, JsonNode descriptor) {
    return layout.resolve("blobs").resolve(descriptor.at("/digest").asText().replace(':', '/'));
  }
}
