package io.regionbridge.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs that are not part of the build: what {@code .ci/tools} installs, else what is in PATH.
 */
public final class NativeTool {
  /**
   * Set to any value where a missing tool is a failure: a skipped test would go unnoticed there.
   * The tools of {@link #NIGHTLY} are missing only where the value is {@code nightly}.
   */
  static final String REQUIRED = "BRIDGE_TOOLS_REQUIRED";

  /** Groups of {@code .ci/tools} that are built only when they are named. */
  private static final Set<String> NIGHTLY = Set.of("tailscale", "cilium", "cni", "minors");

  /** Minor versions of Kubernetes: the oldest that is supported, and that of the other tests. */
  private static final int OLDEST_MINOR = 26;

  private static final int NEWEST_MINOR = 36;

  private static final Map<String, List<String>> GROUPS =
      Map.ofEntries(
          Map.entry("tailscale", List.of("tailscaled", "tailnet")),
          Map.entry("cilium", List.of("cilium-agent", "cilium-cni", "clang-19")),
          Map.entry("cni", List.of("flanneld", "kube-proxy")),
          Map.entry("minors", olderApiServers()),
          Map.entry("dns", List.of("coredns", "coredns-old", "dig", "kdig", "musl-gcc", "node")),
          Map.entry(
              "k8s", List.of("etcd", "kube-apiserver", "kubectl", "helm", "promtool", "lua5.4")),
          Map.entry(
              "kubelet",
              List.of(
                  "kubelet",
                  "kube-controller-manager",
                  "kube-scheduler",
                  "containerd",
                  "ctr",
                  "runc",
                  "docker-registry",
                  "skopeo")),
          Map.entry(
              "wireguard",
              List.of("wireguard-go", "wg", "ip", "nft", "qemu-system-x86_64", "busybox")),
          Map.entry("people", List.of("chromium", "zsh", "fish")),
          Map.entry("bench", List.of("dnsdist", "unbound", "dnsperf")),
          Map.entry("lab", List.of("nats-server", "psql", "jq", "curl", "openssl")));

  private NativeTool() {}

  /**
   * The program's path. The calling test is skipped, with a message that says what to install, when
   * there is none.
   *
   * @param name as one would type it, {@code coredns}
   */
  public static Path find(String name) {
    Optional<Path> found = lookUp(name);
    if (found.isPresent()) {
      return found.get();
    }
    String group = groupOf(name);
    String message = name + " is not installed: run " + (".ci/tools " + group).strip();
    String required = System.getenv(REQUIRED);
    if (required != null && (!NIGHTLY.contains(group) || nightly())) {
      return Assertions.fail(message + " (" + REQUIRED + " is set, so this is no skip)");
    }
    // The console of the build shows that a test was skipped, but not why.
    System.err.println("SKIPPED: " + message);
    return Assumptions.abort(message);
  }

  /** Whether this is {@code .ci/nightly}, which has time for what {@code .ci/run} leaves out. */
  public static boolean nightly() {
    return "nightly".equals(System.getenv(REQUIRED));
  }

  /**
   * Skips the calling test, with a message, where this is not {@code .ci/nightly}.
   *
   * @param what takes too long for {@code .ci/run}
   */
  public static void onlyNightly(String what) {
    if (!nightly()) {
      String message = what + ": by .ci/nightly alone";
      System.err.println("SKIPPED: " + message);
      Assumptions.abort(message);
    }
  }

  /** The program's path, or empty, for a test that can do without. */
  public static Optional<Path> lookUp(String name) {
    return directories()
        .map(directory -> directory.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static Stream<Path> directories() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path home =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    // Debian keeps some of them where only root's PATH goes.
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    return Stream.concat(
        Stream.of(home.resolve("region-bridge/bin")),
        Stream.of(path.split(File.pathSeparator)).filter(d -> !d.isEmpty()).map(Path::of));
  }

  private static List<String> olderApiServers() {
    return IntStream.rangeClosed(OLDEST_MINOR, NEWEST_MINOR - 1)
        .mapToObj(minor -> "kube-apiserver-1." + minor)
        .toList();
  }

  private static String groupOf(String name) {
    return GROUPS.entrySet().stream()
        .filter(group -> group.getValue().contains(name))
        .findFirst()
        .map(Map.Entry::getKey)
        .orElse("");
  }
}
