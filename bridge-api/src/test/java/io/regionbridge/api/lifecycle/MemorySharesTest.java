package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemorySharesTest {
  private static final long MIB = 1L << 20;
  private static final long HEAP = 192 * MIB;

  private Directory directory = Directory.EMPTY;
  private final Bounded replicas = new Bounded();
  private final Bounded cache = new Bounded();
  private final MemoryPlan plan = MemoryPlan.of(Configs.of(""), HEAP);
  private final MemoryShares shares =
      new MemoryShares(() -> Configs.of(""), () -> directory, replicas.part(), cache.part(), HEAP);

  /** Takes what it is told to. */
  private static final class Bounded {
    long limit = -1;
    long taken;

    MemoryShares.Part part() {
      return new MemoryShares.Part(octets -> limit = octets, () -> taken);
    }
  }

  private static Directory services(int count) {
    Directory services = Directory.EMPTY;
    for (int i = 0; i < count; i++) {
      ServiceFacts facts =
          new ServiceFacts(
              new ServiceKey("team", "s" + i),
              ServiceType.CLUSTER_IP,
              List.of(),
              List.of(),
              false,
              null,
              ExportAnnotation.NONE,
              ServiceTraits.NONE);
      services = services.with(new DirectoryService(facts, List.of()));
    }
    return services;
  }

  @Test
  void withASmallDirectoryEachPartMayTakeWhatIsConfigured() {
    shares.look();

    assertThat(replicas.limit).isEqualTo(48 * MIB);
    assertThat(cache.limit).isEqualTo(plan.cache(0));
    assertThat(shares.condition().status()).isEqualTo("True");
  }

  @Test
  void whatTheDirectoryTakesTheOthersMayTakeNoLonger() {
    directory = services(70_000);
    replicas.taken = MIB;
    shares.look();

    assertThat(replicas.limit).isEqualTo(plan.replicas(directory.octets())).isLessThan(48 * MIB);
    assertThat(cache.limit).isEqualTo(plan.cache(directory.octets() + MIB)).isLessThan(20 * MIB);
    assertThat(shares.shares())
        .extracting(share -> share.used())
        .containsExactly(directory.octets(), MIB, 0L);
  }

  @Test
  void aPartThatIsFullBeforeItHasWhatIsConfiguredIsTold() {
    directory = services(70_000);
    shares.look();
    assertThat(shares.condition().status()).as("nobody asks").isEqualTo("True");

    cache.taken = cache.limit;
    assertThat(shares.condition().reason()).isEqualTo("CacheReduced");

    replicas.taken = replicas.limit;
    assertThat(shares.condition().reason()).isEqualTo("ReplicasReduced");
    assertThat(shares.condition().message()).contains("of the 48 MiB that are configured");
  }
}
