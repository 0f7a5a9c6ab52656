package io.regionbridge.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.http.Connections.Claim;
import io.regionbridge.api.http.Connections.Place;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConnectionsTest {
  private final List<String> closed = new ArrayList<>();
  private final Connections connections = new Connections(4);

  @Test
  void whoIsIdleMakesRoomTheEldestFirst() {
    enter("a1", "a2", "a3", "a4");
    assertThat(connections.enter(new Fake("a5"))).isEqualTo(Place.SERVED);
    assertThat(connections.enter(new Fake("a6"))).isEqualTo(Place.SERVED);
    assertThat(closed).containsExactly("a1", "a2");
    assertThat(connections.open()).isEqualTo(4);
  }

  @Test
  void theAddressThatHoldsTheMostMakesRoom() {
    enter("a1", "b1", "b2", "b3");
    for (String next : List.of("c1", "c2")) {
      assertThat(connections.enter(new Fake(next))).isEqualTo(Place.SERVED);
    }
    assertThat(closed).containsExactly("b1", "b2");
  }

  @Test
  void aFloodOfOneAddressDisplacesItself() {
    enter("a1", "f0");
    for (int i = 1; i < 100; i++) {
      assertThat(connections.enter(new Fake("f" + i))).isEqualTo(Place.SERVED);
    }
    assertThat(closed).hasSize(97).allMatch(name -> name.startsWith("f"));
  }

  @Test
  void whoListensToEventsMakesRoomWhenNobodyIsIdle() {
    enter("a1!", "a2~", "a3~", "a4");
    for (String next : List.of("a5!", "a6!", "a7!")) {
      assertThat(connections.enter(new Fake(next))).isEqualTo(Place.SERVED);
    }
    assertThat(closed).containsExactly("a4", "a2~", "a3~");
    assertThat(connections.enter(new Fake("a8"))).isEqualTo(Place.REJECTED);
  }

  @Test
  void whoHoldsMoreThanAShareMakesRoomThoughBusy() {
    enter("a1", "b1!", "b2!", "b3!");
    assertThat(connections.enter(new Fake("c1!"))).isEqualTo(Place.SERVED);
    assertThat(closed).containsExactly("b1!");
  }

  @Test
  void aBusyOneStaysWhenTheNewOneWouldHoldAsMuch() {
    enter("a1!", "a2!", "b1!", "b2!");
    assertThat(connections.enter(new Fake("a3"))).isEqualTo(Place.REJECTED);
    assertThat(connections.enter(new Fake("b3"))).isEqualTo(Place.REJECTED);
    assertThat(closed).isEmpty();
  }

  @Test
  void noMoreAreToldThatThereIsNoRoomThanCouldBeServed() {
    enter("a1!", "a2!", "a3!", "a4!");
    List<Fake> told = new ArrayList<>();
    for (int i = 5; i < 9; i++) {
      told.add(new Fake("a" + i));
      assertThat(connections.enter(told.getLast())).isEqualTo(Place.REJECTED);
    }
    assertThat(connections.enter(new Fake("a9"))).isEqualTo(Place.NONE);
    assertThat(connections.open()).isEqualTo(8);
    connections.left(told.getFirst());
    assertThat(connections.enter(new Fake("a10"))).isEqualTo(Place.REJECTED);
  }

  @Test
  void whoLeavesIsForgottenOnce() {
    Fake guest = new Fake("a1");
    connections.enter(guest);
    connections.left(guest);
    connections.left(guest);
    connections.left(new Fake("never came"));
    assertThat(connections.open()).isZero();
  }

  private void enter(String... names) {
    for (String name : names) {
      assertThat(connections.enter(new Fake(name))).isEqualTo(Place.SERVED);
    }
  }

  /** Named by address, a letter, and number; ! is owed an answer, ~ listens to events. */
  private final class Fake implements Connections.Guest {
    private final String name;

    private Fake(String name) {
      this.name = name;
    }

    @Override
    public Object address() {
      return name.charAt(0);
    }

    @Override
    public Claim claim() {
      if (name.endsWith("~")) {
        return Claim.EVENTS;
      }
      return name.endsWith("!") ? Claim.ANSWER : Claim.NOTHING;
    }

    @Override
    public void leave() {
      closed.add(name);
    }
  }
}
