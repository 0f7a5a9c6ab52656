package io.regionbridge.router.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
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

  private static final String BLOCK = "mn.internal:53 {\n    errors\n}\n";

  @Test
  void theBlockGoesToTheEndBetweenMarksAndTheRestStays() {
    assertThat(CorefileEditor.with(KUBEADM, BLOCK))
        .contains(KUBEADM + CorefileEditor.BEGIN + "\n" + BLOCK + CorefileEditor.END + "\n");
  }

  @Test
  void writingTheSameAgainChangesNothing() {
    String once = CorefileEditor.with(KUBEADM, BLOCK).orElseThrow();
    assertThat(CorefileEditor.with(once, BLOCK)).contains(once);
  }

  @Test
  void anotherBlockTakesThePlaceOfTheOldOneWhereItIs() {
    String after = CorefileEditor.with(KUBEADM, BLOCK).orElseThrow() + "later.example { whoami }\n";
    String other = CorefileEditor.with(after, "x {\n}\n").orElseThrow();
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
    String once = CorefileEditor.with(KUBEADM, BLOCK).orElseThrow();
    assertThat(CorefileEditor.without(once)).contains(KUBEADM);
    assertThat(CorefileEditor.without(KUBEADM)).contains(KUBEADM);
  }

  @Test
  void anEditInsideTheMarksIsUndone() {
    String once = CorefileEditor.with(KUBEADM, BLOCK).orElseThrow();
    String edited = once.replace("mn.internal:53", "other:53");
    assertThat(CorefileEditor.with(edited, BLOCK)).contains(once);
  }

  @Test
  void brokenMarksAreLeftToAPerson() {
    String once = CorefileEditor.with(KUBEADM, BLOCK).orElseThrow();
    assertThat(CorefileEditor.with(once.replace(CorefileEditor.END, ""), BLOCK))
        .isEqualTo(Optional.empty());
    assertThat(CorefileEditor.with(once.replace(CorefileEditor.BEGIN, ""), BLOCK)).isEmpty();
    assertThat(CorefileEditor.with(once + once, BLOCK)).isEmpty();
    assertThat(CorefileEditor.without(once.replace(CorefileEditor.END, ""))).isEmpty();
  }

  @Test
  void aCorefileWithoutALastLineEndGetsOne() {
    assertThat(CorefileEditor.with(".:53 {\n}", BLOCK).orElseThrow())
        .startsWith(".:53 {\n}\n" + CorefileEditor.BEGIN);
  }
}
