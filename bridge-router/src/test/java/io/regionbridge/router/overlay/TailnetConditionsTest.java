package io.regionbridge.router.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.tunnel.TunnelView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TailnetConditionsTest {
  private static final Tailnet.Node SELF = Tailnets.node("mn-1", true, "", "10.42.0.0/16");

  /** What another node offers, what the device routes to it, and what is said of it. */
  @ParameterizedTest
  @CsvSource({
    "true, 10.52.0.0/16, 10.52.0.0/16, TRUE, Routed",
    "true, 10.52.0.0/16, '', FALSE, RoutesNotAccepted",
    "true, 10.52.0.0/16 10.53.0.0/16, 10.53.0.0/16, TRUE, Routed",
    "true, 10.42.0.0/16, '', TRUE, Routed",
    "false, 10.52.0.0/16, '', TRUE, Routed",
    "true, '', '', TRUE, Routed",
  })
  void routesOfOthersHaveToBeAccepted(
      boolean online, String offered, String accepted, State state, String reason) {
    Tailnet tailnet =
        Tailnets.running(
            SELF, Map.of(Tailnets.key(1), Tailnets.node("fsn-1", online, offered, offered)));
    assertThat(routes(tailnet, accepted, false))
        .returns(state, Finding::state)
        .returns(reason, Finding::reason);
  }

  @Test
  void anActiveGatewayThatIsNotThePrimaryIsNamed() {
    Tailnet tailnet =
        Tailnets.running(
            Tailnets.node("mn-2", true, "", ""),
            Map.of(Tailnets.key(1), Tailnets.node("mn-1", true, "10.42.0.0/16", "10.42.0.0/16")));
    assertThat(routes(tailnet, "", true))
        .returns("PrimaryElsewhere", Finding::reason)
        .satisfies(finding -> assertThat(finding.message()).contains("mn-1"));
    assertThat(routes(tailnet, "", false).state()).isEqualTo(State.TRUE);
    assertThat(tailnet.primaryElsewhere(Cidr.of("10.42.0.0/16"))).isPresent();
    assertThat(tailnet.primaryElsewhere(Cidr.of("10.52.0.0/16"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"8, TRUE, Running", "6, FALSE, KeyExpires", "-1, FALSE, KeyExpires"})
  void aKeyThatExpiresIsToldInTime(int days, State state, String reason) {
    Tailnet tailnet =
        Tailnets.running(
            Tailnets.expiring(SELF, Tailnets.NOW.plus(Duration.ofDays(days))), Map.of());
    assertThat(agent(tailnet)).returns(state, Finding::state).returns(reason, Finding::reason);
  }

  @Test
  void anAgentThatIsNotConnectedAndOneThatWarnsAreTold() {
    Tailnet out = new Tailnet("NeedsLogin", List.of(), Optional.empty(), Map.of());
    assertThat(agent(out)).returns(State.FALSE, Finding::state);
    assertThat(agent(out).reason()).isEqualTo("NeedsLogin");
    Tailnet odd = new Tailnet("a b", List.of(), Optional.empty(), Map.of());
    assertThat(agent(odd).reason()).isEqualTo("NotRunning");
    Tailnet unwell = new Tailnet(Tailnet.RUNNING, List.of("no relay"), Optional.of(SELF), Map.of());
    assertThat(agent(unwell)).returns(State.UNKNOWN, Finding::state);
    assertThat(agent(unwell).message()).isEqualTo("no relay");
  }

  @Test
  void podsInTheRangeThatTailscaledTakesForItsOwnAreTold() {
    TunnelView view = Tailnets.view(Optional.empty(), Tailnets.peer(1, ""));
    assertThat(
            TailnetConditions.of(
                    Tailnets.running(SELF, Map.of()),
                    view.device().orElseThrow(),
                    view.at(),
                    Tailnets.ranges("100.96.0.0/16"),
                    false)
                .getLast()
                .reason())
        .isEqualTo("PodsInSharedRange");
  }

  private static Finding agent(Tailnet tailnet) {
    return findings(tailnet, "", false).getFirst();
  }

  private static Finding routes(Tailnet tailnet, String accepted, boolean carries) {
    return findings(tailnet, accepted, carries).getLast();
  }

  private static List<Finding> findings(Tailnet tailnet, String accepted, boolean carries) {
    TunnelView view = Tailnets.view(Optional.of(tailnet), Tailnets.peer(1, accepted));
    return TailnetConditions.of(
        tailnet, view.device().orElseThrow(), view.at(), Tailnets.ranges("10.42.0.0/16"), carries);
  }
}
