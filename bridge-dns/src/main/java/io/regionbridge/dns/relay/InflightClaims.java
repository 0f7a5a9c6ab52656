package io.regionbridge.dns.relay;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which event loop is asking which question right now, so that the same question arriving at
 * another loop joins it. A table of fixed size: two questions may fall on one place, and then the
 * second is asked without a claim; nothing but a saved exchange is lost. Lock-free.
 */
public final class InflightClaims {
  private static final int PLACES = 1 << 14;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  /** The loop is alone: nobody to claim from. */
  private final boolean alone;

  private final long[] places;

  /** Claims for so many loops, at most 255. */
  public InflightClaims(int loops) {
    alone = loops < 2;
    places = new long[alone ? 0 : PLACES];
  }

  /**
   * Claims a question for a loop. Returns the loop that asks it: {@code loop}, or the one that
   * claimed it before; -1 if another question has the place.
   */
  int claim(long hash, int loop) {
    if (alone) {
      return loop;
    }
    int place = (int) (hash >>> 40) & PLACES - 1;
    long mine = hash & ~0xFFL | loop + 1;
    long there = (long) LONGS.compareAndExchange(places, place, 0L, mine);
    if (there == 0) {
      return loop;
    }
    return (there & ~0xFFL) == (hash & ~0xFFL) ? (int) (there & 0xFF) - 1 : -1;
  }

  /** Gives up a claim, if it is the loop's. */
  void release(long hash, int loop) {
    if (!alone) {
      int place = (int) (hash >>> 40) & PLACES - 1;
      LONGS.compareAndSet(places, place, hash & ~0xFFL | loop + 1, 0L);
    }
  }
}
