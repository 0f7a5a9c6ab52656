package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.directory.ExternalNames;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.settings.RegionSettings;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PeerRuleTest {
  private static final List<Cidr> RANGES = List.of(Cidr.of("10.1.0.0/16"), Cidr.of("10.2.0.0/16"));
  private static final IpAddress CLUSTER_IP = IpAddress.of("10.2.0.9");

  @Test
  void whatIsNotExportedIsNotGiven() {
    ExportRule rule = new ExportRule(RegionSettings.Export.ALL, Set.of("secret"));
    PeerRule given = new PeerRule(rule, rule(RegionSettings.ClusterIp.EXPAND), RANGES);
    assertThat(given.given(Directories.service("secret", "web", "10.1.0.1"))).isNull();
    assertThat(given.given(Directories.service("shop", "web", "10.1.0.1"))).isNotNull();
  }

  @Test
  void addressesOutsideTheRangesAreLeftOut() {
    PeerRule given = new PeerRule(ExportRule.ALL, rule(RegionSettings.ClusterIp.EXPAND), RANGES);
    assertThat(given.given(Directories.service("a", "web", "10.1.0.1", "192.0.2.1")))
        .isEqualTo(Directories.service("a", "web", "10.1.0.1"));
    DirectoryService own = Directories.service("a", "web", "10.1.0.1");
    assertThat(given.given(own)).isSameAs(own);
  }

  @Test
  void aClusterIpIsGivenWherePeersAreLedToIt() {
    DirectoryService web = Directories.service("a", "web", "10.1.0.1");
    DirectoryService withIp =
        new DirectoryService(web.facts().withClusterIps(List.of(CLUSTER_IP)), web.endpoints());
    PeerRule expand = new PeerRule(ExportRule.ALL, rule(RegionSettings.ClusterIp.EXPAND), RANGES);
    assertThat(expand.given(withIp)).isEqualTo(web);
    PeerRule keep = new PeerRule(ExportRule.ALL, rule(RegionSettings.ClusterIp.KEEP), RANGES);
    assertThat(keep.given(withIp)).isSameAs(withIp);
    PeerRule outside =
        new PeerRule(
            ExportRule.ALL, rule(RegionSettings.ClusterIp.KEEP), List.of(Cidr.of("10.1.0.0/16")));
    assertThat(outside.given(withIp)).isEqualTo(web);
    assertThat(outside.withheld(withIp)).containsExactly(CLUSTER_IP);
    PeerRule any =
        new PeerRule(
            ExportRule.ALL,
            rule(RegionSettings.ClusterIp.KEEP),
            List.of(Cidr.of("10.1.0.0/16")),
            true,
            AliasRanges.NONE,
            ExternalNames.AS_GIVEN);
    assertThat(any.given(withIp)).isSameAs(withIp);
    assertThat(any.withheld(withIp)).isEmpty();
  }

  @Test
  void addressesThatPeersAreLedToAndNotGivenAreNamed() {
    DirectoryService web = Directories.service("a", "web", "10.1.0.1", "192.168.7.1");
    PeerRule expand = new PeerRule(ExportRule.ALL, rule(RegionSettings.ClusterIp.EXPAND), RANGES);
    assertThat(expand.withheld(web)).hasToString("[192.168.7.1]");
    PeerRule unknown =
        new PeerRule(ExportRule.ALL, rule(RegionSettings.ClusterIp.EXPAND), List.of());
    assertThat(unknown.withheld(web)).isEmpty();
    PeerRule none =
        new PeerRule(
            new ExportRule(RegionSettings.Export.ANNOTATED, Set.of()),
            rule(RegionSettings.ClusterIp.EXPAND),
            RANGES);
    assertThat(none.withheld(web)).as("of a Service that is not exported").isEmpty();
  }

  @Test
  void addressesAreGivenUnderTheirAliasAndSortedByIt() {
    AliasRanges aliases =
        new AliasRanges(
            List.of(
                new AliasRange(Cidr.of("10.1.0.0/17"), Cidr.of("10.201.0.0/17")),
                new AliasRange(Cidr.of("10.1.128.0/17"), Cidr.of("10.200.0.0/17")),
                new AliasRange(Cidr.of("10.2.0.0/16"), Cidr.of("10.202.0.0/16"))));
    PeerRule given =
        new PeerRule(
            ExportRule.ALL,
            rule(RegionSettings.ClusterIp.KEEP),
            RANGES,
            false,
            aliases,
            ExternalNames.AS_GIVEN);
    // 192.0.2.1 is none of the region's own, and 10.201.0.7 is an alias already.
    DirectoryService web =
        Directories.service("a", "web", "10.1.0.1", "10.1.200.2", "10.201.0.7", "192.0.2.1");
    DirectoryService withIp =
        new DirectoryService(web.facts().withClusterIps(List.of(CLUSTER_IP)), web.endpoints());
    DirectoryService known = Objects.requireNonNull(given.given(withIp));
    assertThat(known.facts().clusterIps()).hasToString("[10.202.0.9]");
    assertThat(known.endpoints())
        .extracting(endpoint -> endpoint.address().toString())
        .containsExactly("10.200.72.2", "10.201.0.1");
    assertThat(given.withheld(web)).hasToString("[10.201.0.7, 192.0.2.1]");
    assertThat(given.unaliased().given(Directories.service("a", "web", "10.1.0.1")))
        .isEqualTo(Directories.service("a", "web", "10.1.0.1"));
  }

  @Test
  void theDirectoryThatPeersGetFollowsTheSourceAndTheRule() {
    Random random = new Random(7);
    PeerDirectory kept = new PeerDirectory();
    Directory source = Directories.of();
    for (int i = 0; i < 200; i++) {
      source = Directories.changed(source, random);
      PeerRule rule =
          new PeerRule(
              new ExportRule(RegionSettings.Export.ALL, i / 20 % 2 == 0 ? Set.of() : Set.of("n1")),
              rule(RegionSettings.ClusterIp.EXPAND),
              i / 30 % 2 == 0 ? RANGES : List.of(Cidr.of("10.1.0.0/24")));
      assertThat(Directories.content(kept.of(source, rule)))
          .isEqualTo(Directories.content(new PeerDirectory().of(source, rule)));
    }
  }

  private static ClusterIpRule rule(RegionSettings.ClusterIp mode) {
    return new ClusterIpRule(mode, true);
  }
}
