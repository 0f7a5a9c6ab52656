package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A directory in a process of its own, to be measured. Prints {@code LOADED MILLIS SERVICES
 * ENDPOINTS}, then {@code RESIDENT KIB}, then {@code CHANGED EPOCH_MILLIS} whenever Service {@code
 * scale/s0} is another one.
 */
final class DirectoryScaleChild {
  private static final ServiceKey WATCHED = new ServiceKey("scale", "s0");

  private DirectoryScaleChild() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    long began = System.nanoTime();
    KubernetesClient client = ClusterClient.local(Optional.of(Path.of(arguments[0])));
    AtomicReference<@Nullable DirectoryService> last = new AtomicReference<>();
    AtomicReference<@Nullable ClusterWatcher> watcher = new AtomicReference<>();
    CountDownLatch complete = new CountDownLatch(1);
    Loops loops = new Loops();
    Loop loop =
        loops.loop(
            "directory",
            Timing.onCall(Duration.ofMillis(5), Duration.ofSeconds(1)),
            () -> {
              Directory directory = Objects.requireNonNull(watcher.get()).directory();
              DirectoryService now = directory.service(WATCHED);
              if (directory.complete() && complete.getCount() > 0) {
                System.out.printf(
                    "LOADED %d %d %d%n",
                    (System.nanoTime() - began) / 1_000_000,
                    directory.services(),
                    directory.endpoints());
                complete.countDown();
              } else if (now != null && !now.equals(last.get())) {
                System.out.println("CHANGED " + System.currentTimeMillis());
              }
              last.set(now);
            });
    ClusterWatcher started =
        new ClusterWatcher(
            client,
            "netbird-router",
            Optional.empty(),
            () -> Long.MAX_VALUE,
            () -> {},
            loop::lookAgain,
            Clock.systemUTC(),
            loops);
    watcher.set(started);
    started.start();
    loop.start();
    complete.await();
    System.gc();
    String resident =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS"))
            .findFirst()
            .orElse("");
    System.out.println("RESIDENT " + resident.replaceAll("[^0-9]", ""));
    new CountDownLatch(1).await();
  }
}
