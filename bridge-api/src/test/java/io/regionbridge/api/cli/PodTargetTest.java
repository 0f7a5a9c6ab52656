package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PodTargetTest {
  @Test
  void asksTheFirstThatIsReadyOrTheOneThatIsNamed() {
    List<Pod> pods = List.of(pod("c", true), pod("b", true), pod("a", false));
    assertThat(PodTarget.choose(pods, Optional.empty(), "ns").getMetadata().getName())
        .isEqualTo("b");
    assertThat(PodTarget.choose(pods, Optional.of("a"), "ns").getMetadata().getName())
        .isEqualTo("a");
  }

  @Test
  void saysWhichThereAreWhenNoneWillDo() {
    assertThatThrownBy(() -> PodTarget.choose(List.of(), Optional.empty(), "ns"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("namespace ns has no pods labelled");
    List<Pod> pods = List.of(pod("b", false), pod("a", false));
    assertThatThrownBy(() -> PodTarget.choose(pods, Optional.empty(), "ns"))
        .hasMessageContaining("none of the bridges in namespace ns is ready: a, b; name one");
    assertThatThrownBy(() -> PodTarget.choose(pods, Optional.of("x"), "ns"))
        .hasMessageContaining("no bridge in a pod x; it has a, b");
  }

  @Test
  void findsThePortByItsName() {
    assertThat(PodTarget.port(pod("a", true))).isEqualTo(9053);
  }

  @Test
  void namesTheContextsThatThereAre() {
    StringWriter err = new StringWriter();
    Terminal terminal = new Terminal(new PrintWriter(err), new PrintWriter(err), Map.of());
    int code = Main.run(terminal, List.of("status", "--context", "nowhere"));
    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("the kubeconfig has no context \"nowhere\"; it has ");
  }

  @Test
  void refusesTwoTargetsAtOnce() {
    StringWriter err = new StringWriter();
    Terminal terminal = new Terminal(new PrintWriter(err), new PrintWriter(err), Map.of());
    int code = Main.run(terminal, List.of("status", "-n", "a", "--url", "http://127.0.0.1:1"));
    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("give one");
  }

  private static Pod pod(String name, boolean ready) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .addNewPort()
        .withName("dns")
        .withContainerPort(1053)
        .endPort()
        .addNewPort()
        .withName("http")
        .withContainerPort(9053)
        .endPort()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready ? "True" : "False")
        .endCondition()
        .endStatus()
        .build();
  }
}
