import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Makes the image without a container engine: {@code DIST TRAINING SBOM OUT VERSION CREATED}. OUT
 * gets {@code region-bridge-VERSION.oci.tar} with the images of all architectures and, beside it,
 * the root directory of each. With the system property {@code aot.profile}, a file, the same inputs
 * give the same octets; it is written where it is not there yet, and is one of the inputs then.
 */
final class Main {
  private static final List<String> ARCHITECTURES = List.of("amd64", "arm64");

  private static final String CONFIG =
      """
      {"User":"65532:65532","WorkingDir":"/","Env":["PATH=/opt/region-bridge/bin:/usr/bin"],\
      "Entrypoint":["/opt/region-bridge/bin/region-bridge"],"Cmd":["--help"],"Labels":{\
      "org.opencontainers.image.title":"region-bridge","org.opencontainers.image.version":"%s",\
      "org.opencontainers.image.licenses":"Apache-2.0"}}\
      """;

  public static void main(String[] args) throws IOException {
    Path dist = Path.of(args[0]);
    Path training = Path.of(args[1]);
    Path sbom = Path.of(args[2]);
    Path out = Path.of(args[3]);
    String version = args[4];
    Instant created = Instant.parse(args[5]);
    String named = System.getProperty("aot.profile", "");
    Path profile = named.isEmpty() ? null : Path.of(named);

    Trees.deleteTree(out); // nothing of an earlier version stays
    OciLayout layout = new OciLayout(out.resolve("blobs"), created.getEpochSecond());
    for (String architecture : ARCHITECTURES) {
      RootFs root = new RootFs(architecture, out.resolve("root-" + architecture), cache());
      Map<String, String> packages = root.build(dist, created);
      Sbom.write(
          sbom, packages, architecture, root.directory().resolve("opt/region-bridge/sbom.json"));
      boolean trained = root.train(training, profile);
      long size =
          layout.add(
              architecture,
              root.directory(),
              root.layers(),
              CONFIG.formatted(version),
              created.toString());
      System.out.printf(
          "%s: %.1f MiB compressed, %.1f MiB unpacked, %s%n",
          architecture,
          size / 1048576.0,
          Trees.size(root.directory()) / 1048576.0,
          trained ? "with an AOT cache" : "no AOT cache: this machine cannot run it");
    }
    Path tar = out.resolve("region-bridge-" + version + ".oci.tar");
    layout.write(tar, "docker.io/library/region-bridge", version);
    Trees.deleteTree(out.resolve("blobs"));
    System.out.println(tar);
  }

  private static Path cache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path home =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return home.resolve("region-bridge/image");
  }
}
