package io.regionbridge.router.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.regionbridge.testkit.NativeTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/**
 * A machine in software (qemu without KVM) that boots Debian's kernel for clouds into tests of this
 * project: for what this machine's own kernel may lack, such as WireGuard. Its file system is in
 * memory and holds a Java runtime, the test class path, {@code wg}, {@code ip} and busybox; what
 * the tests print comes out of the serial console.
 */
public final class Machine {
  private static final Duration TIMEOUT = Duration.ofMinutes(4);
  private static final List<String> PROGRAMS =
      List.of("qemu-system-x86_64", "busybox", "wg", "ip", "tc", "setpriv", "nft");
  private static final List<String> MODULES =
      List.of(
          "wireguard",
          "veth",
          "dummy",
          "sch_netem",
          "bridge",
          "nft_masq",
          "nft_chain_nat",
          "nft_ct");
  private static final List<String> JAVA_MODULES =
      List.of("java.base", "java.logging", "java.xml", "java.management", "jdk.crypto.ec");

  /** Of the class path, what the tests inside use. */
  private static final List<String> JARS =
      List.of(
          "bridge-testkit",
          "jna-",
          "assertj-core",
          "jackson-",
          "junit-",
          "apiguardian",
          "opentest4j",
          "slf4j-api",
          "jspecify");

  private Machine() {}

  /** Runs the tests of classes in a machine; skips visibly where there can be none. */
  public static List<DynamicTest> tests(Class<?>... tests)
      throws IOException, InterruptedException {
    try {
      return run(tests);
    } catch (TestAbortedException e) {
      // Thrown by a factory it would be no skipped test but no test at all.
      return List.of(
          dynamicTest("skipped", () -> Assumptions.abort(String.valueOf(e.getMessage()))));
    }
  }

  private static List<DynamicTest> run(Class<?>... tests) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        System.getenv("BRIDGE_TOOLS_REQUIRED") != null || System.getenv("BRIDGE_MACHINE") != null,
        "takes a minute: set BRIDGE_MACHINE=1 to boot an emulated machine");
    PROGRAMS.forEach(NativeTool::find);
    Assumptions.assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "needs an x86 host for its Java runtime");
    KernelPackage kernel = new KernelPackage(kernel());
    Path target = Path.of("target", "machine");
    Files.createDirectories(target);
    Path initramfs = Files.createTempFile(target, "initramfs", ".cpio");
    try {
      build(initramfs, kernel, tests);
      return Results.of(boot(kernel.image(), initramfs));
    } finally {
      Files.delete(initramfs);
    }
  }

  private static Path kernel() throws IOException, InterruptedException {
    Path script = Path.of("src", "test", "sh", "kernel.sh");
    Process process = new ProcessBuilder("bash", script.toString()).start();
    String place = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    String trouble = new String(process.getErrorStream().readAllBytes(), UTF_8).strip();
    Assumptions.assumeTrue(
        process.waitFor() == 0, "needs Debian's kernel package for clouds: " + trouble);
    return Path.of(place);
  }

  private static void build(Path file, KernelPackage kernel, Class<?>[] tests) throws IOException {
    Path java = javaRuntime();
    try (Initramfs initramfs = new Initramfs(file)) {
      for (String directory : List.of("proc", "sys", "dev", "tmp", "run", "var/run", "etc")) {
        initramfs.directory(directory);
      }
      initramfs.program("bin/busybox", NativeTool.find("busybox"));
      for (String program : List.of("wg", "ip", "tc", "setpriv", "nft")) {
        initramfs.program("bin/" + program, NativeTool.find(program));
      }
      initramfs.tree("java", java);
      initramfs.libraries(java.resolve("bin/java"));
      initramfs.libraries(java.resolve("lib/server/libjvm.so"));
      Collection<Path> modules = kernel.modules(MODULES);
      for (Path module : modules) {
        initramfs.file("modules/" + module.getFileName(), module);
      }
      List<String> classPath = new ArrayList<>();
      for (Path entry : classPath()) {
        String name = "classes/" + classPath.size() + "-" + entry.getFileName();
        if (Files.isDirectory(entry)) {
          initramfs.tree(name, entry);
        } else {
          initramfs.file(name, entry);
        }
        classPath.add("/" + name);
      }
      String init = init(modules, String.join(":", classPath), tests);
      initramfs.file("init", init.getBytes(UTF_8));
    }
  }

  private static String init(Collection<Path> modules, String classPath, Class<?>[] tests) {
    String load =
        modules.stream()
            .map(m -> "insmod /modules/" + m.getFileName())
            .collect(Collectors.joining("\n"));
    String names = Arrays.stream(tests).map(Class::getName).collect(Collectors.joining(" "));
    return """
    #!/bin/busybox sh
    export PATH=/bin:/java/bin
    /bin/busybox --install -s /bin
    mount -t proc proc /proc
    mount -t sysfs sys /sys
    mount -t devtmpfs dev /dev
    mount -t tmpfs run /run
    ln -s /run /var/run 2>/dev/null
    ip link set lo up
    %s
    echo "#NOTE kernel $(uname -r), booted in $(cut -d' ' -f1 /proc/uptime) s"
    java --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m \
      -cp %s %s %s
    echo "#NOTE done after $(cut -d' ' -f1 /proc/uptime) s"
    reboot -f
    """
        .formatted(load, classPath, Inside.class.getName(), names);
  }

  /** Boots, waits until the machine switches itself off, and returns what its console said. */
  private static String boot(Path kernel, Path initramfs) throws IOException, InterruptedException {
    Process machine =
        new ProcessBuilder(
                "nice",
                "qemu-system-x86_64",
                "-accel",
                "tcg",
                // One processor: with two, the emulation can run code that a JVM has just patched.
                "-smp",
                "1",
                "-m",
                "1024",
                "-nodefaults",
                "-no-user-config",
                "-no-reboot",
                "-nographic",
                "-serial",
                "stdio",
                "-kernel",
                kernel.toString(),
                "-initrd",
                initramfs.toString(),
                "-append",
                "console=ttyS0 quiet panic=-1 nokaslr mitigations=off random.trust_cpu=on")
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    CompletableFuture<String> console =
        CompletableFuture.supplyAsync(() -> read(machine.getInputStream()));
    if (!machine.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      machine.destroyForcibly();
    }
    return console.join();
  }

  private static String read(InputStream in) {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    try {
      in.transferTo(new PrintStream(console, true));
    } catch (IOException e) {
      // the machine was stopped; what it said until then is what there is
    }
    return console.toString(UTF_8);
  }

  /** A small runtime of this JDK, made once and kept beside the kernel. */
  private static Path javaRuntime() throws IOException {
    String home = System.getenv().getOrDefault("HOME", "/tmp");
    Path cache =
        Path.of(System.getenv().getOrDefault("XDG_CACHE_HOME", home + "/.cache"), "region-bridge");
    Path runtime = cache.resolve("java-" + Runtime.version().toString().replace('+', '_'));
    if (!Files.exists(runtime)) {
      Files.createDirectories(cache);
      Path made = Files.createTempDirectory(cache, ".java").resolve("java");
      ToolProvider jlink = ToolProvider.findFirst("jlink").orElseThrow();
      int status =
          jlink.run(
              System.out,
              System.err,
              "--add-modules",
              String.join(",", JAVA_MODULES),
              "--strip-debug",
              "--no-man-pages",
              "--no-header-files",
              "--generate-cds-archive",
              "--output",
              made.toString());
      if (status != 0) {
        throw new IOException("jlink ended with " + status);
      }
      Files.move(made, runtime);
      Files.delete(made.getParent());
    }
    return runtime;
  }

  private static List<Path> classPath() {
    return Arrays.stream(Namespace.classPath().split(":", -1))
        .map(Path::of)
        .filter(p ->
            Files.isDirectory(p) || JARS.stream().anyMatch(p.getFileName().toString()::startsWith))
        .toList();
  }
}
