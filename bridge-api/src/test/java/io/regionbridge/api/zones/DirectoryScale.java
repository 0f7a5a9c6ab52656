package io.regionbridge.api.zones;

import com.sun.management.OperatingSystemMXBean;
import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryIndex;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.directory.manifest.ManifestReader;
import io.regionbridge.router.directory.manifest.ManifestReading;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.testkit.ManifestGenerator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.Name;

/**
 * Measures what a large region costs: from a manifest file to zones, the heap that each step keeps,
 * and one change of an endpoint. Run it with {@code DirectoryScale [SERVICES [ENDPOINTS-OF-EACH]]}.
 */
public final class DirectoryScale {
  private static final int CHANGES = 300;

  private DirectoryScale() {}

  public static void main(String[] args) throws IOException {
    int services = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int endpoints = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    Path file = Files.createTempFile("region", ".yaml");
    try {
      ManifestGenerator.write(file, services, endpoints);
      print("manifest", Files.size(file) >> 20, "MiB");
      measure(file);
    } finally {
      Files.delete(file);
    }
  }

  private static void measure(Path file) {
    long empty = heap();
    Stopwatch watch = new Stopwatch();
    ManifestReading.Content content = (ManifestReading.Content) ManifestReader.read(file);
    watch.print("file to facts");

    DirectoryIndex index = new DirectoryIndex();
    content.services().values().forEach(index::put);
    content.slices().values().forEach(index::put);
    index.complete(true);
    Directory directory = index.directory();
    watch.print("facts to directory");
    List<EndpointSliceFacts> some = content.slices().values().stream().limit(CHANGES).toList();
    content = null;
    long kept = heap();
    print("kept by the directory", kept - empty, "KiB");

    watch = new Stopwatch();
    ZoneCompiler compiler =
        new ZoneCompiler(
            new ZoneSettings(
                Name.fromConstantString("mn.internal."),
                Duration.ofSeconds(5),
                List.of(Cidr.of("10.0.0.0/8")),
                List.of(IpAddress.of("100.64.0.1")),
                new PeerRule(
                    ExportRule.ALL,
                    new ClusterIpRule(RegionSettings.ClusterIp.AUTO, false),
                    List.of())));
    CompiledZones zones = compiler.compile(directory, Instant.now());
    watch.print("directory to zones");
    print("kept by the zones", heap() - kept, "KiB");
    print("names", zones.domain().names() + zones.reverse().getFirst().names(), "");

    long[] micros = new long[some.size()];
    for (int i = 0; i < some.size(); i++) {
      EndpointSliceFacts changed = withoutFirst(some.get(i));
      long start = System.nanoTime();
      index.put(changed);
      zones = compiler.compile(index.directory(), Instant.now());
      micros[i] = (System.nanoTime() - start) / 1_000;
    }
    Arrays.sort(micros);
    print("one endpoint changed, median", micros[micros.length / 2], "µs");
    print("one endpoint changed, worst", micros[micros.length - 1], "µs");
    print("endpoints in the end", index.directory().endpoints(), "");
  }

  private static EndpointSliceFacts withoutFirst(EndpointSliceFacts slice) {
    List<Endpoint> endpoints = new ArrayList<>(slice.endpoints());
    Endpoint first = endpoints.getFirst();
    endpoints.set(
        0, new Endpoint(first.address(), first.hostname(), EndpointState.UNREADY, first.ports()));
    return new EndpointSliceFacts(slice.key(), slice.serviceName(), endpoints);
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 10;
  }

  /** Wall time, and the CPU time of the whole process, which a busy machine distorts less. */
  private static final class Stopwatch {
    private static final OperatingSystemMXBean OS =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private long start = System.nanoTime();
    private long cpuStart = OS.getProcessCpuTime();

    void print(String what) {
      DirectoryScale.print(what, (System.nanoTime() - start) / 1_000_000, "ms");
      DirectoryScale.print("  of CPU", (OS.getProcessCpuTime() - cpuStart) / 1_000_000, "ms");
      start = System.nanoTime();
      cpuStart = OS.getProcessCpuTime();
    }
  }

  private static void print(String what, long figure, String unit) {
    System.out.printf("%-30s %,10d %s%n", what, figure, unit);
  }
}
