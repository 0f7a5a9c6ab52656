package io.regionbridge.dns.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One part of the cache, with a lock of its own for writers. Readers take none.
 *
 * <p>Slots form sets of {@value #WAYS}; a key belongs to one set and may lie in any of its slots.
 * What a slot holds lies in cells of {@value #CELL} octets, linked by number and recycled through a
 * free list, so memory neither fragments nor grows past its bound, and a collector finds a few
 * large arrays instead of many small objects.
 *
 * <p>Readers and writers meet by sequence number: a writer makes a slot's number odd, changes slot
 * and cells, and makes it even again; a reader copies the cells and believes the copy only if the
 * number was even before and is the same after. Cells are recycled only after the slot that held
 * them has another number.
 *
 * <p>Who stays: a slot counts its hits up to {@value #MOST_USES}. A newcomer takes an empty or dead
 * slot, else the one without hits that dies first. If all have hits, each loses one and the
 * newcomer is turned away: a scan over names that nobody asks for twice finds no room for more than
 * what it just brought itself, while a name in demand gets in at one of its next misses.
 */
final class CacheStripe {
  static final int CELL = 256;
  static final int WAYS = 8;
  private static final int MOST_USES = 3;
  private static final int USES = 3;
  private static final int PREFETCHED = 4;
  private static final int CELLS_PER_CHUNK = 256;
  private static final int SPINS = 200;
  private static final int SWEEP = 64;
  private static final int CELLS_PER_SLOT = 2;

  /** Index of a slot and of its cells, and the cells, in octets. */
  static final int OCTETS_PER_SLOT =
      Long.BYTES + 3 * Integer.BYTES + 1 + CELLS_PER_SLOT * (Integer.BYTES + CELL);

  private static final int INDEX_OF_SLOT = OCTETS_PER_SLOT - CELLS_PER_SLOT * CELL;

  /** Room for a few large replies, in any case. */
  private static final int LEAST_CELLS = 64;

  private static final int NONE = -1;

  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

  private final ReentrantLock writing = new ReentrantLock();
  private final int ways;
  private final int sets;

  /** The key's hash; 0 for an empty slot. */
  private final long[] tags;

  private final int[] sequences;
  private final int[] heads;

  /** When the slot's reply is of no use any more, in seconds of the cache's clock. */
  private final int[] deaths;

  /**
   * Hits in the two low bits, and whether a prefetch is under way. Written by readers without care:
   * a hint.
   */
  private final byte[] uses;

  private final int[] next;
  private final byte[][] chunks;
  private volatile int untouched;

  /** Cells that may be touched: all, or fewer where memory is short. */
  private volatile int most;

  private int free = NONE;

  /** Cells in the free list. */
  private int recycled;

  private int hand;
  private int size;

  CacheStripe(int entries) {
    ways = Math.min(WAYS, entries);
    sets = Math.max(1, entries / WAYS);
    int slots = sets * ways;
    tags = new long[slots];
    sequences = new int[slots];
    heads = new int[slots];
    deaths = new int[slots];
    uses = new byte[slots];
    // Two cells a slot on average: most replies need one.
    int cells = Math.max(LEAST_CELLS, slots * CELLS_PER_SLOT);
    next = new int[cells];
    chunks = new byte[(cells + CELLS_PER_CHUNK - 1) / CELLS_PER_CHUNK][];
    most = cells;
    Arrays.fill(heads, NONE);
  }

  /**
   * Bounds the memory of the stripe from now on, but not below {@value #LEAST_CELLS} cells.
   *
   * @return false if it takes more already
   */
  boolean limit(long octets) {
    long cells = (octets - (long) tags.length * INDEX_OF_SLOT) / CELL;
    most = Math.clamp(cells, LEAST_CELLS, next.length);
    return untouched <= most;
  }

  /** Memory that the stripe takes, in octets. */
  long octets() {
    return (long) tags.length * INDEX_OF_SLOT + (long) untouched * CELL;
  }

  private int freeCells() {
    return recycled + Math.max(0, most - untouched);
  }

  private int firstSlot(long hash) {
    return (int) Math.unsignedMultiplyHigh(hash, sets) * ways;
  }

  /**
   * Copies what the key's slot holds to the reader's array, if its octets can be trusted; false
   * otherwise.
   */
  boolean read(long hash, CachedReply into) {
    int first = firstSlot(hash);
    for (int slot = first; slot < first + ways; slot++) {
      if ((long) LONGS.getAcquire(tags, slot) == hash) {
        int before = (int) INTS.getAcquire(sequences, slot);
        if ((before & 1) == 0 && copy(heads[slot], into)) {
          VarHandle.acquireFence();
          if ((int) INTS.getOpaque(sequences, slot) == before && tags[slot] == hash) {
            into.found(this, slot);
            return true;
          }
        }
      }
    }
    return false;
  }

  private boolean copy(int head, CachedReply into) {
    int cell = head;
    if (cell < 0) {
      return false;
    }
    byte[] chunk = chunks[cell / CELLS_PER_CHUNK];
    if (chunk == null) {
      // A cell of a chunk that another core has just made: seen before the chunk itself.
      return false;
    }
    int at = cell % CELLS_PER_CHUNK * CELL;
    int length = CachedReply.length(chunk, at);
    if (length < 0 || length > CachedReply.MOST) {
      return false;
    }
    byte[] to = into.room(length + CELL);
    System.arraycopy(chunk, at, to, 0, CELL);
    for (int done = CELL; done < length; done += CELL) {
      cell = next[cell];
      if (cell < 0) {
        return false;
      }
      byte[] following = chunks[cell / CELLS_PER_CHUNK];
      if (following == null) {
        return false;
      }
      System.arraycopy(following, cell % CELLS_PER_CHUNK * CELL, to, done, CELL);
    }
    return true;
  }

  void used(int slot) {
    byte u = uses[slot];
    // Written only while it changes something, so that a hot slot's line stays shared between
    // cores.
    if ((u & USES) < MOST_USES) {
      uses[slot] = (byte) (u + 1);
    }
  }

  /** Whether the slot was in demand and this is the first call since its reply came. */
  boolean claimPrefetch(int slot) {
    byte u = uses[slot];
    if ((u & PREFETCHED) != 0 || (u & USES) < 2) {
      return false;
    }
    uses[slot] = (byte) (u | PREFETCHED);
    return true;
  }

  /**
   * Stores an entry, and returns whether it was stored: not if it is too large, if the set is full
   * of names in more demand, or if other writers kept the stripe busy.
   *
   * @param entry laid out by {@link CachedReply}
   * @param now seconds of the cache's clock, as is {@code death}
   */
  boolean write(long hash, byte[] entry, int length, int now, int death) {
    if (!lock()) {
      return false;
    }
    try {
      int cells = (length + CELL - 1) / CELL;
      if (cells > most / 8) {
        return false;
      }
      int slot = choose(hash, now);
      if (slot == NONE) {
        return false;
      }
      boolean again = tags[slot] == hash;
      int hits = again ? uses[slot] & USES : 0;
      release(slot);
      if (!makeRoom(cells, now)) {
        return false;
      }
      int sequence = sequences[slot];
      INTS.setOpaque(sequences, slot, sequence + 1);
      VarHandle.releaseFence();
      heads[slot] = fill(entry, length, cells);
      deaths[slot] = death;
      uses[slot] = (byte) hits;
      LONGS.setOpaque(tags, slot, hash);
      INTS.setRelease(sequences, slot, sequence + 2);
      size++;
      return true;
    } finally {
      writing.unlock();
    }
  }

  /** Event loops never park: a stripe that stays busy costs one reply its place, nothing else. */
  private boolean lock() {
    for (int i = 0; i < SPINS; i++) {
      if (writing.tryLock()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  private int choose(long hash, int now) {
    int first = firstSlot(hash);
    int best = NONE;
    int bestRank = Integer.MAX_VALUE;
    for (int slot = first; slot < first + ways; slot++) {
      if (tags[slot] == hash) {
        return slot;
      }
      int rank;
      if (tags[slot] == 0) {
        rank = Integer.MIN_VALUE;
      } else if (deaths[slot] <= now) {
        rank = Integer.MIN_VALUE + 1;
      } else if ((uses[slot] & USES) == 0) {
        rank = deaths[slot];
      } else {
        continue;
      }
      if (rank < bestRank) {
        bestRank = rank;
        best = slot;
      }
    }
    if (best == NONE) {
      for (int slot = first; slot < first + ways; slot++) {
        uses[slot]--;
      }
    }
    return best;
  }

  /**
   * Frees cells by a hand that goes round the slots, sparing those with hits once for each hit;
   * gives up soon.
   */
  private boolean makeRoom(int cells, int now) {
    for (int i = 0; freeCells() < cells && i < SWEEP * cells; i++) {
      int slot = hand;
      hand = hand + 1 == tags.length ? 0 : hand + 1;
      if (tags[slot] == 0) {
        continue;
      }
      if (deaths[slot] <= now || (uses[slot] & USES) == 0) {
        release(slot);
      } else {
        uses[slot]--;
      }
    }
    return freeCells() >= cells;
  }

  private void release(int slot) {
    if (tags[slot] == 0) {
      return;
    }
    int sequence = sequences[slot];
    INTS.setOpaque(sequences, slot, sequence + 1);
    VarHandle.releaseFence();
    LONGS.setOpaque(tags, slot, 0L);
    for (int cell = heads[slot]; cell != NONE; ) {
      int following = next[cell];
      next[cell] = free;
      free = cell;
      recycled++;
      cell = following;
    }
    heads[slot] = NONE;
    INTS.setRelease(sequences, slot, sequence + 2);
    size--;
  }

  private int fill(byte[] entry, int length, int cells) {
    int head = NONE;
    int last = NONE;
    for (int i = 0; i < cells; i++) {
      int cell = take();
      System.arraycopy(
          entry,
          i * CELL,
          chunks[cell / CELLS_PER_CHUNK],
          cell % CELLS_PER_CHUNK * CELL,
          Math.min(CELL, length - i * CELL));
      next[cell] = NONE;
      if (last == NONE) {
        head = cell;
      } else {
        next[last] = cell;
      }
      last = cell;
    }
    return head;
  }

  private int take() {
    if (free != NONE) {
      recycled--;
      int cell = free;
      free = next[cell];
      return cell;
    }
    int cell = untouched;
    untouched = cell + 1;
    int chunk = cell / CELLS_PER_CHUNK;
    if (chunks[chunk] == null) {
      chunks[chunk] = new byte[CELLS_PER_CHUNK * CELL];
    }
    return cell;
  }

  int size() {
    return size;
  }
}
