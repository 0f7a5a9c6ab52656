package io.regionbridge.api.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.api.diagnosis.LocalNetwork;
import io.regionbridge.api.diagnosis.Reachability;
import io.regionbridge.api.diagnosis.TrafficChecks;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.TraceReport;
import io.regionbridge.router.diagnosis.Check;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}: whether traffic reaches the other regions. */
@CommandLine.Command(
    name = "verify",
    header = "Verify that names and traffic reach other regions.",
    description = {
      "Checks the way from this node to each peer region, or to REGION: name, address, egress and"
          + " MTU; with NAME:PORT also route, TCP connection and round trip. Each step has its"
          + " result and, if it failed, what to do. Exits 1 on failure.",
      "",
      "For a name over all regions (any.internal, clusterset.local), each region that answers it"
          + " now is checked.",
      "",
      "Examples:",
      "  region-bridge verify",
      "  region-bridge verify mn nats.messaging.svc.mn.internal:4222",
      "  region-bridge verify nats.messaging.svc.any.internal:4222",
      "  region-bridge verify --from shop/web-0 nats.messaging.svc.mn.internal:4222",
      "  region-bridge verify --resolver nats.messaging.svc.mn.internal:4222"
    })
final class VerifyCommand implements Command {
  private final Terminal terminal;
  private final Reachability network;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "REGION",
      description = "A peer region. Default: all of them, or the region of NAME.")
  private Optional<String> region = Optional.empty();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME:PORT",
      description = "The name of a Service or pod of that region, and the TCP port to connect to.")
  private Optional<String> target = Optional.empty();

  @Option(
      names = "--resolver",
      description =
          "Resolve NAME with this machine's resolver instead of a bridge. In a pod, that is how the"
              + " pod's programs resolve it.")
  private boolean resolver;

  @Option(
      names = "--from",
      paramLabel = "NAMESPACE/POD",
      description =
          "Resolve and connect in the network of this pod, by an ephemeral container that ends by"
              + " itself.")
  private Optional<String> from = Optional.empty();

  @Mixin private final Output output = new Output();
  @Mixin private final TargetOptions bridge = new TargetOptions();

  VerifyCommand(Terminal terminal) {
    this(terminal, new LocalNetwork());
  }

  VerifyCommand(Terminal terminal, Reachability network) {
    this.terminal = terminal;
    this.network = network;
  }

  @Override
  public int run() {
    Optional<TrafficChecks.Target> to = parseTarget();
    List<Check> checks = checks(to);
    output.print(
        terminal,
        checks,
        () ->
            terminal.interactive()
                ? DoctorText.folded(checks, terminal.columns(), terminal.colour())
                : DoctorText.lines(checks));
    boolean failed = checks.stream().anyMatch(c -> c.state() == Check.State.FAILURE);
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }

  private List<Check> checks(Optional<TrafficChecks.Target> to) {
    if (from.isPresent()) {
      if (resolver) {
        throw CommandException.usage(
            "--from is another network than this one; leave --resolver out");
      }
      return fromPod(named(to, "--from NAMESPACE/POD"));
    }
    return resolver ? TrafficChecks.ofName(named(to, "--resolver"), network) : walk(to);
  }

  /** {@code NAME:PORT} may stand where the region does: its domain says which region it is in. */
  private Optional<TrafficChecks.Target> parseTarget() {
    if (target.isEmpty() && region.filter(word -> word.contains(":")).isPresent()) {
      target = region;
      region = Optional.empty();
    }
    if (target.isPresent() && TrafficChecks.Target.parse(target.get()).isEmpty()) {
      throw CommandException.usage(
          "%s is not NAME:PORT; write a name, a colon and a port from 1 to 65535"
              .formatted(target.get()));
    }
    return target.flatMap(TrafficChecks.Target::parse);
  }

  private static TrafficChecks.Target named(Optional<TrafficChecks.Target> to, String option) {
    return to.orElseThrow(() ->
        CommandException.usage("%1$s needs NAME:PORT: verify %1$s NAME:PORT".formatted(option)));
  }

  /** What the bridge knows of the egress, and then what the pod sees. */
  private List<Check> fromPod(TrafficChecks.Target to) {
    PodProbe pod =
        PodProbe.parse(from.orElseThrow())
            .orElseThrow(() ->
                CommandException.usage(
                    "--from %s is not NAMESPACE/POD".formatted(from.orElseThrow())));
    KubernetesClient cluster = PodTarget.client(bridge.context());
    try (cluster;
        AdminClient client = bridge.inAnyCluster()) {
      BridgeStatus status = client.status();
      List<BridgeStatus.Peer> peers =
          everywhere(client, status, to)
              .map(TraceReport::answering)
              .map(names ->
                  status.peers().stream().filter(peer -> names.contains(peer.name())).toList())
              .orElseGet(() -> peers(status, Optional.of(to)));
      List<Check> checks = new ArrayList<>();
      peers.forEach(peer -> checks.add(named(peer.name(), TrafficChecks.egress(status, peer))));
      String image = PodTarget.image(cluster, bridge.namespace());
      pod.run(cluster, image, to).forEach(check -> checks.add(named(pod.toString(), check)));
      return checks;
    } catch (KubernetesClientException e) {
      throw refused(PodTarget.unreachable(cluster.getMasterUrl().toString(), e));
    } catch (CommandException e) {
      throw refused(e);
    }
  }

  /** Adds whose rights are needed to what an API server refuses. */
  private static CommandException refused(CommandException e) {
    return e.getCause() instanceof KubernetesClientException cause
            && cause.getCode() == HttpURLConnection.HTTP_FORBIDDEN
        ? new CommandException(
            "--from needs to get, list and watch pods, patch pods/ephemeralcontainers and get"
                + " pods/log, which the bridges may not; run it with your own kubeconfig: "
                + e.getMessage(),
            cause)
        : e;
  }

  private static Check named(String prefix, Check check) {
    return new Check(prefix + " " + check.name(), check.state(), check.message(), check.remedy());
  }

  private List<Check> walk(Optional<TrafficChecks.Target> to) {
    try (AdminClient client = bridge.connect()) {
      BridgeStatus status = client.status();
      Optional<TraceReport> trace = to.flatMap(name -> everywhere(client, status, name));
      if (trace.isPresent()) {
        return TrafficChecks.everywhere(
            status, trace.get().regions(), trace.get().answering(), to.orElseThrow(), network);
      }
      List<BridgeStatus.Peer> peers = peers(status, to);
      List<Check> checks = new ArrayList<>();
      if (peers.isEmpty()) {
        checks.add(
            Check.warning(
                "regions",
                "this bridge knows no peer region, so there is nothing to verify",
                "kubectl get regions; region-bridge doctor"));
      }
      for (BridgeStatus.Peer peer : peers) {
        checks.addAll(TrafficChecks.of(status, peer, to, network));
      }
      return checks;
    }
  }

  /**
   * How the bridge answers for a name over all regions, or for an alias of this region; empty: it
   * is neither, or a region was named that is to be looked at.
   */
  private Optional<TraceReport> everywhere(
      AdminClient client, BridgeStatus status, TrafficChecks.Target to) {
    if (region.isPresent()
        || status.peers().stream().anyMatch(peer -> isBelow(to.name(), peer.domain()))) {
      return Optional.empty();
    }
    TraceReport trace = client.trace(to.name(), "A", "");
    boolean own = trace.zone().name().equalsIgnoreCase(status.region().domain());
    boolean alias =
        trace.answer().records().stream().anyMatch(record -> record.type().equals("CNAME"));
    return trace.zone().kind().equals("local") && (!own || alias)
        ? Optional.of(trace)
        : Optional.empty();
  }

  private List<BridgeStatus.Peer> peers(BridgeStatus status, Optional<TrafficChecks.Target> to) {
    if (region.isEmpty() && to.isEmpty()) {
      return status.peers();
    }
    List<BridgeStatus.Peer> found =
        status.peers().stream()
            .filter(peer ->
                region.isPresent()
                    ? peer.name().equals(region.get())
                    : isBelow(to.orElseThrow().name(), peer.domain()))
            .toList();
    if (found.isEmpty()) {
      String known =
          String.join(", ", status.peers().stream().map(BridgeStatus.Peer::name).toList());
      throw CommandException.usage(
          "%s; this bridge knows %s"
              .formatted(
                  region
                      .map(name -> "there is no peer region " + name)
                      .orElseGet(() -> to.orElseThrow().name() + " is in no peer region"),
                  known.isEmpty() ? "none" : known));
    }
    return found;
  }

  private static boolean isBelow(String name, String domain) {
    String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return bare.equalsIgnoreCase(domain)
        || bare.regionMatches(
            true, bare.length() - domain.length() - 1, "." + domain, 0, domain.length() + 1);
  }
}
