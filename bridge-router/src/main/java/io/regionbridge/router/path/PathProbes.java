package io.regionbridge.router.path;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.path.PathPlan.Target;
import io.regionbridge.router.path.PathState.Verdict;
import io.regionbridge.router.topology.PeerRegion;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the paths to all peers from this node twice a second, and answers the probes of peers. One
 * small packet a round and gateway, and every few seconds one as large as the overlay takes, which
 * must not be fragmented in either direction.
 *
 * <p>A path is probed only where the kernel sends the probe out by the overlay's own interface. On
 * a standby of the routes engine the kernel sends it to the active gateway, and the path is not
 * judged here.
 */
public final class PathProbes implements AutoCloseable {
  /** The UDP port at which a gateway answers on its address of the pod range. */
  public static final int PORT = 8055;

  private static final Logger log = LoggerFactory.getLogger(PathProbes.class);
  private static final Duration PERIOD = Duration.ofMillis(500);

  /** One in this many probes has the full size. */
  private static final int LARGE_ROUNDS = 4;

  /** Addresses of interfaces are read anew so often. */
  private static final int ADDRESS_ROUNDS = 20;

  /** The kernel is asked anew so often by which interface probes leave. */
  private static final int WAY_ROUNDS = 4;

  private static final int IPV4_AND_UDP = 28;
  private static final int IPV6_AND_UDP = 48;
  private static final int SMALL = 64;

  /** The most probes that one round answers. */
  private static final int MOST_ANSWERS = 256;

  /**
   * What the control plane knows at one moment.
   *
   * @param pods this region's pod ranges
   * @param overlay the overlay's interface; empty: it is not up
   * @param translated this node's overlay address, if pods' packets get it as their source
   * @param ranges that peers' probes may come from
   * @param announced by region, the addresses that gateways announce for probes
   */
  public record Look(
      List<Cidr> pods,
      Optional<Link> overlay,
      Optional<InetAddress> translated,
      List<Cidr> ranges,
      List<PeerRegion> peers,
      Map<String, List<InetSocketAddress>> announced) {}

  /**
   * The ranges that probes of peers come from. Another router node that a probe came in by may have
   * translated its source, so that the answer returns there: to its address in the cluster, or that
   * of its pod network's interface.
   *
   * @param overlay where overlay addresses come from
   * @param routers the addresses of this region's router nodes in the cluster
   */
  public static List<Cidr> askers(
      List<Cidr> overlay, List<PeerRegion> peers, List<Cidr> pods, List<InetAddress> routers) {
    List<Cidr> ranges = new ArrayList<>(overlay);
    peers.forEach(peer -> ranges.addAll(peer.podCidrs()));
    ranges.addAll(pods);
    routers.forEach(router -> ranges.add(Cidr.host(router)));
    return List.copyOf(ranges);
  }

  private final Supplier<Optional<Look>> look;
  private final Runnable onChange;
  private final Loops loops;
  private final Loop rounds;
  private final SecureRandom random = new SecureRandom();
  private final Map<Target, PathRecord> records = new HashMap<>(); // guarded by itself
  private final Map<Target, Way> ways = new HashMap<>();
  private List<InterfaceAddress> addresses = List.of();
  private @Nullable Socket answering;
  private @Nullable Socket asking;
  private int round;
  private int answersLeft;
  private volatile List<Cidr> allowed = List.of();
  private volatile Map<String, PathState> states = Map.of();
  private volatile Optional<InetSocketAddress> announced = Optional.empty();

  /**
   * Whether the kernel sends the probes of a target by the overlay, asked in a round, with the
   * overlay's interface index at that time.
   */
  private record Way(int round, int overlay, boolean byOverlay) {}

  /** A socket with the loop that reads it. */
  private record Socket(InetAddress address, DatagramSocket datagrams, Loop reading) {
    void close() {
      datagrams.close();
      reading.close();
    }
  }

  /**
   * Creates probes that are not started.
   *
   * @param look read in each round; empty while nothing is known
   * @param onChange called when {@link #of} may have changed
   */
  public PathProbes(Supplier<Optional<Look>> look, Runnable onChange, Loops loops) {
    this.look = look;
    this.onChange = onChange;
    this.loops = loops;
    rounds = loops.loop("path-probes", Timing.every(PERIOD), this::runRound);
  }

  /** Starts to probe. */
  public void start() {
    rounds.start();
  }

  /** The state of the path to a region. Any thread. */
  public PathState of(String region) {
    PathState known = states.get(region);
    return known == null
        ? new PathState(Verdict.PENDING, false, "not probed with pods' addresses yet")
        : known;
  }

  /** Where this node answers probes; empty: it does not. Any thread. */
  public Optional<InetSocketAddress> answering() {
    return announced;
  }

  @Override
  public void close() {
    rounds.close();
    Stream.of(Optional.ofNullable(answering), Optional.ofNullable(asking))
        .flatMap(Optional::stream)
        .forEach(Socket::close);
  }

  private void runRound() throws IOException {
    Optional<Look> known = look.get();
    if (known.isEmpty()) {
      return;
    }
    if (round++ % ADDRESS_ROUNDS == 0) {
      addresses = addresses(known.get().overlay());
    }
    PathPlan plan =
        PathPlan.of(
            known.get().pods(),
            addresses,
            known.get().translated(),
            known.get().peers(),
            known.get().announced());
    allowed = known.get().ranges();
    synchronized (records) {
      answersLeft = MOST_ANSWERS;
    }
    answering = bind(answering, plan.answering(), PORT, this::answer);
    announced =
        Optional.ofNullable(answering).map(socket -> new InetSocketAddress(socket.address(), PORT));
    asking = bind(asking, plan.source(), 0, this::readAnswer);
    if (known.get().overlay().isPresent()) {
      findWays(plan.targets(), known.get().overlay().get().index());
    }
    conclude(plan, sendProbes(plan, known.get().overlay()));
  }

  private static List<InterfaceAddress> addresses(Optional<Link> overlay) throws ErrnoException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      Set<Integer> up =
          netlink.links().stream()
              .filter(Link::up)
              .map(Link::index)
              .filter(index -> !overlay.map(Link::index).equals(Optional.of(index)))
              .collect(Collectors.toSet());
      return netlink.addresses().stream()
          .filter(address -> up.contains(address.interfaceIndex()))
          .toList();
    }
  }

  /** Asks the kernel for the ways to targets that are new, and for those that are old. */
  private void findWays(List<Target> targets, int overlay) throws ErrnoException {
    ways.keySet().retainAll(Set.copyOf(targets));
    ways.values().removeIf(way -> way.overlay() != overlay || round - way.round() >= WAY_ROUNDS);
    List<Target> unknown = targets.stream().filter(target -> !ways.containsKey(target)).toList();
    if (unknown.isEmpty()) {
      return;
    }
    try (RouteNetlink netlink = RouteNetlink.open()) {
      for (Target target : unknown) {
        Optional<Route> route = netlink.routeTo(target.address().getAddress());
        boolean byOverlay = route.filter(way -> way.interfaceIndex() == overlay).isPresent();
        ways.put(target, new Way(round, overlay, byOverlay));
      }
    }
  }

  /** Sends the probes that are due; returns why others cannot be sent. */
  private Map<Target, String> sendProbes(PathPlan plan, Optional<Link> overlay) {
    Map<Target, String> obstacles = new HashMap<>();
    Socket socket = asking;
    for (Target target : plan.targets()) {
      Optional<String> obstacle = obstacle(target, overlay);
      if (obstacle.isPresent() || socket == null || overlay.isEmpty()) {
        obstacles.put(target, obstacle.orElse("its socket cannot be bound"));
      } else {
        ask(target, overlay.get().mtu(), socket.datagrams());
      }
    }
    return obstacles;
  }

  private Optional<String> obstacle(Target target, Optional<Link> overlay) {
    if (overlay.isEmpty()) {
      return Optional.of("the overlay is down");
    }
    Way way = ways.get(target);
    return way != null && way.byOverlay()
        ? Optional.empty()
        : Optional.of(
            "this node itself does not send %s by %s"
                .formatted(IpLiteral.format(target.address().getAddress()), overlay.get().name()));
  }

  private void ask(Target target, int mtu, DatagramSocket socket) {
    boolean large = round % LARGE_ROUNDS == 0;
    int headers =
        target.address().getAddress().getAddress().length == 4 ? IPV4_AND_UDP : IPV6_AND_UDP;
    int octets =
        large
            ? Math.clamp(mtu - headers, PathMessage.LEAST_OCTETS, PathMessage.MOST_OCTETS)
            : SMALL;
    PathMessage question = new PathMessage(PathMessage.Kind.QUESTION, random.nextLong(), octets);
    synchronized (records) {
      records
          .computeIfAbsent(target, _ -> new PathRecord())
          .asked(question.nonce(), octets + headers, large, System.nanoTime());
    }
    try {
      send(socket, question, target.address());
    } catch (IOException e) {
      log.debug("cannot probe {}", target, e); // an unanswered probe is enough
    }
  }

  /** Derives the states from the answers. */
  private void conclude(PathPlan plan, Map<Target, String> obstacles) {
    Map<String, PathState> next = new TreeMap<>();
    plan.obstacles().forEach((region, why) -> next.put(region, PathState.notProbed(why)));
    Set<Target> targets = Set.copyOf(plan.targets());
    long now = System.nanoTime();
    synchronized (records) {
      records.keySet().retainAll(targets);
      for (Target target : targets) {
        PathRecord record = records.get(target);
        String obstacle = obstacles.get(target);
        PathState state;
        if (record != null && record.outdated(now)) {
          records.remove(target);
          record = null;
        }
        if (record == null || obstacle != null && record.verdict() != Verdict.SILENT) {
          state =
              obstacle == null
                  ? new PathState(Verdict.PENDING, false, "probed " + plan.words(target))
                  : PathState.notProbed(obstacle);
        } else {
          state = state(plan, target, record);
        }
        next.merge(target.region(), state, PathProbes::better);
      }
    }
    boolean changed = !next.equals(states);
    states = Map.copyOf(next);
    if (changed) {
      onChange.run();
    }
  }

  /** A region is reached when one of its gateways is. */
  private static PathState better(PathState one, PathState other) {
    return one.verdict().compareTo(other.verdict()) <= 0 ? one : other;
  }

  private static PathState state(PathPlan plan, Target target, PathRecord record) {
    Verdict verdict = record.verdict();
    String way = plan.words(target);
    return new PathState(
        verdict,
        record.worked(),
        switch (verdict) {
          case WORKS -> "packets of %d octets pass %s and back".formatted(record.octets(), way);
          case SMALL_ONLY ->
              "small packets pass %s and back, those of the overlay's MTU do not".formatted(way);
          case SILENT -> "what is sent %s does not come back".formatted(way);
          case PENDING, NOT_PROBED -> "probed " + way;
        });
  }

  /** Returns the open socket, or replaces it if the address has changed. */
  private @Nullable Socket bind(
      @Nullable Socket before,
      Optional<InetAddress> wanted,
      int port,
      Function<DatagramSocket, Loop.Round> reading) {
    if (before != null && wanted.equals(Optional.of(before.address()))) {
      return before;
    }
    if (before != null) {
      before.close();
    }
    if (wanted.isEmpty()) {
      return null;
    }
    try {
      DatagramSocket socket = new DatagramSocket(new InetSocketAddress(wanted.get(), port));
      socket.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
      Loop loop =
          loops.loop(
              port == 0 ? "path-replies" : "path-answers",
              Timing.waiting().onVirtualThread(),
              reading.apply(socket));
      loop.start();
      return new Socket(wanted.get(), socket, loop);
    } catch (IOException e) {
      log.debug("cannot bind {} port {} for path probes", wanted.get(), port, e);
      return null;
    }
  }

  /** Answers probes from ranges of peers; ignores all others. */
  private Loop.Round answer(DatagramSocket socket) {
    return () -> {
      DatagramPacket packet = receive(socket);
      InetSocketAddress from = (InetSocketAddress) packet.getSocketAddress();
      Optional<PathMessage> message = decoded(packet);
      if (message.filter(m -> m.kind() == PathMessage.Kind.QUESTION).isEmpty()
          || allowed.stream().noneMatch(range -> range.contains(from.getAddress()))) {
        return;
      }
      synchronized (records) {
        if (answersLeft-- <= 0) {
          return;
        }
      }
      try {
        send(socket, message.get().answer(), from);
      } catch (IOException e) {
        log.debug("cannot answer the path probe of {}", from, e); // it goes without an answer
      }
    };
  }

  private Loop.Round readAnswer(DatagramSocket socket) {
    return () -> {
      DatagramPacket packet = receive(socket);
      InetSocketAddress from = (InetSocketAddress) packet.getSocketAddress();
      Optional<PathMessage> message = decoded(packet);
      if (message.filter(m -> m.kind() == PathMessage.Kind.ANSWER).isEmpty()) {
        return;
      }
      int headers = from.getAddress().getAddress().length == 4 ? IPV4_AND_UDP : IPV6_AND_UDP;
      int octets = message.get().octets();
      synchronized (records) {
        records.forEach((target, record) -> {
          if (target.address().equals(from)) {
            record.answered(message.get().nonce(), octets + headers, octets != SMALL);
          }
        });
      }
    };
  }

  private static Optional<PathMessage> decoded(DatagramPacket packet) {
    return PathMessage.decode(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    byte[] octets = new byte[PathMessage.MOST_OCTETS];
    DatagramPacket packet = new DatagramPacket(octets, octets.length);
    socket.receive(packet);
    return packet;
  }

  private static void send(DatagramSocket socket, PathMessage message, InetSocketAddress to)
      throws IOException {
    byte[] octets = message.encoded();
    socket.send(new DatagramPacket(octets, octets.length, to));
  }
}
