package io.regionbridge.dns.relay;

import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Names;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Questions that failed a moment ago, for all event loops, so that a failing name is not asked for
 * again with each client (RFC 9520 section 3.2). A failure is remembered for {@value #SHORTEST} ms,
 * and twice as long each time the question fails again, up to {@value #LONGEST} ms.
 *
 * <p>Kept apart from the response cache: a failure never takes the place of an answer, however old.
 * A table of fixed size, in which a later failure replaces an earlier one at its place. Lock-free;
 * only failures allocate.
 */
public final class RecentFailures {
  static final int SHORTEST = 1_000;
  static final int LONGEST = 5_000;
  private static final int PLACES = 1 << 13;

  private final AtomicReferenceArray<@Nullable Entry> places = new AtomicReferenceArray<>(PLACES);

  /**
   * One failure.
   *
   * @param recoveries of the region's gateways until then; a later one ends the entry
   * @param until milliseconds of the cache's clock
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by is() alone
  private record Entry(
      byte[] name, int type, int epoch, int recoveries, long until, int lifetime, Explanation why) {
    boolean is(byte[] otherName, int nameLength, int otherType, int otherEpoch) {
      return type == otherType
          && epoch == otherEpoch
          && name.length == nameLength
          && Names.equal(name, 0, otherName, 0, nameLength);
    }
  }

  private static int place(long nameHash, int type) {
    return (int) (NameHash.withType(nameHash, type) >>> 40) & PLACES - 1;
  }

  /**
   * Why the question failed a moment ago; null if it did not.
   *
   * @param epoch of the route, see {@link io.regionbridge.dns.zone.ZoneRoute.Forward#epoch}
   * @param recoveries how often gateways of the route have recovered
   * @param now milliseconds
   */
  @Nullable Explanation find(
      byte[] name, int nameLength, long nameHash, int type, int epoch, int recoveries, long now) {
    Entry entry = places.getAcquire(place(nameHash, type));
    return entry != null
            && now < entry.until
            && entry.recoveries == recoveries
            && entry.is(name, nameLength, type, epoch)
        ? entry.why
        : null;
  }

  /** Remembers that a question failed; the parameters as {@link #find} has them. */
  void add(
      byte[] name,
      int nameLength,
      long nameHash,
      int type,
      int epoch,
      int recoveries,
      long now,
      Explanation why) {
    int place = place(nameHash, type);
    Entry before = places.getAcquire(place);
    int lifetime = SHORTEST;
    if (before != null
        && now < before.until + before.lifetime
        && before.recoveries == recoveries
        && before.is(name, nameLength, type, epoch)) {
      lifetime = Math.min(2 * before.lifetime, LONGEST);
    }
    places.setRelease(
        place,
        new Entry(
            Arrays.copyOf(name, nameLength),
            type,
            epoch,
            recoveries,
            now + lifetime,
            lifetime,
            why));
  }
}
