package io.regionbridge.router.egress;

import io.regionbridge.router.egress.EgressPlan.RegionEgress;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.path.PathState;
import io.regionbridge.router.settings.RegionSettings;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The state of egress, for conditions, status and metrics. Compared by value.
 *
 * @param regions one entry for each region that is known or has a policy, by name
 */
public record EgressReport(RegionSettings.Engine engine, List<Region> regions) {
  /** Nothing is known yet. */
  public static final EgressReport EMPTY = new EgressReport(RegionSettings.Engine.NONE, List.of());

  /** The condition of a Region that says how its egress stands. */
  public static final String CONDITION = "EgressReady";

  public EgressReport {
    regions = List.copyOf(regions);
  }

  /** The progress of egress to a region. */
  public enum State {
    /** All that may be sent to the region leaves by the active gateway. */
    APPLIED,
    /** Something else does as well: whose way it goes is not for us to say. */
    CONTESTED,
    /** As planned, but packets with pods' addresses do not come back. */
    SILENT,
    /** Being written. */
    PENDING,
    /** Cannot be written. */
    BLOCKED,
    /** Nothing may be sent there. */
    REFUSED,
    /** Nobody is to see to it. */
    DISABLED
  }

  /**
   * One region's egress.
   *
   * @param reason one word in CamelCase
   * @param message one sentence with a remedy
   * @param node that it leaves by, if any, with {@code interfaceName}
   * @param refusals what may not be sent there
   * @param foreign policies of others that catch some of it
   */
  public record Region(
      String name,
      State state,
      String reason,
      String message,
      List<Cidr> destinations,
      Optional<String> node,
      Optional<String> interfaceName,
      List<RefusedRange> refusals,
      List<String> foreign) {
    /** The reason while there is no active gateway. */
    public static final String NO_GATEWAY = "NoActiveGateway";

    /** The same in words. */
    public static final String NO_GATEWAY_MESSAGE =
        "no router node is the active gateway: what was written stays";

    public Region {
      destinations = List.copyOf(destinations);
      refusals = List.copyOf(refusals);
      foreign = List.copyOf(foreign);
    }

    /** A region to which nothing may be sent. */
    public static Region refused(RegionEgress egress) {
      boolean unknown = egress.refusals().isEmpty();
      return new Region(
          egress.region(),
          State.REFUSED,
          unknown ? "NoRange" : egress.refusals().getFirst().reason().word(),
          unknown
              ? "no pod range of region %s is known: set spec.podCIDRs".formatted(egress.region())
              : egress.refusals().stream().map(Object::toString).collect(Collectors.joining(", ")),
          egress.destinations(),
          Optional.empty(),
          Optional.empty(),
          egress.refusals(),
          List.of());
    }

    /** The same in another state. */
    public Region with(State other, String why, String words) {
      return new Region(
          name, other, why, words, destinations, node, interfaceName, refusals, foreign);
    }
  }

  /** The entry of a region. */
  public Optional<Region> region(String name) {
    return regions.stream().filter(r -> r.name().equals(name)).findFirst();
  }

  /** The condition of a Region. */
  public Optional<Finding> finding(String name) {
    return region(name)
        .map(region ->
            new Finding(
                CONDITION,
                switch (region.state()) {
                  case APPLIED -> Conditions.State.TRUE;
                  case CONTESTED, PENDING, DISABLED -> Conditions.State.UNKNOWN;
                  case SILENT, BLOCKED, REFUSED -> Conditions.State.FALSE;
                },
                region.reason(),
                region.message()));
  }

  /** The same with what probes of the pods' paths say of what is applied. */
  public EgressReport probed(Function<String, PathState> paths) {
    return new EgressReport(engine, regions.stream().map(region -> probed(region, paths)).toList());
  }

  private static Region probed(Region region, Function<String, PathState> paths) {
    if (region.state() != State.APPLIED) {
      return region;
    }
    PathState path = paths.apply(region.name());
    String words = region.message() + "; " + path.words();
    return switch (path.verdict()) {
      case SILENT -> region.with(State.SILENT, "PathSilent", words);
      case SMALL_ONLY -> region.with(State.SILENT, "PathTooSmall", words);
      case WORKS, PENDING, NOT_PROBED -> region.with(State.APPLIED, region.reason(), words);
    };
  }

  /** How many regions are in each state; every state is there. */
  public Map<State, Long> counts() {
    Map<State, Long> counts = new EnumMap<>(State.class);
    for (State state : State.values()) {
      counts.put(state, regions.stream().filter(r -> r.state() == state).count());
    }
    return counts;
  }
}
