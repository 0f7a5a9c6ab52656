package io.regionbridge.api.status;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Folds faults that have one cause into one fault, so that the first line of a list is the cause:
 * gateways and tunnels of a region that is unreachable, many unreachable regions, all regions when
 * this node's own overlay is down, and whatever needs an API server that does not answer or a right
 * that is missing. Pure.
 */
final class FaultCauses {
  /** As many unreachable regions are one fault. */
  private static final int MANY = 3;

  /** Regions that one fault names in its message; the others are in its details. */
  private static final int MOST_NAMED = 6;

  private static final String DNS_REACHABLE = ConditionType.DNS_REACHABLE.text();
  private static final String OVERLAY_UP = ConditionType.OVERLAY_UP.text();
  private static final String API_SERVER_CURRENT = ConditionType.API_SERVER_CURRENT.text();
  private static final String RIGHTS_GRANTED = ConditionType.RIGHTS_GRANTED.text();
  private static final String CIDR_CONFLICT = ConditionType.CIDR_CONFLICT.text();
  private static final String EGRESS = "egress";

  /** A word of each fault that follows from a missing right. */
  private static final String FORBIDDEN = "forbidden";

  /** What cannot be as it should while the API server does not answer. */
  private static final Set<String> NEED_API_SERVER =
      Set.of(
          "bridge",
          ConditionType.DIRECTORY_LOADED.text(),
          ConditionType.ACTIVE_GATEWAY.text(),
          ConditionType.CORE_DNS_CONFIGURED.text(),
          ConditionType.MULTI_CLUSTER_SERVICES.text(),
          ConditionType.NET_BIRD_HOST_NETWORK.text(),
          ConditionType.RIGHTS_GRANTED.text(),
          ConditionType.STATUS_WRITTEN.text());

  /** What follows from a region that is unreachable. */
  private static final Set<String> EFFECTS =
      Set.of(
          "gateway",
          "tunnel",
          ConditionType.TUNNEL_UP.text(),
          ConditionType.REPLICATED.text(),
          ConditionType.READY.text());

  private FaultCauses() {}

  /**
   * Folds faults.
   *
   * @param regions number of known peer regions
   * @param apiServerAway whether the API server does not answer at all
   */
  static List<Fault> fold(List<Fault> faults, int regions, boolean apiServerAway) {
    List<Fault> left = faults;
    if (apiServerAway) {
      left =
          attached(
              left,
              API_SERVER_CURRENT,
              (_, fault) ->
                  NEED_API_SERVER.contains(fault.about())
                      || fault.about().equals(EGRESS) && fault.message().contains("API server"));
    }
    left =
        attached(
            left,
            RIGHTS_GRANTED,
            (_, fault) -> fault.region().isEmpty() && fault.message().contains(FORBIDDEN));
    left = attached(left, CIDR_CONFLICT, (cause, fault) -> isEgress(fault, cause.region()));
    return joinedByReason(unreachable(left, regions), regions);
  }

  /** Puts the faults that follow from one of another type into its details. */
  private static List<Fault> attached(
      List<Fault> faults, String cause, BiPredicate<Fault, Fault> follows) {
    IdentityHashMap<Fault, List<String>> effects = new IdentityHashMap<>();
    List<Fault> causes =
        faults.stream().filter(fault -> fault.about().equals(cause) && fault.failure()).toList();
    List<Fault> kept = new ArrayList<>();
    for (Fault fault : faults) {
      Optional<Fault> its =
          fault.about().equals(cause)
              ? Optional.empty()
              : causes.stream().filter(each -> follows.test(each, fault)).findFirst();
      if (its.isPresent()) {
        List<String> details = effects.computeIfAbsent(its.get(), _ -> new ArrayList<>());
        details.add(fault.message());
        details.addAll(fault.details());
      } else {
        kept.add(fault);
      }
    }
    return kept.stream()
        .map(fault -> effects.containsKey(fault) ? fault.withMore(effects.get(fault)) : fault)
        .toList();
  }

  private static boolean isEgress(Fault fault, String region) {
    return fault.region().equals(region)
        && !region.isEmpty()
        && (fault.about().equals(EGRESS) || fault.about().equals(ConditionType.READY.text()));
  }

  /** One cause that shows at several regions: traffic to them does not leave, for one reason. */
  private static List<Fault> joinedByReason(List<Fault> faults, int regions) {
    Map<String, List<Fault>> byReason = new LinkedHashMap<>();
    for (Fault fault : faults) {
      if (fault.about().equals(EGRESS) && fault.failure()) {
        byReason.computeIfAbsent(reason(fault), _ -> new ArrayList<>()).add(fault);
      }
    }
    List<Fault> joined = new ArrayList<>();
    for (Fault fault : faults) {
      List<Fault> alike = byReason.getOrDefault(reason(fault), List.of());
      if (alike.size() < 2 || !alike.contains(fault)) {
        joined.add(fault);
      } else if (alike.getFirst().equals(fault)) {
        joined.add(
            new Fault(
                Fault.FAILURE,
                EGRESS,
                "",
                "to %d of %d regions %s".formatted(alike.size(), regions, reason(fault)),
                earliest(alike),
                fault.remedy(),
                messages(alike)));
      }
    }
    return joined;
  }

  /** The message without the name of the region. */
  private static String reason(Fault fault) {
    String named = "to region " + fault.region() + " ";
    return fault.message().startsWith(named)
        ? fault.message().substring(named.length())
        : fault.message();
  }

  private static List<Fault> unreachable(List<Fault> faults, int regions) {
    Map<String, List<Fault>> effects = new LinkedHashMap<>();
    for (Fault fault : faults) {
      if (isUnreachable(fault)) {
        effects.put(fault.region(), new ArrayList<>());
      }
    }
    List<Fault> rest = new ArrayList<>();
    List<Fault> unreachable = new ArrayList<>();
    int place = 0; // of the first that is unreachable, among the rest
    for (Fault fault : faults) {
      if (isUnreachable(fault)) {
        place = unreachable.isEmpty() ? rest.size() : place;
        unreachable.add(fault);
      } else if (EFFECTS.contains(fault.about()) && effects.containsKey(fault.region())) {
        effects.get(fault.region()).add(fault);
      } else {
        rest.add(fault);
      }
    }
    List<Fault> causes =
        unreachable.stream()
            .map(fault -> withEffects(fault, effects.getOrDefault(fault.region(), List.of())))
            .toList();
    insert(causes, rest, place, regions);
    return rest;
  }

  private static boolean isUnreachable(Fault fault) {
    return fault.about().equals(DNS_REACHABLE) && fault.failure() && !fault.region().isEmpty();
  }

  /** A tunnel that is down explains why no gateway answers, so it is the cause. */
  @SuppressWarnings("ReferenceEquality") // this fault, not one like it
  private static Fault withEffects(Fault fault, List<Fault> effects) {
    Fault cause =
        effects.stream()
            .filter(effect -> effect.about().equals("tunnel") && effect.failure())
            .findFirst()
            .orElse(fault);
    List<String> details = new ArrayList<>();
    if (cause != fault) {
      details.add(fault.message());
    }
    effects.stream().filter(effect -> effect != cause).map(Fault::message).forEach(details::add);
    return cause.withDetails(details);
  }

  /** Puts the causes, joined where they have one, at their place among the rest. */
  private static void insert(List<Fault> causes, List<Fault> rest, int place, int regions) {
    boolean all = causes.size() > 1 && causes.size() == regions;
    @Nullable Fault overlay =
        rest.stream()
            .filter(fault -> fault.about().equals(OVERLAY_UP) && fault.failure())
            .findFirst()
            .orElse(null);
    if (overlay != null && causes.size() == regions && regions > 0) {
      rest.set(rest.indexOf(overlay), overlay.withDetails(messages(causes)));
    } else if (all) {
      rest.add(
          place,
          new Fault(
              Fault.FAILURE,
              "overlay",
              "",
              "none of the %d regions is reachable: this node's overlay or network is down"
                  .formatted(regions),
              earliest(causes),
              "region-bridge doctor on this node; is the overlay's agent running, is its interface"
                  + " up?",
              messages(causes)));
    } else if (causes.size() >= MANY) {
      List<String> names = causes.stream().map(Fault::region).toList();
      String shown = String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())));
      rest.add(
          place,
          new Fault(
              Fault.FAILURE,
              DNS_REACHABLE,
              "",
              "%d of %d regions are unreachable: %s%s"
                  .formatted(
                      causes.size(),
                      regions,
                      shown,
                      names.size() > MOST_NAMED
                          ? " and %d more".formatted(names.size() - MOST_NAMED)
                          : ""),
              earliest(causes),
              "region-bridge verify REGION; what do these regions have in common?",
              messages(causes)));
    } else {
      rest.addAll(place, causes);
    }
  }

  private static List<String> messages(List<Fault> causes) {
    List<String> messages = new ArrayList<>();
    for (Fault cause : causes) {
      messages.add(cause.message());
      messages.addAll(cause.details());
    }
    return messages;
  }

  private static @Nullable String earliest(List<Fault> faults) {
    return faults.stream()
        .map(Fault::since)
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }
}
