package io.regionbridge.router.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class CorefileEditorTest {
  private static final String KUBEADM =
      """
      .:53 {
          errors
          # somebody's comment
          kubernetes cluster.local in-addr.arpa ip6.arpa {
             pods insecure
          }
          forward . /etc/resolv.conf
      }
      """;

  private static final String BLOCK = block("mn.internal");
  private static final String OTHER = block("hel1.internal");

  private static String block(String zone) {
    return ServerBlocks.text(
        List.of(new ForwardedZones(List.of(zone))),
        "53",
        List.of(new InetSocketAddress("192.0.2.1", 1053)));
  }

  @Test
  void theBlockGoesToTheEndBetweenMarksAndTheRestStays() {
    assertThat(CorefileEditor.with(KUBEADM, BLOCK))
        .isEqualTo(KUBEADM + CorefileEditor.BEGIN + "\n" + BLOCK + CorefileEditor.END + "\n");
  }

  @Test
  void writingTheSameAgainChangesNothing() {
    String once = CorefileEditor.with(KUBEADM, BLOCK);
    assertThat(CorefileEditor.with(once, BLOCK)).isEqualTo(once);
  }

  @Test
  void anotherBlockTakesThePlaceOfTheOldOneWhereItIs() {
    String after = CorefileEditor.with(KUBEADM, BLOCK) + "later.example { whoami }\n";
    String other = CorefileEditor.with(after, "x {\n}\n");
    assertThat(other)
        .isEqualTo(
            KUBEADM
                + CorefileEditor.BEGIN
                + "\nx {\n}\n"
                + CorefileEditor.END
                + "\nlater.example { whoami }\n");
  }

  @Test
  void takenOutNothingIsLeft() {
    String once = CorefileEditor.with(KUBEADM, BLOCK);
    assertThat(CorefileEditor.without(once)).isEqualTo(KUBEADM);
    assertThat(CorefileEditor.without(KUBEADM)).isEqualTo(KUBEADM);
  }

  @Test
  void anEditInsideTheMarksIsUndone() {
    String once = CorefileEditor.with(KUBEADM, BLOCK);
    String edited = once.replace("mn.internal:53", "other:53");
    assertThat(CorefileEditor.with(edited, BLOCK)).isEqualTo(once);
  }

  /** A block says itself whose it is; a mark alone is a comment. */
  @Test
  void marksThatDoNotMatchAreNoObstacle() {
    String once = CorefileEditor.with(KUBEADM, BLOCK);
    for (String broken :
        List.of(
            once.replace(CorefileEditor.END + "\n", ""),
            once.replace(CorefileEditor.BEGIN + "\n", ""),
            once + once.substring(KUBEADM.length()),
            once.replaceAll("(?m)^# (BEGIN|END).*\n", ""))) {
      assertThat(CorefileEditor.without(broken)).isEqualTo(KUBEADM);
      assertThat(CorefileEditor.with(broken, OTHER)).isEqualTo(CorefileEditor.with(KUBEADM, OTHER));
    }
  }

  @Test
  void somebodyElsesBlockBehindALoneMarkStays() {
    String theirs = "corp.example {\n    forward . 192.0.2.53\n}\n";
    assertThat(CorefileEditor.without(KUBEADM + CorefileEditor.BEGIN + "\n" + theirs))
        .isEqualTo(KUBEADM + theirs);
  }

  @Test
  void otherSpaceAndCommentsAreNoDifference() {
    String once = CorefileEditor.with(KUBEADM, BLOCK);
    String respaced = once.replace("        max_fails", "\tmax_fails");
    assertThat(CorefileEditor.with(respaced, BLOCK)).isEqualTo(respaced);
  }

  @Test
  void aLargeCorefileIsReadWithoutRecursion() {
    String large = CorefileEditor.with(KUBEADM, BLOCK.repeat(2_000));
    assertThat(CorefileEditor.without(large)).isEqualTo(KUBEADM);
  }

  @Test
  void aCorefileWithoutALastLineEndGetsOne() {
    assertThat(CorefileEditor.with(".:53 {\n}", BLOCK))
        .startsWith(".:53 {\n}\n" + CorefileEditor.BEGIN);
  }
}
