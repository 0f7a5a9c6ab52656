package io.regionbridge.router.peers;

import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.Refusal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks those on the overlay who could be gateways which region they are of, every few seconds, or
 * more often where the device is made by what they say. Who owns no range is not asked, since it
 * would not be believed, unless a gateway that is believed names it as another of its region: the
 * overlay may move the range there. Who is offline is asked seldom. What a peer said last stays in
 * force while it does not answer, as long as the device routes the ranges to it; a peer whose
 * address changes is another peer, and is asked in the next round.
 */
public final class OverlayDiscovery implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OverlayDiscovery.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);

  /** Of a device that is made by what its peers say. */
  private static final Duration MANAGED_PERIOD = Duration.ofMillis(500);

  /** Who is offline by the word of the overlay's agent is asked in one round of so many. */
  private static final int OFFLINE_ROUNDS = 15;

  /** After which what a peer said is not news any more. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** For an answer as a whole. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

  private static final int MOST_OCTETS = 64 * 1024;

  /** Of the gateways that one announcement names, so many are asked. */
  private static final int MOST_NAMED = 16;

  private static final int AT_ONCE = 32;

  private final OverlayView overlay;
  private final int httpPort;
  private final int dnsPort;
  private final Runnable onChange;
  private final HttpClient client;
  private final Semaphore slots = new Semaphore(AT_ONCE);
  private final Map<InetAddress, Answer> announced = new ConcurrentHashMap<>();
  private final ClaimMemory memory = new ClaimMemory();
  private final Set<InetAddress> waitedFor = ConcurrentHashMap.newKeySet();
  private final Loop loop;
  private int round;
  private volatile Known known = new Known(List.of(), List.of(), List.of(), Map.of(), Map.of());

  /**
   * The last answer of a peer.
   *
   * @param asked the key that it was asked about
   * @param at by a monotonic clock
   */
  private record Answer(RegionAnnouncement announcement, Optional<String> asked, long at) {}

  /**
   * What follows from all announcements.
   *
   * @param accepted by address, the key that it was asked about and has
   * @param podPaths by region, where gateways answer path probes
   */
  private record Known(
      List<PeerClaim> claims,
      List<Refusal> refusals,
      List<TunnelAnnouncement> tunnels,
      Map<InetAddress, String> accepted,
      Map<String, List<InetSocketAddress>> podPaths) {}

  /**
   * Sends no request yet.
   *
   * @param httpPort of bridges on their overlay addresses, as {@code dnsPort} is of their DNS
   * @param onChange called on a thread of its own when {@link #claims}, {@link #tunnels} or {@link
   *     #accepted} may have changed
   */
  public OverlayDiscovery(
      OverlayView overlay, int httpPort, int dnsPort, Runnable onChange, Loops loops) {
    this.overlay = overlay;
    this.httpPort = httpPort;
    this.dnsPort = dnsPort;
    this.onChange = onChange;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    this.loop =
        loops.loop(
            "overlay-discovery",
            Timing.every(overlay.managed() ? MANAGED_PERIOD : PERIOD).onVirtualThread(),
            this::look);
  }

  /** Starts to ask. */
  public void start() {
    loop.start();
  }

  /** The accepted claims. Any thread. */
  public List<PeerClaim> claims() {
    return known.claims();
  }

  /** What announcements contain that is invalid. Any thread. */
  public List<Refusal> refusals() {
    return known.refusals();
  }

  /** The announced ends of tunnels, which others check. Any thread. */
  public List<TunnelAnnouncement> tunnels() {
    return known.tunnels();
  }

  /** The gateways that know a key of this node. Any thread. */
  public Set<InetAddress> accepted(String publicKey) {
    return known.accepted().entrySet().stream()
        .filter(answer -> answer.getValue().equals(publicKey))
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The announced addresses for path probes, by region. Any thread. */
  public Map<String, List<InetSocketAddress>> podPaths() {
    return known.podPaths();
  }

  @Override
  public void close() {
    client.shutdownNow();
    loop.close();
  }

  /**
   * Asks those who do not owe an answer, and now and then those as well who are called offline; one
   * that is silent keeps nobody waiting.
   */
  private void look() throws InterruptedException {
    boolean offline = round++ % OFFLINE_ROUNDS == 0;
    List<OverlayView.Peer> peers = overlay.peers();
    Set<InetAddress> there =
        peers.stream().map(OverlayView.Peer::address).collect(Collectors.toSet());
    announced.keySet().retainAll(there);
    Optional<String> key = overlay.nextPublicKey();
    Set<InetAddress> named = named(known.claims());
    for (OverlayView.Peer peer : peers) {
      InetAddress address = peer.address();
      boolean gateway = announced.containsKey(address) || named.contains(address);
      boolean worth = overlay.managed() || worthAsking(peer, gateway, offline);
      if (!worth || !waitedFor.add(address)) {
        continue;
      }
      slots.acquire();
      Thread.startVirtualThread(() -> {
        try {
          ask(address, key);
        } catch (RuntimeException e) {
          log.error("reading what {} says of its region", address, e); // costs nobody else
        } finally {
          slots.release();
          waitedFor.remove(address);
        }
        conclude();
      });
    }
    conclude();
  }

  /**
   * Whether a peer of an observed device could be a gateway and is likely to answer.
   *
   * @param gateway whether it has announced a region before, or a claim names it
   * @param offline whether this round also asks peers that are called offline
   */
  static boolean worthAsking(OverlayView.Peer peer, boolean gateway, boolean offline) {
    return (peer.ownsSome() || gateway) && (offline || peer.online());
  }

  /** The gateways that claims name, at most 16 of each. */
  static Set<InetAddress> named(List<PeerClaim> claims) {
    return claims.stream()
        .flatMap(claim -> claim.gateways().stream().limit(MOST_NAMED))
        .map(gateway -> gateway.address().getAddress())
        .collect(Collectors.toUnmodifiableSet());
  }

  private synchronized void conclude() {
    List<OverlayView.Peer> peers =
        overlay.peers().stream()
            .filter(peer -> announced.containsKey(peer.address()))
            .sorted(Comparator.comparing(peer -> Cidr.host(peer.address())))
            .toList();
    Map<InetAddress, String> there =
        overlay.peers().stream()
            .collect(
                Collectors.toMap(
                    OverlayView.Peer::address, OverlayView.Peer::key, (one, _) -> one));
    memory.retain(there.keySet());
    List<PeerClaim> claims = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    List<TunnelAnnouncement> tunnels = new ArrayList<>();
    Map<InetAddress, String> accepted = new HashMap<>();
    Map<String, List<InetSocketAddress>> podPaths = new TreeMap<>();
    long now = System.nanoTime();
    for (OverlayView.Peer peer : peers) {
      Answer answer = announced.get(peer.address());
      if (answer == null) {
        continue; // gone meanwhile
      }
      boolean fresh = now - answer.at() < FRESH.toNanos();
      RegionAnnouncement announcement = answer.announcement();
      Optional<PeerClaim> claim =
          memory.of(
              peer.address(),
              announcement.claim(peer, there, dnsPort),
              peers.stream().noneMatch(other -> speaks(other, announcement, now)),
              now);
      if (claim.isPresent() || memory.knows(peer.address())) {
        claims.add(claim.orElseGet(() -> announcement.naming(peer, there, dnsPort)));
      }
      claim.flatMap(_ -> announcement.refusal()).ifPresent(refusals::add);
      claim
          .flatMap(_ -> announcement.podPath())
          .ifPresent(path ->
              podPaths.computeIfAbsent(announcement.name(), _ -> new ArrayList<>()).add(path));
      announcement.tunnelSaid(peer.address(), fresh).ifPresent(tunnels::add);
      answer
          .asked()
          .filter(_ -> announcement.accepts())
          .ifPresent(key -> accepted.put(peer.address(), key));
    }
    Known before = known;
    Known next = new Known(claims, refusals, tunnels, accepted, podPaths);
    if (next.equals(before)) {
      return;
    }
    known = next;
    if (!claims.equals(before.claims())) {
      log.info(
          "on the overlay: {}", claims.stream().map(PeerClaim::name).distinct().sorted().toList());
    }
    onChange.run();
  }

  /** Whether a peer tells, or has told, what became of the ranges of a region. */
  private boolean speaks(OverlayView.Peer peer, RegionAnnouncement region, long now) {
    Answer answer = announced.get(peer.address());
    if (answer == null) {
      return false;
    }
    return answer.announcement().name().equals(region.name())
        ? now - answer.at() < FRESH.toNanos()
        : region.podCidrs().stream().anyMatch(peer::owns);
  }

  private void ask(InetAddress address, Optional<String> key) {
    String question =
        key.map(k -> "?accepts=" + URLEncoder.encode(k, StandardCharsets.UTF_8)).orElse("");
    URI uri =
        URI.create(
            "http://"
                + SocketLiteral.format(new InetSocketAddress(address, httpPort))
                + "/api/v1/region"
                + question);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_OCTETS));
    try {
      // The request's own time ends with the head of the answer; this one is for the body, too.
      HttpResponse<byte[]> whole = answer.get(READ_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
      if (whole.statusCode() == 200) {
        RegionAnnouncement.parse(new String(whole.body(), StandardCharsets.UTF_8))
            .ifPresent(said -> announced.put(address, new Answer(said, key, System.nanoTime())));
      }
    } catch (ExecutionException e) {
      log.trace("{} does not say which region it is of", address, e); // it need not be a bridge
    } catch (TimeoutException e) {
      answer.cancel(true);
      log.debug("{} did not finish saying which region it is of in {}", address, READ_TIMEOUT);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
    }
  }
}
