import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Packages of one Debian release for one architecture, whatever release and architecture this
 * machine has: apt fetches and verifies them from this machine's own mirrors into a cache of ours,
 * and nothing is installed.
 */
final class Debian {
  private static final Duration LISTS_AGE = Duration.ofDays(1);

  private final String architecture;
  private final Path lists;
  private final Path files;
  private final List<String> options;

  /**
   * A view of a release.
   *
   * @param release by its name, {@code trixie}
   * @param architecture as Debian calls it, {@code arm64}
   * @param cache where lists and packages are kept
   */
  Debian(String release, String architecture, Path cache) throws IOException {
    this.architecture = architecture;
    lists = Files.createDirectories(cache.resolve("apt-" + release + "-" + architecture));
    files = Files.createDirectories(cache.resolve("debs"));
    Files.createDirectories(lists.resolve("state/lists/partial"));
    Files.createDirectories(lists.resolve("cache/archives/partial"));
    Path sources = lists.resolve("sources.list");
    Files.write(sources, sources(release));
    options =
        List.of(
            "-qq",
            "-oAPT::Architecture=" + architecture,
            "-oAPT::Architectures=" + architecture,
            "-oAPT::Sandbox::User=root", // the cache is nobody else's to write to
            "-oAcquire::Languages=none",
            "-oDir::State=" + lists.resolve("state"),
            "-oDir::State::status=/dev/null",
            "-oDir::Cache=" + lists.resolve("cache"),
            "-oDir::Etc::SourceList=" + sources,
            "-oDir::Etc::SourceParts=/dev/null");
    Path stamp = lists.resolve("updated");
    if (!Files.exists(stamp)
        || Files.getLastModifiedTime(stamp).toInstant().isBefore(Instant.now().minus(LISTS_AGE))) {
      Run.in(lists, "apt-get", options, "update");
      Files.write(stamp, new byte[0]);
    }
  }

  /** The mirrors that this machine's apt uses for Debian, with another release. */
  private static List<String> sources(String release) throws IOException {
    Set<String> lines = new LinkedHashSet<>();
    for (String target :
        Run.output(
                "apt-get",
                "indextargets",
                "--format",
                "$(REPO_URI) $(LABEL)",
                "Created-By: Packages")
            .lines()
            .toList()) {
      int space = target.indexOf(' ');
      String signed =
          "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
              + target.substring(0, space);
      switch (target.substring(space + 1)) {
        case "Debian" -> {
          lines.add(signed + " " + release + " main");
          lines.add(signed + " " + release + "-updates main");
        }
        case "Debian-Security" -> lines.add(signed + " " + release + "-security main");
        default -> {} // somebody else's packages
      }
    }
    if (lines.isEmpty()) {
      throw new IOException(
          "apt knows no mirror of Debian; the image is made of Debian's packages");
    }
    return List.copyOf(lines);
  }

  /** The newest version of each package. */
  Map<String, String> versions(List<String> packages) throws IOException {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("--no-all-versions", "show"));
    arguments.addAll(packages);
    Map<String, String> versions = new TreeMap<>();
    String name = "";
    for (String line : Run.output("apt-cache", arguments.toArray(String[]::new)).lines().toList()) {
      if (line.startsWith("Package: ")) {
        name = line.substring("Package: ".length());
      } else if (line.startsWith("Version: ")) {
        versions.put(name, line.substring("Version: ".length()));
      }
    }
    return versions;
  }

  /** Unpacks a package; fetches it where it is not there yet. */
  void unpack(String name, String version, Path into) throws IOException {
    String file = name + "_" + version.replace(":", "%3a") + "_" + architecture + ".deb";
    if (!Files.exists(files.resolve(file))) {
      Run.in(files, "apt-get", options, "download", name + "=" + version);
    }
    Run.in(files, "dpkg-deb", List.of(), "-x", files.resolve(file).toString(), into.toString());
  }
}
