package io.regionbridge.router.report;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.election.Leadership;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.path.PathState;
import io.regionbridge.router.path.PathState.Verdict;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Refusal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The conditions of the control plane. Pure. */
public final class ControlFindings {
  private static final String CURRENT = "APIServerCurrent";

  /** Groups of resources that a cluster need not have. */
  private static final List<String> OPTIONAL =
      List.of(".cilium.io", ".netbird.io", ".projectcalico.org", "servicecidrs.networking.k8s.io");

  /** The finding before the first observation. */
  public static final Finding STARTING =
      new Finding(CURRENT, State.UNKNOWN, "Connecting", "the API server has not answered yet");

  /** The condition for the claims about peer regions. */
  public static final String ACCEPTED = "RegionsAccepted";

  /** The condition that says whether pods' packets pass between this node and the peers. */
  private static final String PATHS = "PodPath";

  /** Limit of objects or refusals in one condition. */
  private static final int MOST_TOLD = 16;

  private ControlFindings() {}

  /**
   * Whether all that must be watched is, and is valid. Invalid Region objects are told by {@link
   * #accepted}.
   *
   * @param proxy by which the API server is asked, and how to avoid it, in words
   */
  public static Finding watched(ClusterView view, Optional<String> proxy) {
    List<WatchStatus.Failing> failing = view.failures().stream().filter(f -> !spared(f)).toList();
    if (failing.isEmpty()) {
      List<String> ignored = view.ignored(resource -> !resource.equals(ClusterWatcher.REGIONS));
      return ignored.isEmpty()
          ? new Finding(CURRENT, State.TRUE, "Watching", "everything is watched")
          : new Finding(
              CURRENT,
              State.FALSE,
              "ObjectIgnored",
              String.join("; ", firstOf(ignored)) + "; what was known before stays in force");
    }
    boolean unreachable =
        failing.stream().allMatch(f -> f.failure().reason() == ReadFailure.Reason.UNREACHABLE);
    return new Finding(
        CURRENT,
        State.FALSE,
        unreachable ? "Unreachable" : "Incomplete",
        proxy.map(words -> words + "; ").orElse("") + String.join("; ", causes(failing)));
  }

  private static List<String> firstOf(List<String> texts) {
    List<String> first = new ArrayList<>(texts.subList(0, Math.min(texts.size(), MOST_TOLD)));
    if (texts.size() > MOST_TOLD) {
      first.add("and %d more".formatted(texts.size() - MOST_TOLD));
    }
    return first;
  }

  /** A fault of the API server as a whole is reported once, not for each resource. */
  private static List<String> causes(List<WatchStatus.Failing> failing) {
    Map<Object, List<WatchStatus.Failing>> byCause =
        failing.stream()
            .collect(
                Collectors.groupingBy(
                    f -> f.failure().ofOneResource() ? f.failure() : f.failure().reason(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    return byCause.values().stream().map(ControlFindings::cause).toList();
  }

  private static String cause(List<WatchStatus.Failing> failing) {
    WatchStatus.Failing first =
        Collections.min(failing, Comparator.comparing(WatchStatus.Failing::since));
    Instant since = first.since().truncatedTo(ChronoUnit.SECONDS);
    String stale = failing.stream().allMatch(WatchStatus.Failing::known) ? ", stale" : "";
    return failing.size() == 1
        ? "%s (since %s%s)".formatted(first.failure(), since, stale)
        : "%s (%d resources since %s%s)"
            .formatted(first.failure().why(), failing.size(), since, stale);
  }

  private static boolean spared(WatchStatus.Failing failing) {
    ReadFailure failure = failing.failure();
    return failure.reason() == ReadFailure.Reason.NOT_INSTALLED
        && OPTIONAL.stream().anyMatch(failure.resource()::endsWith);
  }

  /** Whether all objects could be written; {@code unwritten} has the failures. */
  public static Finding written(List<String> unwritten) {
    return unwritten.isEmpty()
        ? new Finding("StatusWritten", State.TRUE, "Written", "objects say what is the case")
        : new Finding("StatusWritten", State.FALSE, "NotWritten", String.join("; ", unwritten));
  }

  /**
   * Whether all claims about peer regions are accepted.
   *
   * @param flaws invalid parts of Region objects, or empty
   * @param refusals what else is left out
   */
  public static Finding accepted(List<String> flaws, List<Refusal> refusals) {
    List<String> texts = new ArrayList<>(firstOf(flaws));
    texts.addAll(firstOf(refusals.stream().map(Refusal::toString).toList()));
    return texts.isEmpty()
        ? new Finding(ACCEPTED, State.TRUE, "Accepted", "all claims about regions accepted")
        : new Finding(
            ACCEPTED,
            State.FALSE,
            flaws.isEmpty() ? "Refused" : "Malformed",
            String.join("; ", texts));
  }

  /** Whether packets with pods' addresses pass between this node and its peers, if it has any. */
  public static Optional<Finding> paths(List<PeerRegion> peers, Function<String, PathState> paths) {
    if (peers.isEmpty()) {
      return Optional.empty();
    }
    Map<String, PathState> states = new TreeMap<>();
    peers.forEach(peer -> states.put(peer.name(), paths.apply(peer.name())));
    String words =
        states.entrySet().stream()
            .map(state -> "region %s: %s".formatted(state.getKey(), state.getValue().words()))
            .limit(MOST_TOLD)
            .collect(Collectors.joining("; "));
    Set<Verdict> verdicts =
        states.values().stream().map(PathState::verdict).collect(Collectors.toSet());
    Finding finding;
    if (verdicts.contains(Verdict.SILENT)) {
      finding = new Finding(PATHS, State.FALSE, "PathSilent", words);
    } else if (verdicts.contains(Verdict.SMALL_ONLY)) {
      finding = new Finding(PATHS, State.FALSE, "PathTooSmall", words);
    } else if (verdicts.equals(Set.of(Verdict.WORKS))) {
      finding = new Finding(PATHS, State.TRUE, "Probed", words);
    } else {
      finding = new Finding(PATHS, State.UNKNOWN, "NotProbed", words);
    }
    return Optional.of(finding);
  }

  /**
   * Whether there is an active gateway.
   *
   * @param problem what keeps this node from being elected
   */
  public static Finding elected(Leadership leadership, Optional<String> problem) {
    return leadership
        .active()
        .map(node ->
            new Finding("ActiveGateway", State.TRUE, "Elected", node + " is the active gateway"))
        .orElseGet(() ->
            new Finding(
                "ActiveGateway",
                State.FALSE,
                "Nobody",
                problem.orElse("no router node is fit, or none is heard")));
  }
}
