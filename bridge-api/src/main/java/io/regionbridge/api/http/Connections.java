package io.regionbridge.api.http;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who is connected to a site. When it is full, whoever comes takes the place of another: of one
 * that is owed no answer, or of one from an address that holds more than its share; first of the
 * address that holds the most. So neither a flood nor clients that say nothing keep others out.
 *
 * <p>Lives on the site's thread.
 */
final class Connections {
  private final int most;

  /** The oldest first. */
  private final Set<Guest> served = new LinkedHashSet<>();

  private final Set<Guest> rejected = new LinkedHashSet<>();

  interface Guest {
    /** What it comes from, without the port. */
    Object address();

    /** What it has a right to. */
    Claim claim();

    /** Closes it. */
    void leave();
  }

  /** What a connection is there for at the moment. */
  enum Claim {
    /** An answer to what it has asked. */
    ANSWER,
    /** Events for as long as they are sent; the client connects again by itself. */
    EVENTS,
    /** Nothing has been asked, or all of it is answered. */
    NOTHING
  }

  /** The result of {@link #enter}. */
  enum Place {
    /** It may ask. */
    SERVED,
    /** All others are busy: it gets an answer that says so (HTTP 503). */
    REJECTED,
    /** So many are being rejected that it is closed without an answer. */
    NONE
  }

  /**
   * Creates a site with {@code most} places. As many more connections get a response that says that
   * there is no room.
   */
  Connections(int most) {
    this.most = most;
  }

  /** Adds a connection. */
  Place enter(Guest guest) {
    if (served.size() >= most) {
      Optional<Guest> other = toMakeRoom(guest.address());
      if (other.isEmpty()) {
        return rejected.size() < most && rejected.add(guest) ? Place.REJECTED : Place.NONE;
      }
      served.remove(other.get());
      other.get().leave();
    }
    served.add(guest);
    return Place.SERVED;
  }

  private Optional<Guest> toMakeRoom(Object address) {
    Map<Object, Integer> held = new HashMap<>();
    served.forEach(guest -> held.merge(guest.address(), 1, Integer::sum));
    int share = held.getOrDefault(address, 0) + 1;
    return served.stream()
        .filter(
            guest -> guest.claim() != Claim.ANSWER || held.getOrDefault(guest.address(), 0) > share)
        .max(
            Comparator.comparingInt((Guest guest) -> held.getOrDefault(guest.address(), 0))
                .thenComparing(Guest::claim)); // of those that are equal, the oldest
  }

  /** Removes a connection, if it was counted. */
  void left(Guest guest) {
    if (!served.remove(guest)) {
      rejected.remove(guest);
    }
  }

  /** Connections that have not left yet. */
  int open() {
    return served.size() + rejected.size();
  }
}
