package io.regionbridge.api.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FaultCausesTest {
  @Test
  void foldsTheGatewaysOfADeadRegionIntoOneFault() {
    List<Fault> faults = new ArrayList<>();
    faults.add(failure("gateway", "mn", "region mn: 100.64.1.1:1053 is down: no answer"));
    faults.add(failure("gateway", "mn", "region mn: 100.64.1.2:1053 is down: no answer"));
    faults.add(failure("DNSReachable", "mn", "region mn: no reachable gateway of region mn"));
    faults.add(failure("egress", "mn", "to region mn is blocked"));
    List<Fault> folded = fold(faults, 2);
    assertThat(folded).extracting(Fault::about).containsExactly("DNSReachable", "egress");
    assertThat(folded.getFirst().details()).hasSize(2).allMatch(text -> text.contains(" is down"));
  }

  @Test
  void followsTheTunnelWhereItIsDown() {
    Fault tunnel =
        new Fault(
            Fault.FAILURE, "tunnel", "mn", "to region mn is down", null, "is UDP let through?");
    List<Fault> folded = fold(List.of(failure("DNSReachable", "mn", "no gateway"), tunnel), 1);
    assertThat(folded).hasSize(1);
    assertThat(folded.getFirst().message()).isEqualTo("to region mn is down");
    assertThat(folded.getFirst().remedy()).isEqualTo("is UDP let through?");
    assertThat(folded.getFirst().details()).containsExactly("no gateway");
  }

  @Test
  void namesManyDeadRegionsInOneFault() {
    List<Fault> folded = fold(regions(8), 12);
    assertThat(folded).hasSize(1);
    assertThat(folded.getFirst().message())
        .isEqualTo("8 of 12 regions are unreachable: r0, r1, r2, r3, r4, r5 and 2 more");
    assertThat(folded.getFirst().since()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(folded.getFirst().details()).hasSize(16);
    assertThat(fold(regions(2), 12)).as("few are named one by one").hasSize(2);
  }

  @Test
  void saysThatThisNodeIsToBlameWhenAllAreGone() {
    List<Fault> folded = fold(regions(12), 12);
    assertThat(folded).hasSize(1);
    assertThat(folded.getFirst().message())
        .isEqualTo("none of the 12 regions is reachable: this node's overlay or network is down");

    List<Fault> faults = new ArrayList<>(regions(12));
    faults.add(failure("OverlayUp", "", "this node has no address on the overlay"));
    List<Fault> known = fold(faults, 12);
    assertThat(known).hasSize(1);
    assertThat(known.getFirst().message()).isEqualTo("this node has no address on the overlay");
    assertThat(known.getFirst().details()).hasSize(24);
  }

  @Test
  void leavesWhatHasItsOwnCause() {
    List<Fault> faults =
        List.of(
            new Fault(Fault.WARNING, "gateway", "mn", "region mn: one is down", null, "look"),
            failure("egress", "mn", "Cilium is off"));
    assertThat(fold(faults, 1)).isEqualTo(faults);
    assertThat(fold(List.of(), 0)).isEmpty();
  }

  @Test
  void blamesTheApiServerForWhatNeedsIt() {
    List<Fault> faults =
        List.of(
            failure("bridge", "", "not ready: the first full list is not in"),
            failure("DirectoryLoaded", "", "cannot watch services"),
            failure("ConfigAccepted", "", "the file was refused"),
            failure("APIServerCurrent", "", "the API server does not answer"),
            failure("ActiveGateway", "", "nobody is elected"));
    List<Fault> folded = FaultCauses.fold(faults, 1, true);
    assertThat(folded)
        .extracting(Fault::about)
        .containsExactly("ConfigAccepted", "APIServerCurrent");
    assertThat(folded.getLast().details())
        .containsExactly(
            "not ready: the first full list is not in",
            "cannot watch services",
            "nobody is elected");
    assertThat(fold(faults, 1)).as("one resource cannot be read").isEqualTo(faults);
  }

  @Test
  void blamesAMissingRightForWhatIsForbidden() {
    List<Fault> folded =
        fold(
            List.of(
                failure("DirectoryLoaded", "", "cannot watch services: forbidden; give it"),
                failure("APIServerCurrent", "", "cannot watch services: forbidden; give it"),
                failure("RightsGranted", "", "the ServiceAccount lacks watch services"),
                failure("Forwarding", "", "the kernel does not forward")),
            1);
    assertThat(folded).extracting(Fault::about).containsExactly("RightsGranted", "Forwarding");
    assertThat(folded.getFirst().details()).hasSize(2);
  }

  @Test
  void reportsBlockedTrafficOnceForEachRegionAndOnceForMany() {
    assertThat(
            fold(
                List.of(
                    failure("CIDRConflict", "mn", "10.0.0.0/8 of mn overlaps"),
                    failure("egress", "mn", "to region mn is refused"),
                    failure("egress", "hel1", "to region hel1 is refused")),
                2))
        .extracting(Fault::about, Fault::region)
        .containsExactly(tuple("CIDRConflict", "mn"), tuple("egress", "hel1"));

    List<Fault> faults = new ArrayList<>();
    for (String region : List.of("a", "b", "c")) {
      faults.add(failure("egress", region, "to region " + region + " is blocked: Cilium is off"));
    }
    faults.add(failure("egress", "d", "to region d is refused: it overlaps"));
    List<Fault> folded = fold(faults, 4);
    assertThat(folded).hasSize(2);
    assertThat(folded.getFirst().message())
        .isEqualTo("to 3 of 4 regions is blocked: Cilium is off");
    assertThat(folded.getFirst().details()).hasSize(3);
  }

  private static List<Fault> fold(List<Fault> faults, int regions) {
    return FaultCauses.fold(faults, regions, false);
  }

  private static List<Fault> regions(int count) {
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      faults.add(
          new Fault(
              Fault.FAILURE,
              "DNSReachable",
              "r" + i,
              "no reachable gateway of region r" + i,
              "2026-01-01T00:00:0%dZ".formatted(i % 10),
              "ask"));
      faults.add(failure("gateway", "r" + i, "a gateway of r" + i + " is down"));
    }
    return faults;
  }

  private static Fault failure(String about, String region, String message) {
    return new Fault(Fault.FAILURE, about, region, message, null, "do");
  }
}
