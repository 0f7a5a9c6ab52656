package io.regionbridge.router.report;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.election.Leadership;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.path.PathState;
import io.regionbridge.router.path.PathState.Verdict;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the control plane finds of itself, as conditions. Pure. */
public final class ControlFindings {
  private static final String CURRENT = "APIServerCurrent";

  /** Groups of resources that a cluster need not have. */
  private static final List<String> OPTIONAL =
      List.of(".cilium.io", ".netbird.io", ".projectcalico.org", "servicecidrs.networking.k8s.io");

  /** Before anything was heard. */
  public static final Finding STARTING =
      new Finding(CURRENT, State.UNKNOWN, "Connecting", "the API server has not answered yet");

  /** The condition that says whether all that is said of peer regions is believed. */
  public static final String ACCEPTED = "RegionsAccepted";

  /** The condition that says whether pods' packets pass between this node and the peers. */
  private static final String PATHS = "PodPath";

  /** Told in one condition. */
  private static final int MOST_REFUSALS = 16;

  private ControlFindings() {}

  /**
   * Whether all that has to be watched is.
   *
   * @param proxy by which the API server is asked, and how to go without, in words
   */
  public static Finding watched(ClusterView view, Optional<String> proxy) {
    List<String> failing =
        view.failures().stream()
            .filter(failure -> !spared(failure))
            .map(f -> f.failure() + " (since " + f.since() + (f.known() ? ", stale)" : ")"))
            .toList();
    return failing.isEmpty()
        ? new Finding(CURRENT, State.TRUE, "Watching", "everything is watched")
        : new Finding(
            CURRENT,
            State.FALSE,
            "Incomplete",
            proxy.map(words -> words + "; ").orElse("") + String.join("; ", failing));
  }

  private static boolean spared(WatchStatus.Failing failing) {
    ReadFailure failure = failing.failure();
    return failure.reason() == ReadFailure.Reason.NOT_INSTALLED
        && OPTIONAL.stream().anyMatch(failure.resource()::endsWith);
  }

  /**
   * Whether objects say what is the case.
   *
   * @param unwritten what could not be written, and why
   */
  public static Finding written(List<String> unwritten) {
    return unwritten.isEmpty()
        ? new Finding("StatusWritten", State.TRUE, "Written", "objects say what is the case")
        : new Finding("StatusWritten", State.FALSE, "NotWritten", String.join("; ", unwritten));
  }

  /**
   * Whether all that is said of peer regions is believed.
   *
   * @param flaws what of Region objects makes no sense; empty if all does
   * @param refusals what else is left out
   */
  public static Finding accepted(String flaws, List<Refusal> refusals) {
    List<String> texts = new ArrayList<>();
    if (!flaws.isEmpty()) {
      texts.add(flaws);
    }
    refusals.stream().limit(MOST_REFUSALS).map(Refusal::toString).forEach(texts::add);
    if (refusals.size() > MOST_REFUSALS) {
      texts.add("and %d more".formatted(refusals.size() - MOST_REFUSALS));
    }
    return texts.isEmpty()
        ? new Finding(ACCEPTED, State.TRUE, "Accepted", "all claims about regions accepted")
        : new Finding(
            ACCEPTED,
            State.FALSE,
            flaws.isEmpty() ? "Refused" : "Malformed",
            String.join("; ", texts));
  }

  /**
   * Whether packets with pods' addresses pass between this node and the peers.
   *
   * @return empty without peers
   */
  public static Optional<Finding> paths(List<PeerRegion> peers, Function<String, PathState> paths) {
    if (peers.isEmpty()) {
      return Optional.empty();
    }
    Map<String, PathState> states = new TreeMap<>();
    peers.forEach(peer -> states.put(peer.name(), paths.apply(peer.name())));
    String words =
        states.entrySet().stream()
            .map(state -> "region %s: %s".formatted(state.getKey(), state.getValue().words()))
            .limit(MOST_REFUSALS)
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
   * @param problem what keeps this node from being elected, if anything does
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
