package io.regionbridge.dns.cache;

import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Reply;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Replies by name, type and epoch (see {@link io.regionbridge.dns.zone.ZoneRoute.Forward#epoch}),
 * for all event loops at once.
 *
 * <p>Memory: at most {@code maxEntries} entries and twice as many cells of 256 octets, see {@link
 * #octetsWhenFull}. An entry takes 29 octets of index, and one cell when its name, records and 48
 * octets of its own fit there, as a name with up to some eight addresses does: 285 octets. The
 * index is allocated as it is first used, a sixteenth at a time, and cells 64 KiB at a time; both
 * are kept.
 *
 * <p>Thread-safe. Look-ups take no lock, allocate nothing once the reader's array has grown, and
 * write nothing shared but the first few hits of an entry.
 */
public final class ResponseCache {
  private static final int MOST_STRIPES = 16;
  private static final int STRIPE_FROM = 1024;

  /** Null where nothing was ever kept: a process that is hardly asked is to be small. */
  private final AtomicReferenceArray<@Nullable CacheStripe> stripes;

  private final int entriesPerStripe;
  private volatile long octetsPerStripe = Long.MAX_VALUE;

  /** Creates an empty cache; with 0 entries it keeps nothing. */
  public ResponseCache(int maxEntries) {
    if (maxEntries < 0) {
      throw new IllegalArgumentException("maxEntries " + maxEntries + " is negative");
    }
    int wanted = Integer.highestOneBit(Math.max(1, maxEntries / STRIPE_FROM));
    int count = maxEntries == 0 ? 0 : Math.min(MOST_STRIPES, wanted);
    stripes = new AtomicReferenceArray<>(count);
    entriesPerStripe = maxEntries / Math.max(1, count);
  }

  /**
   * Octets of heap that a cache takes at most, full of large replies. Small ones take a little more
   * than half of that.
   */
  public static long octetsWhenFull(int maxEntries) {
    return (long) maxEntries * CacheStripe.OCTETS_PER_SLOT;
  }

  /**
   * Bounds the octets of the whole cache. A part of the cache that holds more is forgotten, and
   * fills up again to the bound. The index and a few cells are held in any case.
   */
  public void limit(long octets) {
    octetsPerStripe = octets / Math.max(1, stripes.length());
    for (int i = 0; i < stripes.length(); i++) {
      CacheStripe stripe = stripes.getAcquire(i);
      if (stripe != null && !stripe.limit(octetsPerStripe)) {
        stripes.compareAndSet(i, stripe, null);
      }
    }
  }

  /** Memory that the cache takes now, in octets. */
  public long octets() {
    long sum = 0;
    for (int i = 0; i < stripes.length(); i++) {
      CacheStripe stripe = stripes.getAcquire(i);
      sum += stripe == null ? 0 : stripe.octets();
    }
    return sum;
  }

  private static long key(long nameHash, int type) {
    long hash = NameHash.withType(nameHash, type);
    return hash == 0 ? 1 : hash;
  }

  /** The stripe by the hash's low bits; its set by the high ones. */
  private int stripe(long hash) {
    return (int) hash & stripes.length() - 1;
  }

  private CacheStripe stripeToWrite(long hash) {
    int i = stripe(hash);
    CacheStripe there = stripes.getAcquire(i);
    if (there != null) {
      return there;
    }
    CacheStripe made = new CacheStripe(entriesPerStripe);
    made.limit(octetsPerStripe);
    CacheStripe earlier = stripes.compareAndExchange(i, null, made);
    return earlier == null ? made : earlier;
  }

  /**
   * Looks for a reply, fresh or not, and copies it into {@code into}.
   *
   * @param name folded, in wire form, with {@code nameHash} as its hash
   */
  public boolean find(
      byte[] name, int nameLength, long nameHash, int type, int epoch, CachedReply into) {
    if (stripes.length() == 0) {
      return false;
    }
    long hash = key(nameHash, type);
    CacheStripe stripe = stripes.getAcquire(stripe(hash));
    return stripe != null && stripe.read(hash, into) && into.is(name, nameLength, type, epoch);
  }

  /**
   * Keeps a reply in place of an earlier one to the same question.
   *
   * @param scratch receives the laid-out entry, even if the reply is not kept
   * @param now milliseconds of a clock that never goes back
   * @param freshFor milliseconds; 0 if the reply must not be kept
   * @param staleFor milliseconds after that
   */
  public void store(
      byte[] name,
      int nameLength,
      long nameHash,
      int type,
      int epoch,
      Reply reply,
      CachedReply scratch,
      long now,
      long freshFor,
      long staleFor) {
    int length = scratch.lay(name, nameLength, type, epoch, reply, now, freshFor, staleFor);
    if (length > 0 && freshFor > 0 && stripes.length() > 0) {
      long hash = key(nameHash, type);
      int seconds = (int) (now / 1000);
      int death = (int) Math.min(Integer.MAX_VALUE, (now + freshFor + staleFor) / 1000 + 1);
      stripeToWrite(hash).write(hash, scratch.octets(), length, seconds, death);
    }
  }

  /** Entries held, stale ones included. */
  public int size() {
    int sum = 0;
    for (int i = 0; i < stripes.length(); i++) {
      CacheStripe stripe = stripes.getAcquire(i);
      sum += stripe == null ? 0 : stripe.size();
    }
    return sum;
  }
}
