package io.regionbridge.dns.upstream;

import org.jspecify.annotations.Nullable;

/**
 * The tries that are out on one socket, by message ID. Grows with what is out; allocates nothing
 * else.
 */
final class TryTable {
  private @Nullable Try[] buckets = new @Nullable Try[16];
  private int size;

  int size() {
    return size;
  }

  @Nullable Try find(int id) {
    for (Try t = buckets[id & buckets.length - 1]; t != null; t = t.nextInTable) {
      if (t.id == id) {
        return t;
      }
    }
    return null;
  }

  void add(Try t) {
    if (size >= buckets.length && buckets.length < 65_536) {
      grow();
    }
    int i = t.id & buckets.length - 1;
    t.nextInTable = buckets[i];
    buckets[i] = t;
    t.table = this;
    size++;
  }

  void remove(Try t) {
    int i = t.id & buckets.length - 1;
    Try before = null;
    for (Try at = buckets[i]; at != null; before = at, at = at.nextInTable) {
      if (at == t) {
        if (before == null) {
          buckets[i] = t.nextInTable;
        } else {
          before.nextInTable = t.nextInTable;
        }
        t.nextInTable = null;
        t.table = null;
        size--;
        return;
      }
    }
  }

  /** Any try that is out, or null. */
  @Nullable Try any() {
    if (size == 0) {
      return null;
    }
    for (Try t : buckets) {
      if (t != null) {
        return t;
      }
    }
    return null;
  }

  private void grow() {
    @Nullable Try[] old = buckets;
    buckets = new @Nullable Try[old.length * 4];
    for (Try head : old) {
      for (Try t = head; t != null; ) {
        Try following = t.nextInTable;
        int i = t.id & buckets.length - 1;
        t.nextInTable = buckets[i];
        buckets[i] = t;
        t = following;
      }
    }
  }
}
