package io.regionbridge.dns.upstream;

import org.jspecify.annotations.Nullable;

/**
 * When exchanges want attention: a wheel of lists, one for each tick (Varghese and Lauck, "Hashed
 * and Hierarchical Timing Wheels", 1987). Setting and clearing a timer links and unlinks the
 * exchange itself; nothing is allocated. Never early, late by a tick at most.
 */
final class TimerWheel {
  static final long TICK = 4_000_000;
  private static final int SLOTS = 1024;

  /** What to do with an exchange whose time has come. */
  interface Alarm {
    void due(Exchange exchange, long now);
  }

  private final @Nullable Exchange[] slots = new @Nullable Exchange[SLOTS];
  private long tick;
  private int size;

  TimerWheel(long now) {
    tick = now / TICK;
  }

  int size() {
    return size;
  }

  void set(Exchange e, long due) {
    clear(e);
    e.due = due;
    // Further away than the wheel turns: it comes by early and is set again.
    long at = Math.min(Math.max(due / TICK + 1, tick + 1), tick + SLOTS - 1);
    int slot = (int) (at & SLOTS - 1);
    Exchange first = slots[slot];
    e.wheelSlot = slot;
    e.earlier = null;
    e.later = first;
    if (first != null) {
      first.earlier = e;
    }
    slots[slot] = e;
    size++;
  }

  void clear(Exchange e) {
    if (e.wheelSlot < 0) {
      return;
    }
    Exchange before = e.earlier;
    Exchange after = e.later;
    if (before == null) {
      slots[e.wheelSlot] = after;
    } else {
      before.later = after;
    }
    if (after != null) {
      after.earlier = before;
    }
    e.earlier = null;
    e.later = null;
    e.wheelSlot = -1;
    size--;
  }

  /** Turns the wheel to {@code now}. */
  void advance(long now, Alarm alarm) {
    long to = now / TICK;
    if (size == 0 || to - tick >= SLOTS) {
      // Nothing to find on the way, or one whole turn finds everything.
      tick = Math.max(tick, size == 0 ? to : to - SLOTS);
    }
    while (tick < to) {
      tick++;
      int slot = (int) (tick & SLOTS - 1);
      for (Exchange e = slots[slot]; e != null; e = slots[slot]) {
        clear(e);
        if (e.due > now) {
          set(e, e.due);
        } else {
          alarm.due(e, now);
        }
      }
    }
  }
}
