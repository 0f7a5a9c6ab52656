package io.regionbridge.router.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.PeerClaim;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks everybody on the overlay which region they are of, every few seconds. What a peer said last
 * stays in force while it does not answer, as long as the device routes the ranges to it; a peer
 * whose address changes is another peer, and is asked in the next round.
 */
public final class OverlayDiscovery implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OverlayDiscovery.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int MOST_OCTETS = 64 * 1024;
  private static final int AT_ONCE = 32;

  private final OverlayView overlay;
  private final int httpPort;
  private final int dnsPort;
  private final Runnable onChange;
  private final HttpClient client;
  private final Semaphore slots = new Semaphore(AT_ONCE);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<InetAddress, String> announced = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile List<PeerClaim> claims = List.of();

  private OverlayDiscovery(OverlayView overlay, int httpPort, int dnsPort, Runnable onChange) {
    this.overlay = overlay;
    this.httpPort = httpPort;
    this.dnsPort = dnsPort;
    this.onChange = onChange;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    this.thread = Thread.ofVirtual().name("overlay-discovery").unstarted(this::run);
  }

  /**
   * Starts to ask.
   *
   * @param httpPort where bridges answer on their overlay addresses
   * @param dnsPort where their DNS does
   * @param onChange {@link #claims} may be others; on a thread of its own
   */
  public static OverlayDiscovery start(
      OverlayView overlay, int httpPort, int dnsPort, Runnable onChange) {
    OverlayDiscovery discovery = new OverlayDiscovery(overlay, httpPort, dnsPort, onChange);
    discovery.thread.start();
    return discovery;
  }

  /** What is believed now. Any thread. */
  public List<PeerClaim> claims() {
    return claims;
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    client.shutdownNow();
  }

  private void run() {
    try {
      do {
        look();
      } while (!closed.await(PERIOD.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      log.debug("no longer asking the overlay");
    }
  }

  private void look() throws InterruptedException {
    List<OverlayView.Peer> peers = overlay.peers();
    Set<InetAddress> there =
        peers.stream().map(OverlayView.Peer::address).collect(Collectors.toSet());
    announced.keySet().retainAll(there);
    CountDownLatch asked = new CountDownLatch(there.size());
    for (InetAddress address : there) {
      slots.acquire();
      Thread.startVirtualThread(() -> {
        try {
          ask(address);
        } finally {
          slots.release();
          asked.countDown();
        }
      });
    }
    asked.await();
    List<PeerClaim> now =
        peers.stream()
            .sorted(Comparator.comparing(peer -> Cidr.host(peer.address())))
            .flatMap(peer ->
                Optional.ofNullable(announced.get(peer.address()))
                    .flatMap(said -> RegionAnnouncement.believed(said, peer, dnsPort))
                    .stream())
            .toList();
    if (!now.equals(claims)) {
      log.info(
          "on the overlay: {}", now.stream().map(PeerClaim::name).distinct().sorted().toList());
      claims = now;
      onChange.run();
    }
  }

  private void ask(InetAddress address) {
    URI uri =
        URI.create(
            "http://"
                + SocketLiteral.format(new InetSocketAddress(address, httpPort))
                + "/api/v1/region");
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
    try {
      HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        byte[] octets = body.readNBytes(MOST_OCTETS);
        if (answer.statusCode() == 200) {
          announced.put(address, new String(octets, UTF_8));
        }
      }
    } catch (IOException e) {
      log.trace("{} does not say which region it is of", address, e); // it need not be a bridge
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
