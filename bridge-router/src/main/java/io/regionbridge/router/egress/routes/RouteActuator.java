package io.regionbridge.router.egress.routes;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.NatExemption;
import io.regionbridge.router.netlink.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a node's kernel what a plan says: observe, compare, apply. With all as planned it only
 * looks. What keeps source addresses is there before the first packet takes a new route. Used by
 * one thread.
 */
final class RouteActuator {
  private static final Logger log = LoggerFactory.getLogger(RouteActuator.class);

  private final LinuxRouteHost host;

  RouteActuator(LinuxRouteHost host) {
    this.host = host;
  }

  /** Something to do with the kernel. */
  @FunctionalInterface
  private interface Step {
    void take() throws IOException;
  }

  /**
   * Carries a plan out. A step that fails does not stop the others. Returns one sentence for each
   * failure.
   */
  List<String> actuate(RoutePlan plan) {
    List<String> problems = new ArrayList<>(plan.problems());
    attempt(problems, () -> exempt(plan.exemptions()));
    attempt(problems, () -> host.filterVxlan(plan.senders()));
    plan.vxlan().ifPresent(own -> attempt(problems, () -> host.addVxlan(own)));
    attempt(problems, () -> setRoutes(plan.routes(), problems));
    attempt(problems, () -> host.detour(plan.detours(), plan.rules()));
    if (plan.vxlan().isEmpty()) {
      attempt(problems, host::removeVxlan);
    }
    return problems;
  }

  private void exempt(List<NatExemption> exemptions) throws IOException {
    Set<String> wanted = new HashSet<>();
    exemptions.forEach(exemption -> wanted.add(exemption.toString()));
    if (!wanted.equals(new HashSet<>(host.exempt()))) {
      host.exempt(exemptions);
      log.info("source addresses are kept: {}", exemptions);
    }
  }

  private void setRoutes(Map<Cidr, NextHop> wanted, List<String> problems) throws IOException {
    Map<Cidr, Route> present = new HashMap<>();
    host.routes().forEach(route -> present.put(route.destination(), route));
    wanted.forEach(
        (destination, hop) -> attempt(problems, () -> setRoute(destination, hop, present)));
    for (Route route : present.values()) {
      if (!wanted.containsKey(route.destination())) {
        attempt(
            problems,
            () -> {
              host.delete(route);
              log.info("route to {} is gone", route.destination());
            });
      }
    }
  }

  private void setRoute(Cidr destination, NextHop hop, Map<Cidr, Route> present)
      throws IOException {
    Route route = host.route(destination, hop);
    Route before = present.get(destination);
    if (route.equals(before)) {
      return;
    }
    if (before != null) {
      host.replace(route);
    } else {
      try {
        host.add(route);
      } catch (ErrnoException e) {
        if (e.errno().equals(Errno.EEXIST)) {
          throw new IOException(
              "there is another route to %s, which is not ours: it stays".formatted(destination),
              e);
        }
        throw e;
      }
    }
    log.info("route to {}: {}", destination, hop);
  }

  private static void attempt(List<String> problems, Step step) {
    try {
      step.take();
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  /** Takes everything away that an agent ever made. */
  List<String> cleanUp() {
    return actuate(RoutePlan.EMPTY);
  }
}
