package io.regionbridge.api.lifecycle;

import com.sun.management.ThreadMXBean;
import io.regionbridge.api.metrics.BridgeMetrics;
import io.regionbridge.api.reports.Introspection;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures what it costs to scrape a bridge that knows many regions with two gateways each, none of
 * which answers: the making of the text alone, and the whole request over loopback. Run it with
 * {@code ScrapeScale [REGIONS [SCRAPES]]}.
 */
public final class ScrapeScale {
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private ScrapeScale() {}

  public static void main(String[] args) throws Exception {
    int regions = args.length > 0 ? Integer.parseInt(args[0]) : 100;
    int scrapes = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    if (regions < 1 || regions > 254 || scrapes < 1) {
      System.err.println("ScrapeScale [REGIONS, 1 to 254 [SCRAPES, 1 or more]]");
      System.exit(2);
    }
    Path directory = Files.createTempDirectory("regions");
    try (Bridge bridge = Bridge.start(Configs.read(configuration(regions), directory))) {
      measure(bridge, scrapes);
    } finally {
      Files.delete(directory);
    }
    System.exit(0);
  }

  private static String configuration(int regions) {
    return """
    region: { name: fsn1, podCIDRs: [10.0.0.0/16] }
    dns: { listen: ["127.0.0.1:0"], threads: 1, drain: 0s }
    overlay: { mode: none }
    kubernetes: { enabled: false }
    admin: { listen: "127.0.0.1:0" }
    regions:
    """
        + IntStream.rangeClosed(1, regions)
            .mapToObj(ScrapeScale::region)
            .collect(Collectors.joining());
  }

  private static String region(int i) {
    return """
    - name: r%1$d
      podCIDRs: [10.%1$d.0.0/16]
      gateways: [127.1.%1$d.1, 127.1.%1$d.2]
    """
        .formatted(i);
  }

  private static void measure(Bridge bridge, int scrapes) throws Exception {
    String mediaType = BridgeMetrics.MEDIA_TYPES.getFirst();
    try (Introspection introspection = new Introspection(bridge.state(), Clock.systemUTC())) {
      BridgeMetrics metrics = introspection.metrics();
      Scrape text = () -> metrics.scrape(mediaType).length;
      repeat(text, scrapes); // warms up
      System.out.printf("%-24s %,8d octets%n", "the text", text.octets());
      Figures made = repeat(text, scrapes);
      print("made, time", made.nanos());
      print("made, CPU", made.cpu());
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(RegionPair.url(bridge) + "/metrics"))
              .timeout(RegionPair.TIMEOUT)
              .build();
      Scrape whole = () -> scrape(http, request);
      repeat(whole, scrapes);
      print("asked for by HTTP, time", repeat(whole, scrapes).nanos());
    }
  }

  private static int scrape(HttpClient http, HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException("HTTP " + response.statusCode());
    }
    return response.body().length;
  }

  private static Figures repeat(Scrape scrape, int times) throws Exception {
    List<Long> nanos = new ArrayList<>(times);
    List<Long> cpu = new ArrayList<>(times);
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      long cpuStart = THREADS.getCurrentThreadCpuTime();
      if (scrape.octets() == 0) {
        throw new IOException("an empty scrape");
      }
      cpu.add(THREADS.getCurrentThreadCpuTime() - cpuStart);
      nanos.add(System.nanoTime() - start);
    }
    Collections.sort(nanos);
    Collections.sort(cpu);
    return new Figures(nanos, cpu);
  }

  @FunctionalInterface
  private interface Scrape {
    int octets() throws Exception;
  }

  /** Sorted; the CPU time is that of the thread that asks. */
  private record Figures(List<Long> nanos, List<Long> cpu) {}

  private static void print(String what, List<Long> sorted) {
    System.out.printf(
        "%-24s %8.2f ms median %8.2f ms worst%n",
        what, sorted.get(sorted.size() / 2) / 1e6, sorted.getLast() / 1e6);
  }
}
