import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * An image of several architectures as the OCI Image Layout Specification 1.1 has it, in one tar:
 * what skopeo, podman, ctr and {@code docker load} take.
 */
final class OciLayout {
  private static final String TYPE = "application/vnd.oci.image.";

  private final Path blobs;
  private final long seconds;
  private final Map<String, Path> content = new TreeMap<>();
  private final List<String> manifests = new ArrayList<>();

  OciLayout(Path blobs, long seconds) throws IOException {
    this.blobs = Files.createDirectories(blobs);
    this.seconds = seconds;
  }

  private record Blob(String digest, long size) {
    String descriptor(String type) {
      return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d"
          .formatted(TYPE + type, digest, size);
    }
  }

  /** A layer: its blob and the digest of the tar in it. */
  private record Layer(Blob blob, String diffId) {}

  /**
   * Adds the image of an architecture.
   *
   * @param root what is in it
   * @param layers directories of the root, what changes least first; each is one layer, and
   *     everything else is the last
   * @param config the members of the image configuration's {@code config}, as JSON
   * @param created as RFC 3339
   * @return octets of all layers, compressed
   */
  long add(String architecture, Path root, List<List<Path>> layers, String config, String created)
      throws IOException {
    List<Layer> made = new ArrayList<>();
    for (List<Path> layer : layers) {
      made.add(layer(root, layer));
    }
    StringJoiner diffIds = new StringJoiner(",");
    StringJoiner descriptors = new StringJoiner(",");
    for (Layer layer : made) {
      diffIds.add("\"" + layer.diffId() + "\"");
      descriptors.add(layer.blob().descriptor("layer.v1.tar+gzip") + "}");
    }
    Blob configuration =
        blob(
            """
            {"created":"%s","architecture":"%s","os":"linux","config":%s,\
            "rootfs":{"type":"layers","diff_ids":[%s]}}\
            """
                .formatted(created, architecture, config, diffIds));
    Blob manifest =
        blob(
            "{\"schemaVersion\":2,\"mediaType\":\"%smanifest.v1+json\",\"config\":%s},\"layers\":[%s]}"
                .formatted(TYPE, configuration.descriptor("config.v1+json"), descriptors));
    manifests.add(
        manifest.descriptor("manifest.v1+json")
            + ",\"platform\":{\"architecture\":\"%s\",\"os\":\"linux\"}}".formatted(architecture));
    return made.stream().mapToLong(layer -> layer.blob().size()).sum();
  }

  /**
   * Writes the tar. The tag goes into the annotation of the specification; containerd, and with it
   * what k3s imports when it starts, looks for the full name in one of its own first.
   */
  void write(Path file, String name, String tag) throws IOException {
    String index = "{\"schemaVersion\":2,\"mediaType\":\"%sindex.v1+json\",\"manifests\":[%s]}";
    Blob all = blob(index.formatted(TYPE, String.join(",", manifests)));
    String reference =
        ",\"annotations\":{\"io.containerd.image.name\":\"%s:%s\",\"org.opencontainers.image.ref.name\":\"%s\"}}"
            .formatted(name, tag, tag);
    try (Tar tar = new Tar(new BufferedOutputStream(Files.newOutputStream(file)), seconds)) {
      tar.file("oci-layout", octets("{\"imageLayoutVersion\":\"1.0.0\"}"));
      tar.file(
          "index.json", octets(index.formatted(TYPE, all.descriptor("index.v1+json") + reference)));
      for (Map.Entry<String, Path> blob : content.entrySet()) {
        tar.file("blobs/" + blob.getKey().replace(':', '/'), blob.getValue());
      }
    }
  }

  private Layer layer(Path root, List<Path> directories) throws IOException {
    Path file = Files.createTempFile(blobs, "layer", ".tmp");
    MessageDigest plain = sha256();
    MessageDigest packed = sha256();
    try (Tar tar =
        new Tar(
            new DigestOutputStream(
                new Gzip(
                    new DigestOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(file)), packed)),
                plain),
            seconds)) {
      for (Path directory : directories) {
        tar.tree(root, directory);
      }
    }
    return new Layer(keep(file, packed), digest(plain));
  }

  private Blob blob(String json) throws IOException {
    Path file = Files.createTempFile(blobs, "json", ".tmp");
    byte[] octets = octets(json);
    Files.write(file, octets);
    MessageDigest hash = sha256();
    hash.update(octets);
    return keep(file, hash);
  }

  private Blob keep(Path file, MessageDigest hash) throws IOException {
    Blob blob = new Blob(digest(hash), Files.size(file));
    content.put(blob.digest(), file);
    return blob;
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String digest(MessageDigest hash) {
    return "sha256:" + HexFormat.of().formatHex(hash.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  /** Slower and smaller than the default: an image is pulled more often than built. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
