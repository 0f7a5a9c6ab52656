package io.regionbridge.router.diagnosis;

import io.regionbridge.router.diagnosis.ClusterFacts.Announced;
import io.regionbridge.router.diagnosis.ClusterFacts.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The router nodes, and what their bridges say of them. Pure. */
final class RouterChecks {
  private static final String ACTIVE = "Active";

  private final ClusterFacts facts;
  private final List<Check> checks = new ArrayList<>();

  private RouterChecks(ClusterFacts facts) {
    this.facts = facts;
  }

  static List<Check> of(ClusterFacts facts) {
    RouterChecks made = new RouterChecks(facts);
    facts.skipped("router nodes", "nodes").ifPresentOrElse(made.checks::add, made::checkNodes);
    facts
        .skipped("overlay addresses", "routernodes.region-bridge.io")
        .ifPresentOrElse(made.checks::add, made::checkAnnounced);
    return made.checks;
  }

  private void checkNodes() {
    String wanted = facts.release().routerLabel();
    String label = wanted.contains("=") ? wanted : wanted + "=";
    if (facts.routers().isEmpty()) {
      checks.add(
          Check.failure(
              "router nodes",
              "none of %d nodes carries %s".formatted(facts.nodes(), wanted),
              "kubectl label node NODE " + label));
      return;
    }
    List<String> down = facts.routers().stream().filter(r -> !r.ready()).map(Router::name).toList();
    int up = facts.routers().size() - down.size();
    if (up == 0) {
      checks.add(
          Check.failure(
              "router nodes", "none is Ready: " + String.join(", ", down), describe(down)));
    } else if (!down.isEmpty()) {
      checks.add(
          Check.warning("router nodes", "not Ready: " + String.join(", ", down), describe(down)));
    } else if (up == 1) {
      checks.add(
          Check.warning(
              "router nodes",
              "only %s; when it dies, so do all ways to other regions"
                  .formatted(facts.routers().getFirst().name()),
              "kubectl label node ANOTHER " + label));
    } else {
      checks.add(Check.ok("router nodes", up + " are Ready"));
    }
  }

  private static String describe(List<String> nodes) {
    return "kubectl describe node " + nodes.getFirst();
  }

  /** Each bridge writes of its own node, so this looks at all of them, not only at one. */
  private void checkAnnounced() {
    int before = checks.size();
    Map<String, List<String>> byAddress = new TreeMap<>();
    for (Announced router : facts.announced()) {
      router
          .overlayAddress()
          .ifPresentOrElse(
              address ->
                  byAddress.computeIfAbsent(address, _ -> new ArrayList<>()).add(router.name()),
              () ->
                  checks.add(
                      Check.warning(
                          "overlay addresses",
                          router.name() + " has none: no peer reaches its bridge",
                          "start the overlay's agent there, on the host network, or set"
                              + " overlay.interface; region-bridge doctor on that node")));
      for (String problem : router.problems()) {
        checks.add(
            Check.failure(
                "router node " + router.name(),
                problem,
                "kubectl describe routernode " + router.name()));
      }
    }
    byAddress.forEach((address, names) -> {
      if (names.size() > 1) {
        checks.add(
            Check.failure(
                "overlay addresses",
                "%s all have %s: answers go to one of them"
                    .formatted(String.join(", ", names), address),
                "give each its own, in the overlay or in overlay.nodes"));
      }
    });
    checkActive();
    if (checks.size() == before && !byAddress.isEmpty()) {
      checks.add(
          Check.ok(
              "overlay addresses",
              byAddress.entrySet().stream()
                  .map(entry -> entry.getValue().getFirst() + " " + entry.getKey())
                  .collect(Collectors.joining(", "))));
    }
  }

  private void checkActive() {
    List<String> active =
        facts.announced().stream()
            .filter(router -> router.role().equals(ACTIVE))
            .map(Announced::name)
            .toList();
    if (active.size() > 1) {
      checks.add(
          Check.warning(
              "active gateway",
              "%s all say that they are it; the holder of the Lease is"
                  .formatted(String.join(", ", active)),
              "kubectl get routernodes in a few seconds; if it stays so, restart the bridges that"
                  + " do not hold the Lease"));
    }
  }
}
