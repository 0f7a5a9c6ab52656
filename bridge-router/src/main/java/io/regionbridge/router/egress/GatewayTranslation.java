package io.regionbridge.router.egress;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.netlink.GatewayRule;
import io.regionbridge.router.netlink.GatewayTable;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's kernel at the {@link GatewayRules}. The rules stay when the process ends, since
 * pods go on. Owned by one thread.
 */
public final class GatewayTranslation {
  private static final Logger log = LoggerFactory.getLogger(GatewayTranslation.class);
  private static final String CONDITION = "GatewayTranslation";

  /** Whether it made or found any rules, so that it has to look for them. */
  private boolean present = true;

  /**
   * Compares the rules in the kernel and writes the difference. Returns whether pods can answer
   * other regions, if that needs rules.
   */
  public Optional<Finding> reconcile(List<GatewayRule> wanted) {
    if (wanted.isEmpty() && !present) {
      return Optional.empty();
    }
    try {
      replace(wanted);
      present = !wanted.isEmpty();
    } catch (ErrnoException e) {
      if (wanted.isEmpty()) {
        present = false; // a process that may not look has made none
        return Optional.empty();
      }
      return Optional.of(
          Finding.unknown(
              CONDITION,
              e.missingCapability().isPresent() ? "NotPermitted" : "Failed",
              "pods cannot answer other regions by this node unless the overlay's agent translates"
                  + " addresses: "
                  + e.getMessage()));
    }
    return wanted.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Finding.yes(
                CONDITION, "InForce", "nftables table " + GatewayTable.NAME + " is as planned"));
  }

  /** Removes all rules that bridges created on this node. */
  public static void cleanUp() throws ErrnoException {
    replace(List.of());
  }

  private static void replace(List<GatewayRule> wanted) throws ErrnoException {
    try (GatewayTable table = GatewayTable.open()) {
      Set<String> names = wanted.stream().map(Object::toString).collect(Collectors.toSet());
      if (!names.equals(new HashSet<>(table.rules()))) {
        table.replace(wanted);
        log.info("nftables table {}: {}", GatewayTable.NAME, wanted);
      }
    }
  }
}
