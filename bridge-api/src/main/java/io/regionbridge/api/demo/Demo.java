package io.regionbridge.api.demo;

import io.regionbridge.api.demo.DnsClient.Answer;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.zone.ZoneRoute;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Shows what region-bridge does, once, with real packets, and checks each claim. */
public final class Demo implements AutoCloseable {
  private static final String PRIMARY = "postgres-primary.pgedge.mn.internal.";
  private static final String MOVED_FROM = "10.52.4.1";
  private static final String MOVED_TO = "10.52.4.2";
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(3);

  /** A gateway that does not serve its directory yet is asked again after a while. */
  private static final Duration REPLICA_TIMEOUT = Duration.ofSeconds(15);

  private static final Duration PACE = Duration.ofMillis(4);
  private static final int MOST_QUESTIONS = 4000;

  private final Screen screen;
  private final Path directory;
  private final DemoRegion mn;
  private final DemoRegion fsn1;
  private final DnsClient client;

  private Demo(Screen screen, Path directory, Layout layout) {
    this.screen = screen;
    this.directory = directory;
    mn = new DemoRegion("mn", "10.52.0.0/16", directory, layout.mn());
    fsn1 = new DemoRegion("fsn1", "10.42.0.0/16", directory, layout.fsn1());
    client = new DnsClient(layout.fsn1().getFirst(), ANSWER_TIMEOUT);
  }

  /** Starts the two regions, or throws an IOException that names the obstacle. */
  public static Demo start(PrintWriter out, boolean colour)
      throws IOException, InterruptedException {
    Screen screen = new Screen(out, colour);
    Layout layout = Layout.find();
    Demo demo = new Demo(screen, Files.createTempDirectory("region-bridge-demo"), layout);
    try {
      demo.begin(layout);
      return demo;
    } catch (IOException | InterruptedException | RuntimeException e) {
      demo.close();
      throw e;
    }
  }

  private void begin(Layout layout) throws IOException, InterruptedException {
    screen.printTitle(
        "Two regions on this machine, two gateways each; real packets, no Kubernetes");
    if (!layout.remark().isEmpty()) {
      screen.note(layout.remark());
    }
    for (DemoRegion region : List.of(mn, fsn1)) {
      screen.printLine(
          "  %-5s %-14s pods %-14s gateways %s"
              .formatted(region.name(), region.domain(), region.pods(), texts(region.gateways())));
    }
    long from = System.nanoTime();
    mn.write(Manifests.mn(MOVED_FROM));
    fsn1.write(Manifests.fsn1());
    for (int i = 0; i < 2; i++) {
      mn.start(i, fsn1);
      fsn1.start(i, mn);
    }
    boolean ready = true;
    for (DemoRegion region : List.of(mn, fsn1)) {
      for (int i = 0; i < 2; i++) {
        ready &= region.bridge(i).awaitReady(ANSWER_TIMEOUT);
      }
    }
    // A gateway that was not up when it was first probed is found within a health interval or two.
    ready &= await(() -> up(0) && up(1));
    screen.check(ready, "all four are ready and see each other", since(from));
    screen.check(
        await(this::replicated, REPLICA_TIMEOUT),
        "fsn1 has a replica of mn's directory",
        since(from));
  }

  /** Runs the demo once, and returns whether all checks passed. */
  public boolean run() throws IOException, InterruptedException {
    showNames();
    showOutside();
    int dead = loseGateway();
    moveEndpoint();
    recover(dead);
    boolean held = screen.held();
    screen.end(held, held ? "All of it held." : "Not all of it held; see FAIL above.");
    return held;
  }

  private void showNames() throws IOException {
    screen.printTitle("A client in fsn1 asks its own gateway for names of mn");
    String nats = "nats.messaging.svc.mn.internal.";
    ask("ClusterIP Service: its ready pods, not its ClusterIP", nats, Type.A, Source.REPLICA, 3);
    ask("ClusterIP Service by its short name", PRIMARY, Type.A, Source.REPLICA, 1);
    ask(
        "one pod of a StatefulSet",
        "yb-master-0.yb-masters.yb.svc.mn.internal.",
        Type.A,
        Source.REPLICA,
        1);
    ask(
        "SRV record: where the NATS clients' port is",
        "_client._tcp.nats.messaging.svc.mn.internal.",
        Type.SRV,
        Source.REPLICA,
        3);
    ask(
        "an address of mn, back to its name",
        "1.3.52.10.in-addr.arpa.",
        Type.PTR,
        Source.REPLICA,
        1);
  }

  private void ask(String what, String name, int type, Source from, int records)
      throws IOException {
    Name question = Name.fromConstantString(name);
    String zone = type == Type.PTR ? "52.10.in-addr.arpa" : mn.domain();
    long before = answers(zone, from);
    Answer answer = client.ask(question, type);
    boolean counted = await(() -> answers(zone, from) > before);
    Message message = answer.message();
    boolean good = message.getRcode() == Rcode.NOERROR && answered(message) == records && counted;
    screen.check(good, what, source(from) + Screen.time(answer.nanos()));
    screen.note("%s %s".formatted(question.toString(true), Type.string(type)));
    screen.note("  " + texts(message));
  }

  private static String source(Source from) {
    return "%-9s".formatted(from.label());
  }

  private void showOutside() throws IOException {
    screen.printTitle("What is not there, and what is none of its business");
    expect("a name that mn does not have", "nothing.messaging.svc.mn.internal.", Rcode.NXDOMAIN);
    expect("a name outside both regions", "www.example.com.", Rcode.REFUSED);
  }

  private void expect(String what, String name, int rcode) throws IOException {
    Answer answer = client.ask(Name.fromConstantString(name), Type.A);
    int got = answer.message().getRcode();
    screen.check(
        got == rcode, what, "%-9s%s".formatted(Rcode.string(got), Screen.time(answer.nanos())));
    screen.note(name.substring(0, name.length() - 1));
  }

  /** Kills the gateway of mn that is asked most, while it is asked. */
  private int loseGateway() throws IOException, InterruptedException {
    screen.printTitle("A gateway of mn dies while 250 names a second are asked for");
    List<Name> names =
        IntStream.range(0, Manifests.MANY)
            .mapToObj(
                i -> Name.fromConstantString("cassandra-" + i + ".cassandra.data.svc.mn.internal."))
            .toList();
    long before = answers(mn.domain(), Source.RELAY);
    SteadyLoad load =
        SteadyLoad.start(fsn1.gateways().getFirst(), names, PACE, MOST_QUESTIONS, ANSWER_TIMEOUT);
    Thread.sleep(Duration.ofMillis(700));
    int dead = exchanges(0) >= exchanges(1) ? 0 : 1;
    long killed = System.nanoTime();
    mn.kill(dead);
    screen.printLine(
        "    %s is cut off: what is sent to it vanishes".formatted(text(mn.gateways().get(dead))));
    boolean noticed = await(() -> state(dead) == GatewayHealth.State.DOWN);
    String after = since(killed);
    Thread.sleep(Duration.ofMillis(600));
    SteadyLoad.Result result = load.stop();
    long relayed = answers(mn.domain(), Source.RELAY) - before;
    screen.check(
        result.lost() == 0 && result.failed() == 0,
        "%d queries, %d of them over the network".formatted(result.sent(), relayed),
        "%d lost, %d failed".formatted(result.lost(), result.failed()));
    screen.check(
        result.slowestNanos() < ANSWER_TIMEOUT.toNanos(),
        "the slowest answer in all that time",
        Screen.time(result.slowestNanos()));
    screen.check(noticed, "fsn1 knows that the gateway is gone", "after " + after);
    screen.check(
        await(this::replicated, REPLICA_TIMEOUT),
        "the replica of mn's directory is current, by the other gateway",
        "after " + since(killed));
    return dead;
  }

  private void moveEndpoint() throws IOException {
    screen.printTitle("A pod moves in mn: its EndpointSlice changes (TTL 1 s)");
    Name name = Name.fromConstantString(PRIMARY);
    long from = System.nanoTime();
    mn.write(Manifests.mn(MOVED_TO));
    boolean seen =
        await(() -> {
          try {
            return texts(client.ask(name, Type.A).message()).equals(MOVED_TO);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    screen.check(
        seen,
        "%s is now %s, seen from fsn1".formatted("postgres-primary", MOVED_TO),
        "after " + since(from));
  }

  private void recover(int dead) throws IOException {
    screen.printTitle("The dead gateway comes back");
    long from = System.nanoTime();
    mn.start(dead, fsn1);
    boolean back = await(() -> up(dead));
    screen.check(
        back, "%s is used again".formatted(text(mn.gateways().get(dead))), "after " + since(from));
  }

  /** Prints what to try while the demo runs. */
  public void invite() {
    InetSocketAddress server = fsn1.gateways().getFirst();
    screen.printTitle("Still running; Ctrl-C ends it");
    screen.printLine(
        "    status page   http://%s/".formatted(text(fsn1.bridge(0).httpAddresses().getFirst())));
    screen.printLine(
        "    try           dig -p %d @%s nats.messaging.svc.mn.internal"
            .formatted(server.getPort(), server.getAddress().getHostAddress()));
  }

  // What the gateway that the client asks has counted and knows.

  private DnsBridge asked() {
    return fsn1.bridge(0).dns();
  }

  private long answers(String zone, Source source) {
    int id = asked().table().zoneNames().indexOf(zone) + 1;
    long count = 0;
    for (LoopCounters loop : asked().counters()) {
      for (int rcode = 0; rcode < LoopCounters.rcodes().length; rcode++) {
        count += loop.replies(id, false, rcode, source);
      }
    }
    return count;
  }

  /** Whether names of mn are answered from a replica of its directory. */
  private boolean replicated() {
    return asked().table().routes().stream()
        .anyMatch(route ->
            route instanceof ZoneRoute.Replica replica
                && replica.forward().zone().region().equals(mn.name()));
  }

  private Optional<GatewayHealth> health(int gateway) {
    InetSocketAddress address = mn.gateways().get(gateway);
    return asked().gateways().stream().filter(g -> g.address().equals(address)).findFirst();
  }

  private long exchanges(int gateway) {
    return health(gateway).map(g -> g.outcomes(GatewayHealth.Outcome.ANSWERED)).orElse(0L);
  }

  private GatewayHealth.State state(int gateway) {
    return health(gateway).map(GatewayHealth::state).orElse(GatewayHealth.State.UNKNOWN);
  }

  private boolean up(int gateway) {
    return state(gateway) == GatewayHealth.State.UP;
  }

  private static boolean await(BooleanSupplier condition) {
    return await(condition, ANSWER_TIMEOUT);
  }

  private static boolean await(BooleanSupplier condition, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      try {
        Thread.sleep(Duration.ofMillis(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private static String since(long from) {
    return Screen.time(System.nanoTime() - from);
  }

  private static long answered(Message message) {
    return message.getSection(Section.ANSWER).size();
  }

  private static String texts(Message message) {
    List<String> texts = new ArrayList<>();
    for (Record record : message.getSection(Section.ANSWER)) {
      texts.add(
          record instanceof SRVRecord srv
              ? srv.getTarget().getLabelString(0) + ":" + srv.getPort()
              : record.rdataToString());
    }
    return texts.isEmpty()
        ? Rcode.string(message.getRcode()).toLowerCase(Locale.ROOT)
        : String.join("  ", texts);
  }

  private static String texts(List<InetSocketAddress> addresses) {
    return addresses.stream().map(Demo::text).collect(Collectors.joining(" "));
  }

  private static String text(InetSocketAddress address) {
    return SocketLiteral.format(address);
  }

  /** Stops the regions and removes the manifests. */
  @Override
  public void close() throws IOException {
    fsn1.close();
    mn.close();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }
}
