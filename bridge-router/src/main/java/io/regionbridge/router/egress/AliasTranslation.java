package io.regionbridge.router.egress;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.AliasTable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the translation rules of this node's kernel equal to the region's {@link AliasRanges}.
 * Every router node has them: the packets of a connection may arrive at one and leave by another,
 * as they do while another gateway becomes active. The rules stay when the process ends, since
 * connections of pods continue. Owned by one thread.
 */
public final class AliasTranslation {
  private static final Logger log = LoggerFactory.getLogger(AliasTranslation.class);
  private static final String CONDITION = "AliasTranslation";

  /**
   * The table in which NetBird's agent compares the destination of what it forwards from its
   * interface with the network resources of access policies, and drops the rest. It does so after
   * the translation.
   */
  private static final String NETBIRD_TABLE = "netbird";

  private static final String NETBIRD_INTERFACE = "wt0";

  /** Whether there may be rules to update or remove. */
  private boolean present = true;

  /**
   * Compares the rules in the kernel with the aliases and writes the difference. Returns whether
   * peers reach the region by its aliases, if it has any.
   *
   * @param overlay the overlay's interface; empty: the rules stay as they are
   * @param own the region's own ranges, as far as they are known
   */
  public Optional<Finding> reconcile(
      Optional<String> overlay, AliasRanges aliases, List<Cidr> own) {
    if (aliases.isEmpty() && !present) {
      return Optional.empty();
    }
    if (overlay.isEmpty() && !aliases.isEmpty()) {
      return Optional.of(
          Finding.unknown(
              CONDITION,
              "NoOverlay",
              "no interface of the overlay is here, so no packet is translated by this node"));
    }
    boolean filtered;
    try (AliasTable table = AliasTable.open()) {
      replace(table, overlay.orElse(""), aliases);
      present = !aliases.isEmpty();
      filtered =
          overlay.filter(NETBIRD_INTERFACE::equals).isPresent() && table.hasRules(NETBIRD_TABLE);
    } catch (ErrnoException e) {
      if (aliases.isEmpty()) {
        present = false; // a process that may not look has made none
        return Optional.empty();
      }
      return Optional.of(
          Finding.no(
              CONDITION,
              e.missingCapability().isPresent() ? "NotPermitted" : "Failed",
              "packets between the aliases and the region's own addresses are not translated by"
                  + " this node: "
                  + e.getMessage()));
    }
    return aliases.isEmpty() ? Optional.empty() : Optional.of(found(aliases, own, filtered));
  }

  private static Finding found(AliasRanges aliases, List<Cidr> own, boolean filtered) {
    List<AliasRange> strange =
        aliases.ranges().stream()
            .filter(range -> own.stream().noneMatch(range.range()::overlaps))
            .toList();
    if (!own.isEmpty() && !strange.isEmpty()) {
      return Finding.no(
          CONDITION,
          "NotOwn",
          "%s: the region has %s"
              .formatted(
                  strange.stream()
                      .map(range -> range.range() + " is none of this region's ranges")
                      .collect(Collectors.joining(", ")),
                  own.stream().map(Cidr::toString).collect(Collectors.joining(", "))));
    }
    if (filtered) {
      return Finding.unknown(
          CONDITION,
          "Filtered",
          "NetBird's agent drops new connections from peers unless a network resource contains the"
              + " own range: it filters after the translation, where a resource of the alias does"
              + " not match (nftables table netbird)");
    }
    return Finding.yes(
        CONDITION,
        "InForce",
        "nftables table %s: %s"
            .formatted(
                AliasTable.NAME,
                aliases.ranges().stream()
                    .map(AliasRange::toString)
                    .collect(Collectors.joining("; "))));
  }

  /** Removes all rules that a bridge created on this node. */
  public static void cleanUp() throws ErrnoException {
    try (AliasTable table = AliasTable.open()) {
      replace(table, "", AliasRanges.NONE);
    }
  }

  private static void replace(AliasTable table, String overlay, AliasRanges aliases)
      throws ErrnoException {
    if (!AliasTable.expected(overlay, aliases).equals(table.rules())) {
      table.replace(overlay, aliases);
      log.info("nftables table {}: {} by {}", AliasTable.NAME, aliases.ranges(), overlay);
    }
  }
}
