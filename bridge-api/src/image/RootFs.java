import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The root directory of the image of one architecture: the C library and bash of Debian, a Java
 * runtime linked from Debian's modules, and the distribution. Nothing else: no package manager, no
 * coreutils.
 */
final class RootFs {
  private static final String RELEASE = "trixie";
  private static final String JDK = "openjdk-25-jdk-headless";

  /** What the bridge and its libraries load, and nothing that only might be. */
  private static final String MODULES =
      "java.base,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.jfr,"
          + "jdk.management,jdk.net,jdk.unsupported";

  /** Files of packages, by the directory that they are in; T stands for the architecture's own. */
  private static final Map<String, List<String>> USERLAND =
      Map.of(
          "bash", List.of("usr/bin/bash"),
          "libtinfo6", List.of("T/libtinfo.so.6*"),
          "libc6",
              List.of(
                  "T/ld-linux*",
                  "usr/lib/ld-linux*",
                  "usr/lib64/ld-linux*",
                  "T/libc.so.6",
                  "T/libm.so.6",
                  "T/libdl.so.2",
                  "T/libpthread.so.0",
                  "T/librt.so.1",
                  "T/libresolv.so.2"),
          "libgcc-s1", List.of("T/libgcc_s.so.1"),
          "libstdc++6", List.of("T/libstdc++.so.6*"),
          "zlib1g", List.of("T/libz.so.1*"));

  private static final String CACHE = "/opt/region-bridge/lib/region-bridge-cluster.aot";

  private final String architecture;
  private final Path directory;
  private final Path cache;
  private final Debian debian;

  RootFs(String architecture, Path directory, Path cache) throws IOException {
    this.architecture = architecture;
    this.directory = directory;
    this.cache = cache;
    debian = new Debian(RELEASE, architecture, cache);
  }

  Path directory() {
    return directory;
  }

  /**
   * Makes it anew.
   *
   * @param dist the distribution
   * @param time of everything in it
   * @return Debian's packages in it, with their versions
   */
  Map<String, String> build(Path dist, Instant time) throws IOException {
    Trees.deleteTree(directory);
    List<String> names = new ArrayList<>(USERLAND.keySet());
    names.add(JDK);
    Map<String, String> versions = debian.versions(names);
    userland(versions);
    etc();
    Path home = directory.resolve("opt/region-bridge");
    Trees.copy(runtime(versions.get(JDK)), home.resolve("runtime"));
    Trees.copy(dist.resolve("lib"), home.resolve("lib"));
    foreign(home.resolve("lib"));
    launcher(dist.resolve("bin/region-bridge"), home.resolve("bin/region-bridge"));
    Trees.date(directory, FileTime.from(time));
    return versions;
  }

  /** What changes least comes first. */
  List<List<Path>> layers() throws IOException {
    Path home = directory.resolve("opt/region-bridge");
    List<Path> libraries = new ArrayList<>();
    List<Path> own = new ArrayList<>(List.of(home.resolve("bin"), home.resolve("sbom.json")));
    for (Path file : list(home.resolve("lib"), "*")) {
      String name = file.getFileName().toString();
      boolean ours = name.startsWith("bridge-") || !name.endsWith(".jar");
      (ours ? own : libraries).add(file);
    }
    List<Path> system = new ArrayList<>();
    for (Path top : list(directory, "*")) {
      if (!top.endsWith("opt")) {
        system.add(top);
      }
    }
    return List.of(system, List.of(home.resolve("runtime")), libraries, own);
  }

  /**
   * Records the AOT cache for bridges in a cluster with the image's own runtime, at its own paths:
   * of another runtime, or of files with other times, it would be of no use.
   *
   * @param training the jar with the classes that record it; it does not stay in the image
   * @param profile what a training run found out, from which the same cache is made each time; a
   *     file that does not exist is written. Null: the cache is made of a training run, and no two
   *     are the same
   * @return false where this machine cannot run the architecture; the image then starts without
   */
  boolean train(Path training, @Nullable Path profile) throws IOException {
    String machine = System.getProperty("os.arch");
    if (!machine.equals(architecture)
        && !(machine.equals("aarch64") && architecture.equals("arm64"))) {
      return false;
    }
    if (profile == null) {
      record(training, "-XX:AOTCacheOutput=" + CACHE);
    } else {
      Path borrowed = directory.resolve("opt/region-bridge/profile");
      if (!Files.exists(profile)) {
        record(training, "-XX:AOTMode=record", "-XX:AOTConfiguration=/opt/region-bridge/profile");
        Files.copy(borrowed, profile);
        Files.delete(borrowed);
      }
      Files.copy(profile, borrowed);
      create("-XX:AOTConfiguration=/opt/region-bridge/profile");
      Files.delete(borrowed);
    }
    if (!Files.exists(directory.resolve(CACHE.substring(1)))) {
      throw new IOException("the training run left no AOT cache");
    }
    return true;
  }

  private void record(Path training, String... options) throws IOException {
    Path borrowed = Files.copy(training, directory.resolve("opt/region-bridge/training.jar"));
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(
        List.of(
            "-cp",
            jar(),
            "io.regionbridge.api.cli.RecordedRun",
            "/opt/region-bridge/training.jar",
            "io.regionbridge.api.training.TrainingRun",
            "cluster"));
    java("bash", List.of(), List.of(), arguments);
    Files.delete(borrowed);
  }

  /**
   * Makes the AOT cache of a profile. Compiled code, addresses, the size of the heap and the times
   * in SoftReferences would get into it, so this interprets, at addresses that are the same each
   * time, in a heap of one size, while the clock stands all but still.
   */
  private void create(String configuration) throws IOException {
    Path clock = directory.resolve("opt/region-bridge/clock.so");
    String faketime = "libfaketime";
    Path unpacked = unpacked(faketime, debian.versions(List.of(faketime)).get(faketime));
    Files.copy(unpacked.resolve(libraries()).resolve("faketime/libfaketimeMT.so.1"), clock);
    java(
        "setarch",
        List.of("--addr-no-randomize", "bash"),
        List.of(
            "--env",
            "LD_PRELOAD=/opt/region-bridge/clock.so",
            "--env",
            "FAKETIME=@2026-01-01 00:00:00 x0.00001",
            "--env",
            "NO_FAKE_STAT=1", // the times of the jars are looked at
            "--env",
            "FAKETIME_DISABLE_SHM=1"),
        List.of(
            "-XX:AOTMode=create",
            configuration,
            "-XX:AOTCache=" + CACHE,
            "-Xint",
            "-Xmx256m",
            "-cp",
            jar()));
    Files.delete(clock);
  }

  /** Runs the image's Java in the image. */
  private void java(
      String program, List<String> options, List<String> environment, List<String> arguments)
      throws IOException {
    List<String> before = new ArrayList<>(options);
    before.add(
        Path.of(System.getProperty("image.sources")).resolve("enter").toAbsolutePath().toString());
    before.addAll(List.of("--writable", "/opt/region-bridge")); // all that is to stay is there
    before.addAll(environment);
    before.add(directory.toAbsolutePath().toString());
    before.add("/opt/region-bridge/runtime/bin/java");
    before.add("@/opt/region-bridge/lib/java.options");
    Run.in(directory, program, before, arguments.toArray(String[]::new));
  }

  private String jar() throws IOException {
    Path lib = directory.resolve("opt/region-bridge/lib");
    return "/opt/region-bridge/lib/" + list(lib, "bridge-api-*.jar").getFirst().getFileName();
  }

  /** Where Debian has the architecture's libraries. */
  private String libraries() {
    return "usr/lib/" + (architecture.equals("amd64") ? "x86_64" : "aarch64") + "-linux-gnu";
  }

  private void userland(Map<String, String> versions) throws IOException {
    for (String link : List.of("bin", "lib", "lib64")) {
      Files.createDirectories(directory.resolve("usr").resolve(link));
      Files.createSymbolicLink(directory.resolve(link), Path.of("usr", link));
    }
    for (Map.Entry<String, List<String>> part : USERLAND.entrySet()) {
      String name = part.getKey();
      Path unpacked = unpacked(name, versions.get(name));
      for (String glob : part.getValue()) {
        String path = glob.replaceFirst("^T/", libraries() + "/");
        int slash = path.lastIndexOf('/');
        Path from = unpacked.resolve(path.substring(0, slash));
        if (Files.isDirectory(from)) {
          for (Path file : list(from, path.substring(slash + 1))) {
            Trees.copy(file, directory.resolve(unpacked.relativize(file).toString()));
          }
        }
      }
      Path copyright = unpacked.resolve("usr/share/doc").resolve(name).resolve("copyright");
      if (Files.isRegularFile(copyright, LinkOption.NOFOLLOW_LINKS)) {
        Trees.copy(copyright, directory.resolve("usr/share/doc/" + name + "/copyright"));
      }
    }
  }

  private void etc() throws IOException {
    Path etc = Files.createDirectories(directory.resolve("etc/region-bridge")).getParent();
    Files.writeString(
        etc.resolve("passwd"),
        "root:x:0:0:root:/:/usr/bin/bash\n"
            + "region-bridge:x:65532:65532:region-bridge:/tmp:/usr/bin/bash\n");
    Files.writeString(etc.resolve("group"), "root:x:0:\nregion-bridge:x:65532:\n");
    Files.writeString(etc.resolve("nsswitch.conf"), "hosts: files dns\n");
    for (String mount : List.of("dev", "proc", "tmp", "var/lib/region-bridge", "var/run")) {
      Files.createDirectories(directory.resolve(mount));
    }
  }

  /**
   * A Java runtime of the modules that are needed, without debugging symbols. Kept for next time.
   */
  private Path runtime(String version) throws IOException {
    Path made =
        cache.resolve(
            "runtime-"
                + version
                + "-"
                + architecture
                + "-"
                + Integer.toHexString(MODULES.hashCode()));
    if (!Files.exists(made)) {
      Path fresh = made.resolveSibling(made.getFileName() + ".new");
      Trees.deleteTree(fresh);
      Path jmods =
          list(unpacked(JDK, version).resolve("usr/lib/jvm"), "java-25-*")
              .getFirst()
              .resolve("jmods");
      Run.in(
          cache,
          Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
          List.of(
              "--module-path",
              jmods.toString(),
              "--add-modules",
              MODULES,
              "--output",
              fresh.toString()),
          "--strip-java-debug-attributes",
          "--exclude-files=**.debuginfo,**/libjsig.so,**/jexec,/java.base/man/**",
          "--no-header-files",
          "--no-man-pages");
      Files.move(fresh, made);
    }
    return made;
  }

  private Path unpacked(String name, String version) throws IOException {
    Path made = cache.resolve("unpacked").resolve(name + "-" + version + "-" + architecture);
    if (!Files.exists(made)) {
      Path fresh = made.resolveSibling(made.getFileName() + ".new");
      Trees.deleteTree(fresh);
      debian.unpack(name, version, Files.createDirectories(fresh));
      Files.move(fresh, made);
    }
    return made;
  }

  /** Native code for other machines, and the caches that this machine's JDK made. */
  private void foreign(Path lib) throws IOException {
    String other = architecture.equals("amd64") ? "aarch_64" : "x86_64";
    for (Path jar : list(lib, "*-linux-" + other + ".jar")) {
      Files.delete(jar);
    }
    for (Path made : list(lib, "*.aot")) {
      Files.delete(made);
    }
  }

  /** There is no env here. */
  private static void launcher(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.writeString(
        to, Files.readString(from).replaceFirst("#!/usr/bin/env bash", "#!/usr/bin/bash"));
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static List<Path> list(Path directory, String glob) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
      List<Path> sorted = new ArrayList<>();
      files.forEach(sorted::add);
      sorted.sort(null);
      return sorted;
    }
  }
}
