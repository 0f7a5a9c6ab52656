package io.regionbridge.router.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServerBlockTest {
  private static final String COREFILE =
      """
      # mn.internal:53 {
      (snippet) {
          errors
      }
      import /etc/coredns/custom/*.server
      .:53 {
          errors
          health {
             lameduck 5s
          }
          forward . /etc/resolv.conf {
             max_concurrent 1000
          }
          reload # looks every half minute
      }
      MN.internal., dns://10.52.0.0/16:53
      hel1.internal:5353 {
          forward . 10.0.0.1:1053 10.0.0.2:1053
          cache 30
      }
      """;

  @Test
  void readsZonesAsCoreDnsMeansThem() {
    assertThat(ServerBlock.in(COREFILE))
        .extracting(ServerBlock::zones)
        .containsExactly(
            List.of(".:53"), List.of("mn.internal:53", "10.52.0.0/16:53", "hel1.internal:5353"));
  }

  @Test
  void findsPluginsAndWhereABlockForwardsTo() {
    ServerBlock root = ServerBlock.in(COREFILE).getFirst();
    assertThat(root.has("reload")).isTrue();
    assertThat(root.has("cache")).isFalse();
    assertThat(root.forwards()).containsExactly(List.of("/etc/resolv.conf"));
    assertThat(ServerBlock.in(COREFILE).getLast().forwards())
        .containsExactly(List.of("10.0.0.1:1053", "10.0.0.2:1053"));
  }

  @Test
  void anEmptyBlockMayStandInOneLine() {
    assertThat(ServerBlock.in("a.example { }\nb.example:53 {\n}\n"))
        .extracting(ServerBlock::zones)
        .containsExactly(List.of("a.example:53"), List.of("b.example:53"));
  }

  @Test
  void aTextThatIsNoCorefileHasNoBlocks() {
    assertThat(ServerBlock.in("")).isEmpty();
    assertThat(ServerBlock.in("{}")).isEmpty();
    assertThat(ServerBlock.in("mn.internal:53 {\n forward . 10.0.0.1\n")).isEmpty();
  }
}
