package io.regionbridge.router.multicluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.directory.ClusterSetRole.Derived;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.discovery.ObjectSink;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Reconciles the ServiceImports of the local cluster with the exports of all regions, and sets the
 * conditions of its ServiceExports. One loop runs whenever an input may have changed; only the
 * active gateway writes.
 */
public final class MultiCluster implements AutoCloseable {
  /** The condition that reports the result. */
  public static final String CONDITION = "MultiClusterServices";

  /** Changes that come within this time are written together. */
  private static final Duration SETTLE = Duration.ofMillis(100);

  /** Changes of peers' directories and round trips raise no event: they are compared this often. */
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Long enough that writes to a slow API server do not count as a hung loop. */
  private static final Duration LONGEST_LOOK = Duration.ofMinutes(10);

  /** How long after the start a region that an import names may take to appear. */
  private static final Duration START_GRACE = Duration.ofSeconds(30);

  private static final int SHOWN = 3;

  private final Sources sources;
  private final Permit permit;
  private final ClusterSetWatch watch;
  private final ImportReconciler reconciler;
  private final Consumer<Finding> onFinding;
  private final Clock clock;
  private final Instant start;
  private final Loop loop;
  private Optional<Seen> last = Optional.empty();
  private volatile Optional<ImportTotals> totals = Optional.empty();
  private boolean unfinished;

  /**
   * The sources of its input, read in every round.
   *
   * @param regions those whose Services are known, in order of preference, the local one first with
   *     its Services as peers get them
   * @param topology empty before it is known
   */
  public record Sources(
      Supplier<List<RegionServices>> regions,
      Supplier<Directory> local,
      Supplier<Optional<Topology>> topology) {}

  /**
   * Runs writes on the active gateway.
   *
   * @see io.regionbridge.router.election.GatewayElection#whileActive
   */
  public interface Permit {
    /** Whether this node is the active gateway, as far as it knows. */
    boolean active();

    /** Runs a task if this node is the active gateway; says whether it did. */
    boolean whileActive(Runnable task);
  }

  /** The input of a round: equal input gives an equal plan. */
  private record Seen(boolean active, long changes, List<Object> parts) {
    static Seen of(
        boolean active, long changes, List<RegionServices> regions, Optional<Topology> topology) {
      List<Object> parts = new ArrayList<>();
      for (RegionServices region : regions) {
        parts.add(region.region());
        parts.add(region.reachable());
        parts.add(region.services()); // equal only to itself
      }
      topology.ifPresent(known -> {
        parts.add(known.local().serviceCidrs());
        known.peers().forEach(peer -> parts.add(peer.name()));
      });
      return new Seen(active, changes, parts);
    }
  }

  /**
   * Creates it; {@link #start} starts it.
   *
   * @param client closed by its owner, after this object
   * @param exports takes the ServiceExports into the directory
   * @param onFinding receives the condition after each round
   */
  public MultiCluster(
      KubernetesClient client,
      ObjectSink<GenericKubernetesResource> exports,
      Sources sources,
      Permit permit,
      Consumer<Finding> onFinding,
      Clock clock,
      Loops loops) {
    this.sources = sources;
    this.permit = permit;
    this.onFinding = onFinding;
    this.clock = clock;
    this.start = clock.instant();
    this.reconciler = new ImportReconciler(client, clock);
    this.loop =
        loops.loop(
            "multicluster", Timing.onCall(SETTLE, LOOK).withRoundsOf(LONGEST_LOOK), this::look);
    this.watch = new ClusterSetWatch(client, exports, loop::lookAgain, clock, loops);
  }

  /** Starts to watch and to reconcile. */
  public void start() {
    watch.start();
    loop.start();
  }

  /** What the last round counted; empty before the first, and while the API is not installed. */
  public Optional<ImportTotals> totals() {
    return totals;
  }

  private void look() {
    long changes = watch.changes(); // asked first: what comes meanwhile is seen at the next look
    Optional<ClusterSetView> view = watch.view();
    List<RegionServices> regions = sources.regions().get();
    if (view.isEmpty() || regions.isEmpty() || !regions.getFirst().services().complete()) {
      last = Optional.empty();
      totals = Optional.empty();
      onFinding.accept(waiting());
      return;
    }
    Optional<Topology> topology = sources.topology().get();
    boolean active = permit.active();
    Seen now = Seen.of(active, changes, regions, topology);
    if (last.equals(Optional.of(now)) && !unfinished) {
      return;
    }
    ImportPlan plan = ImportPlanner.plan(inputs(regions, topology, view.get()));
    List<String> problems = new ArrayList<>(watch.problems());
    boolean written =
        permit.whileActive(() -> problems.addAll(reconciler.reconcile(plan, view.get())));
    if (!written) {
      reconciler.forget();
    }
    unfinished = active && !(written && plan.isDone()); // until the watches show that it is so
    last = Optional.of(now);
    totals = Optional.of(plan.totals());
    onFinding.accept(finding(plan, problems, written));
  }

  private ImportInputs inputs(
      List<RegionServices> regions, Optional<Topology> topology, ClusterSetView view) {
    Set<String> unknown = new HashSet<>();
    topology.ifPresent(known -> known.peers().stream().map(PeerRegion::name).forEach(unknown::add));
    view.imports()
        .values()
        .forEach(object -> {
          if (clock.instant().isBefore(start.plus(START_GRACE))) {
            unknown.addAll(object.texts("cluster", "status", "clusters"));
          }
        });
    regions.forEach(region -> unknown.remove(region.region()));
    return new ImportInputs(
        regions,
        unknown,
        sources.local().get(),
        topology.map(MultiCluster::families).orElse(Set.of()),
        view);
  }

  private static Set<IpFamily> families(Topology topology) {
    Set<IpFamily> families = EnumSet.noneOf(IpFamily.class);
    topology
        .local()
        .serviceCidrs()
        .cidrs()
        .forEach(range -> families.add(range.isIpv6() ? IpFamily.IPV6 : IpFamily.IPV4));
    return families;
  }

  private Finding waiting() {
    List<String> problems = watch.problems();
    if (!problems.isEmpty()) {
      return Finding.no(CONDITION, "Unreadable", String.join("; ", problems));
    }
    return watch.installed()
        ? Finding.unknown(CONDITION, "Starting", "the first lists are not in")
        : Finding.no(
            CONDITION,
            "NotInstalled",
            "the API server has no ServiceExports and ServiceImports: apply the"
                + " CustomResourceDefinitions of multicluster.x-k8s.io, or set"
                + " multicluster.enabled to false");
  }

  private static Finding finding(ImportPlan plan, List<String> problems, boolean active) {
    if (!problems.isEmpty()) {
      return Finding.no(
          CONDITION,
          "Incomplete",
          problems.stream().limit(SHOWN).collect(Collectors.joining("; "))
              + (problems.size() > SHOWN ? " and %d more".formatted(problems.size() - SHOWN) : ""));
    }
    if (!plan.foreign().isEmpty()) {
      return Finding.no(
          CONDITION,
          "OtherImplementation",
          "%d ServiceImports such as %s are not of region-bridge, so it writes none: remove the other"
                  .formatted(plan.foreign().size(), plan.foreign().getFirst())
              + " implementation of the API with its ServiceImports, or set multicluster.enabled to"
              + " false");
    }
    String missing =
        plan.missing().isEmpty()
            ? ""
            : "; not imported, since the cluster has no namespace "
                + plan.missing().stream().limit(SHOWN).collect(Collectors.joining(", "))
                + (plan.missing().size() > SHOWN
                    ? " and %d more".formatted(plan.missing().size() - SHOWN)
                    : "");
    return Finding.yes(
        CONDITION,
        active ? "Kept" : "StandBy",
        "ServiceImports: %d%s".formatted(plan.totals().imports(), missing));
  }

  /**
   * Removes what any bridge wrote for imports, for the command {@code uninstall}, and returns the
   * names of the objects. Blocks.
   *
   * @param dryRun removes nothing
   * @throws KubernetesClientException if objects cannot be read or removed
   */
  public static List<String> withdraw(KubernetesClient client, boolean dryRun) {
    List<String> ours = new ArrayList<>();
    Optional<ServedApi> api = ServedApi.of(client);
    if (api.isEmpty()) {
      return ours;
    }
    for (ObjectKind kind : ObjectKind.values()) {
      var written =
          client
              .genericKubernetesResources(kind.context(api.get()))
              .inAnyNamespace()
              .withLabel(OwnNames.MANAGED_BY, OwnNames.MANAGER);
      var found = kind == ObjectKind.IMPORT ? written : written.withLabel(Derived.LABEL);
      for (GenericKubernetesResource object : found.list().getItems()) {
        ours.add(
            "%s %s/%s"
                .formatted(
                    kind.kind(),
                    object.getMetadata().getNamespace(),
                    object.getMetadata().getName()));
        if (!dryRun) {
          client
              .genericKubernetesResources(kind.context(api.get()))
              .inNamespace(object.getMetadata().getNamespace())
              .withName(object.getMetadata().getName())
              .delete();
        }
      }
    }
    return ours;
  }

  @Override
  public void close() {
    loop.close();
    watch.close();
  }
}
