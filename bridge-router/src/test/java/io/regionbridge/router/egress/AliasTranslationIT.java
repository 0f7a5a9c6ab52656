package io.regionbridge.router.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.testkit.NativeTool;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code nft} shows and changes what the translation does in the kernel. */
class AliasTranslationIT {
  private static final Cidr OWN = Cidr.of("10.42.0.0/16");
  private static final AliasRanges ALIASES =
      new AliasRanges(List.of(new AliasRange(OWN, Cidr.of("10.142.0.0/16"))));
  private static final String LIST = "nft list table ip region-bridge-alias";

  private final AliasTranslation translation = new AliasTranslation();

  /** Whatever others do to the table, it is as planned after the next look. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "nft delete table ip region-bridge-alias",
        "nft flush table ip region-bridge-alias",
        "nft flush chain ip region-bridge-alias departures",
        "nft insert rule ip region-bridge-alias arrivals counter drop",
        "nft add rule ip region-bridge-alias errors-in accept",
        "nft add table ip region-bridge-alias { flags dormant; }",
        "nft add chain ip region-bridge-alias arrivals { policy drop; }",
        "nft add chain ip region-bridge-alias departures { policy drop; }"
      })
  void isRestored(String change) {
    NativeTool.find("nft");
    try (Namespace node = Namespace.create()) {
      node.sh("nft add table ip theirs");
      assertThat(reconcile(node, "wt0", ALIASES).reason()).isEqualTo("InForce");
      String planned = node.sh(LIST);
      node.sh(change);
      assertThat(reconcile(node, "wt0", ALIASES).reason()).isEqualTo("InForce");
      assertThat(node.sh(LIST)).isEqualTo(planned);
      assertThat(look(node, Optional.of("wt0"), AliasRanges.NONE)).isEmpty();
      assertThat(node.sh("nft list tables").strip()).isEqualTo("table ip theirs");
    }
  }

  @Test
  void saysWhatKeepsPeersFromReachingPods() {
    NativeTool.find("nft");
    try (Namespace node = Namespace.create()) {
      assertThat(look(node, Optional.empty(), ALIASES))
          .hasValueSatisfying(finding -> assertThat(finding.reason()).isEqualTo("NoOverlay"));
      AliasRanges strange =
          new AliasRanges(
              List.of(new AliasRange(Cidr.of("10.99.0.0/16"), Cidr.of("10.199.0.0/16"))));
      assertThat(reconcile(node, "wt0", strange).reason()).isEqualTo("NotOwn");
      // As NetBird's agent has them on a routing peer.
      node.sh("nft add table ip netbird");
      node.sh("nft add chain ip netbird netbird-rt-fwd");
      node.sh("nft add rule ip netbird netbird-rt-fwd ct state established,related accept");
      assertThat(reconcile(node, "wt0", ALIASES).reason()).isEqualTo("Filtered");
      assertThat(reconcile(node, "rb0", ALIASES).reason()).isEqualTo("InForce");
    }
  }

  private Finding reconcile(Namespace node, String overlay, AliasRanges aliases) {
    return look(node, Optional.of(overlay), aliases).orElseThrow();
  }

  private Optional<Finding> look(Namespace node, Optional<String> overlay, AliasRanges aliases) {
    return node.call(() -> translation.reconcile(overlay, aliases, List.of(OWN)));
  }
}
