package io.regionbridge.dns.cache;

import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.wire.ReplyWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A reader's copy of one cached reply, and the layout of cached replies. One object serves an event
 * loop for ever. Not thread-safe.
 *
 * <p>Layout: a fixed part of {@value #NAME} octets, the folded name, the body as it stands behind a
 * question, and the places of the TTLs in the body.
 */
public final class CachedReply {
  private static final int STORED = 0;
  private static final int FRESH = 8;
  private static final int STALE = 12;
  private static final int EPOCH = 16;
  private static final int TYPE = 20;
  private static final int RCODE = 22;
  private static final int ANSWERS = 24;
  private static final int AUTHORITIES = 26;
  private static final int TTL_COUNT = 28;
  private static final int BODY_LENGTH = 30;
  private static final int RUN_AT = 32;
  private static final int RUN_COUNT = 34;
  private static final int RUN_STRIDE = 36;
  private static final int NAME_LENGTH = 38;
  private static final int LENGTH = 40;
  static final int NAME = 48;

  /** Most octets of one entry: a full message, its name, and a TTL for every eleven octets. */
  static final int MOST = NAME + 256 + 65_536 + 2 * (65_536 / 11);

  private byte[] b = new byte[1024];
  private @Nullable CacheStripe stripe;
  private int slot;

  /** An array of at least so many octets to copy an entry to. */
  byte[] room(int octets) {
    if (b.length < octets) {
      b = new byte[Integer.highestOneBit(octets) << 1];
    }
    return b;
  }

  static int length(byte[] cell, int at) {
    return Octets.get32(cell, at + LENGTH);
  }

  void found(CacheStripe stripe, int slot) {
    this.stripe = stripe;
    this.slot = slot;
  }

  boolean is(byte[] name, int length, int type, int epoch) {
    return Octets.get16(b, TYPE) == type
        && Octets.get32(b, EPOCH) == epoch
        && Octets.get16(b, NAME_LENGTH) == length
        && Names.equal(b, NAME, name, 0, length);
  }

  /** Lays out an entry in this object's array, and returns its octets, or -1 if it is too large. */
  int lay(
      byte[] name,
      int nameLength,
      int type,
      int epoch,
      Reply reply,
      long now,
      long freshFor,
      long staleFor) {
    int body = reply.bodyEnd() - reply.bodyAt();
    int length = NAME + nameLength + body + 2 * reply.ttlCount();
    if (length > MOST) {
      return -1;
    }
    room(length + CacheStripe.CELL);
    Octets.put64(b, STORED, now);
    Octets.put32(b, FRESH, (int) Math.min(freshFor, Integer.MAX_VALUE));
    Octets.put32(b, STALE, (int) Math.min(staleFor, Integer.MAX_VALUE));
    Octets.put32(b, EPOCH, epoch);
    Octets.put16(b, TYPE, type);
    Octets.put16(b, RCODE, reply.rcode());
    Octets.put16(b, ANSWERS, reply.answers());
    Octets.put16(b, AUTHORITIES, reply.authorities());
    Octets.put16(b, TTL_COUNT, reply.ttlCount());
    Octets.put16(b, BODY_LENGTH, body);
    Octets.put16(b, RUN_AT, reply.runAt() - reply.bodyAt());
    Octets.put16(b, RUN_COUNT, reply.runCount());
    Octets.put16(b, RUN_STRIDE, reply.runStride());
    Octets.put16(b, NAME_LENGTH, nameLength);
    Octets.put32(b, LENGTH, length);
    System.arraycopy(name, 0, b, NAME, nameLength);
    int at = NAME + nameLength;
    System.arraycopy(reply.octets(), reply.bodyAt(), b, at, body);
    int limit = (int) Math.min(freshFor / 1000, Integer.MAX_VALUE);
    for (int i = 0; i < reply.ttlCount(); i++) {
      int place = reply.ttlAt(i) - reply.bodyAt();
      Octets.put16(b, at + body + 2 * i, place);
      // Nobody keeps the record for longer than it counts as fresh here.
      int ttl = Math.max(0, Octets.get32(b, at + place));
      Octets.put32(b, at + place, Math.min(ttl, limit));
    }
    return length;
  }

  byte[] octets() {
    return b;
  }

  /** Whether the reply is within its time. */
  public boolean fresh(long now) {
    return now - Octets.get64(b, STORED) < Octets.get32(b, FRESH);
  }

  /** Whether the reply may be given when no fresh answer is available. */
  public boolean usable(long now) {
    long age = now - Octets.get64(b, STORED);
    return age < (long) Octets.get32(b, FRESH) + Octets.get32(b, STALE);
  }

  /**
   * Whether nine tenths of the fresh time are over and, now for the first time, a name in demand
   * should be renewed.
   */
  public boolean claimPrefetch(long now) {
    int fresh = Octets.get32(b, FRESH);
    CacheStripe holder = stripe;
    return holder != null
        && (now - Octets.get64(b, STORED)) * 10 >= fresh * 9L
        && holder.claimPrefetch(slot);
  }

  /** Notes a hit, for the choice of what stays. */
  public void noteUse() {
    CacheStripe holder = stripe;
    if (holder != null) {
      holder.used(slot);
    }
  }

  /** The reply's rcode. */
  public int rcode() {
    return Octets.get16(b, RCODE);
  }

  /** Milliseconds since the reply came. */
  public long age(long now) {
    return now - Octets.get64(b, STORED);
  }

  /** Milliseconds that the reply is still fresh; negative when it is stale. */
  public long remaining(long now) {
    return Octets.get32(b, FRESH) - age(now);
  }

  /**
   * Copies the body behind the question in {@code reply}, with TTLs counted down. Addresses are
   * rotated by {@code turn}.
   */
  public void writeTo(ReplyWriter reply, long now, int turn) {
    byte[] out = reply.out();
    int from = NAME + Octets.get16(b, NAME_LENGTH);
    int length = Octets.get16(b, BODY_LENGTH);
    int at = reply.at();
    countDown(from, length, now);
    int runCount = Octets.get16(b, RUN_COUNT);
    int split = runCount > 1 ? Integer.remainderUnsigned(turn, runCount) : 0;
    if (split == 0) {
      System.arraycopy(b, from, out, at, length);
    } else {
      copyTurned(out, at, from, length, split, runCount);
    }
    reply.answered(at + length, Octets.get16(b, ANSWERS));
    reply.referred(at + length, Octets.get16(b, AUTHORITIES));
  }

  private void copyTurned(byte[] out, int at, int from, int length, int split, int runCount) {
    int runAt = Octets.get16(b, RUN_AT);
    int stride = Octets.get16(b, RUN_STRIDE);
    int head = split * stride;
    int run = runCount * stride;
    System.arraycopy(b, from, out, at, runAt);
    System.arraycopy(b, from + runAt + head, out, at + runAt, run - head);
    System.arraycopy(b, from + runAt, out, at + runAt + run - head, head);
    System.arraycopy(b, from + runAt + run, out, at + runAt + run, length - runAt - run);
  }

  /**
   * TTLs in the copy, less the whole seconds since the reply came; 5 or less each once it is stale.
   */
  private void countDown(int from, int length, long now) {
    int age = (int) (age(now) / 1000);
    boolean stale = !fresh(now);
    if (age == 0 && !stale) {
      return;
    }
    int count = Octets.get16(b, TTL_COUNT);
    for (int i = 0; i < count; i++) {
      int place = from + Octets.get16(b, from + length + 2 * i);
      int ttl = Octets.get32(b, place);
      int left = stale ? Math.min(ttl, CachePolicy.STALE_TTL) : Math.max(0, ttl - age);
      Octets.put32(b, place, left);
    }
  }

  @Override
  public String toString() {
    return "CachedReply" + Arrays.toString(Arrays.copyOf(b, NAME));
  }
}
