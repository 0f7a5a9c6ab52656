package io.regionbridge.router.overlay;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.tunnel.TunnelProblem;
import io.regionbridge.router.tunnel.TunnelView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an operator should know of the overlay. Pure. */
final class OverlayConditions {
  /** Whether this node has an address on the overlay. */
  static final String UP = "OverlayUp";

  /** Whether the peers of its device can be read. */
  static final String OBSERVED = "TunnelObserved";

  private OverlayConditions() {}

  /**
   * The conditions of the overlay.
   *
   * @param tunnel its device
   * @param unobservable why there is no {@code tunnel}, if that is a fault
   * @param expected whether to report an interface that does not exist
   */
  static List<Finding> of(
      Optional<String> name,
      OverlayAddresses addresses,
      Optional<TunnelView> tunnel,
      Optional<String> unobservable,
      boolean expected) {
    List<Finding> conditions = new ArrayList<>(2);
    if (addresses.address().isPresent()) {
      conditions.add(
          Finding.yes(
              UP,
              "Up",
              "%s has %s".formatted(name.orElse(""), IpLiteral.format(addresses.address().get()))));
    } else if (tunnel.isPresent() || expected) {
      conditions.add(Finding.no(UP, "NoAddress", missing(name, tunnel)));
    }
    Finding observed = observed(tunnel, unobservable);
    if (observed != null) {
      conditions.add(observed);
    }
    return conditions;
  }

  private static String missing(Optional<String> name, Optional<TunnelView> tunnel) {
    if (tunnel.isPresent() && tunnel.get().link().isPresent()) {
      return "interface %s has no address, or is switched off"
          .formatted(tunnel.get().interfaceName());
    }
    return "there is no interface %s; start the overlay's agent, name its interface in"
            .formatted(name.orElse("wt0, tailscale0 or wg0"))
        + " overlay.interface, or set overlay.mode to none";
  }

  private static @Nullable Finding observed(
      Optional<TunnelView> tunnel, Optional<String> unobservable) {
    if (unobservable.isPresent()) {
      return Finding.no(OBSERVED, "NoNetlink", unobservable.get());
    }
    if (tunnel.isEmpty()) {
      return null;
    }
    TunnelView view = tunnel.get();
    if (view.device().isPresent()) {
      return Finding.yes(
          OBSERVED,
          "Readable",
          "%s: %d peers".formatted(view.interfaceName(), view.device().get().peers().size()));
    }
    if (view.problems().isEmpty()) {
      return null;
    }
    TunnelProblem problem = view.problems().getFirst();
    String reason =
        switch (problem.reason()) {
          case INTERFACE_MISSING -> "InterfaceMissing";
          case INTERFACE_DOWN -> "InterfaceDown";
          case NO_DRIVER -> "NoDriver";
          case NOT_PERMITTED -> "NotPermitted";
          case FAILED -> "Failed";
        };
    String needed = problem.missing().map(c -> "; this process would need " + c.name()).orElse("");
    return Finding.no(OBSERVED, reason, problem.message() + needed);
  }
}
