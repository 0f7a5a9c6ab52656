package io.regionbridge.dns.upstream;

import org.jspecify.annotations.Nullable;

/**
 * The questions that are out on one socket, by message ID. Grows with what is out; allocates
 * nothing else.
 */
final class TryTable {
  /** A question that is out on a socket. */
  abstract static class Entry {
    private int id;
    private @Nullable TryTable table;
    private @Nullable Entry nextInTable;

    /** Its message ID on the socket that it is out on. */
    final int id() {
      return id;
    }

    /** Takes it out of the table that it is in, if it is in one. */
    final void withdraw() {
      TryTable holder = table;
      if (holder != null) {
        holder.remove(this);
      }
    }
  }

  private @Nullable Entry[] buckets = new @Nullable Entry[16];
  private int size;

  int size() {
    return size;
  }

  @Nullable Entry find(int id) {
    for (Entry e = buckets[id & buckets.length - 1]; e != null; e = e.nextInTable) {
      if (e.id == id) {
        return e;
      }
    }
    return null;
  }

  /** Adds an entry that is in no table, under an ID that no other has. */
  void add(Entry entry, int id) {
    if (size >= buckets.length && buckets.length < 65_536) {
      grow();
    }
    entry.id = id;
    int i = id & buckets.length - 1;
    entry.nextInTable = buckets[i];
    buckets[i] = entry;
    entry.table = this;
    size++;
  }

  @SuppressWarnings("ReferenceEquality") // this entry, not one like it
  void remove(Entry entry) {
    int i = entry.id & buckets.length - 1;
    Entry before = null;
    for (Entry at = buckets[i]; at != null; before = at, at = at.nextInTable) {
      if (at == entry) {
        if (before == null) {
          buckets[i] = entry.nextInTable;
        } else {
          before.nextInTable = entry.nextInTable;
        }
        entry.nextInTable = null;
        entry.table = null;
        size--;
        return;
      }
    }
  }

  /** Any entry, or null. */
  @Nullable Entry any() {
    if (size == 0) {
      return null;
    }
    for (Entry e : buckets) {
      if (e != null) {
        return e;
      }
    }
    return null;
  }

  private void grow() {
    @Nullable Entry[] old = buckets;
    buckets = new @Nullable Entry[old.length * 4];
    for (Entry head : old) {
      for (Entry e = head; e != null; ) {
        Entry following = e.nextInTable;
        int i = e.id & buckets.length - 1;
        e.nextInTable = buckets[i];
        buckets[i] = e;
        e = following;
      }
    }
  }
}
