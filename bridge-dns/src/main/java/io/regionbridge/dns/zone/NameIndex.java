package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Names;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from names to values that shares structure with the map it was made from: a
 * change copies a path of some five small nodes, whatever the size, and readers of the old map
 * never notice. Keys are folded labels in wire form without the root; look-up takes them from where
 * they lie in a query and allocates nothing.
 *
 * <p>A hash array mapped trie (Bagwell, "Ideal Hash Trees", 2001): five bits of the hash choose a
 * slot at each level; a bitmap tells which of the 32 slots are in use.
 */
final class NameIndex<V> {
  /** A value that has its own name: no leaf is kept around it. */
  interface Named {
    /** The name, not to be changed. */
    byte[] name();
  }

  private static final int BITS = 5;
  private static final int MASK = (1 << BITS) - 1;

  private final @Nullable Node root;
  private final int size;

  private NameIndex(@Nullable Node root, int size) {
    this.root = root;
    this.size = size;
  }

  static <V> NameIndex<V> empty() {
    return new NameIndex<>(null, 0);
  }

  int size() {
    return size;
  }

  /** The value of the name whose {@code length} octets begin at {@code at}, or null. */
  @Nullable V get(byte[] name, int at, int length) {
    return root == null ? null : get(NameHash.of(name, at, length), name, at, length);
  }

  private @Nullable V get(long hash, byte[] name, int at, int length) {
    Node node = root;
    if (node == null) {
      return null;
    }
    for (int shift = 0; ; shift += BITS) {
      int bit = 1 << (int) (hash >>> shift & MASK);
      if ((node.bitmap & bit) == 0) {
        return null;
      }
      Object slot = node.slots[Integer.bitCount(node.bitmap & bit - 1)];
      if (slot instanceof Node deeper) {
        node = deeper;
        continue;
      }
      if (slot instanceof Leaf first) {
        for (Leaf leaf = first; leaf != null; leaf = leaf.next) {
          if (leaf.is(hash, name, at, length)) {
            return value(leaf.value);
          }
        }
        return null;
      }
      byte[] own = ((Named) slot).name();
      return own.length == length && Names.equal(own, 0, name, at, length) ? value(slot) : null;
    }
  }

  @Nullable V get(byte[] name) {
    return get(name, 0, name.length);
  }

  NameIndex<V> with(byte[] name, V value) {
    long hash = NameHash.of(name, 0, name.length);
    Object entry =
        value instanceof Named named && Arrays.equals(named.name(), name)
            ? value
            : new Leaf(hash, name, value, null);
    int grown = get(hash, name, 0, name.length) == null ? size + 1 : size;
    Node top = root == null ? Node.EMPTY : root;
    return new NameIndex<>(top.with(entry, hash, 0), grown);
  }

  NameIndex<V> without(byte[] name) {
    Node top = root;
    if (top == null || get(name) == null) {
      return this;
    }
    return new NameIndex<>(top.without(NameHash.of(name, 0, name.length), name, 0), size - 1);
  }

  // Only values of this map's own type are ever put into it.
  @SuppressWarnings("unchecked")
  private V value(Object value) {
    return (V) value;
  }

  /** A name and its value; {@code next} leads to names with the very same 64-bit hash. */
  private static final class Leaf {
    final long hash;
    final byte[] name;
    final Object value;
    final @Nullable Leaf next;

    Leaf(long hash, byte[] name, Object value, @Nullable Leaf next) {
      this.hash = hash;
      this.name = name;
      this.value = value;
      this.next = next;
    }

    boolean is(long otherHash, byte[] other, int at, int length) {
      return hash == otherHash && name.length == length && Names.equal(name, 0, other, at, length);
    }

    /** A leaf of an entry. */
    static Leaf of(Object entry, @Nullable Leaf next) {
      return entry instanceof Leaf leaf
          ? new Leaf(leaf.hash, leaf.name, leaf.value, next)
          : new Leaf(hashOf(entry), nameOf(entry), entry, next);
    }

    @Nullable Leaf without(byte[] other) {
      if (Arrays.equals(name, other)) {
        return next;
      }
      Leaf rest = next == null ? null : next.without(other);
      return new Leaf(hash, name, value, rest);
    }
  }

  // Entries: a leaf or a value that has its own name.

  private static byte[] nameOf(Object entry) {
    return entry instanceof Leaf leaf ? leaf.name : ((Named) entry).name();
  }

  private static long hashOf(Object entry) {
    byte[] name = nameOf(entry);
    return entry instanceof Leaf leaf ? leaf.hash : NameHash.of(name, 0, name.length);
  }

  private static @Nullable Object without(Object entry, byte[] name) {
    if (entry instanceof Leaf leaf) {
      return leaf.without(name);
    }
    return Arrays.equals(nameOf(entry), name) ? null : entry;
  }

  /** An entry in place of the one of its name, if there is one among those of the same hash. */
  private static Object joined(Object entry, Object others) {
    Object rest = without(others, nameOf(entry));
    return rest == null
        ? entry
        : Leaf.of(entry, rest instanceof Leaf leaf ? leaf : Leaf.of(rest, null));
  }

  /** Slots in use, in the order of their bits: each a {@link Node} or an entry. */
  private static final class Node {
    static final Node EMPTY = new Node(0, new Object[0]);

    final int bitmap;
    final Object[] slots;

    Node(int bitmap, Object[] slots) {
      this.bitmap = bitmap;
      this.slots = slots;
    }

    Node with(Object entry, long hash, int shift) {
      int bit = 1 << (int) (hash >>> shift & MASK);
      int i = Integer.bitCount(bitmap & bit - 1);
      if ((bitmap & bit) == 0) {
        Object[] grown = new Object[slots.length + 1];
        System.arraycopy(slots, 0, grown, 0, i);
        grown[i] = entry;
        System.arraycopy(slots, i, grown, i + 1, slots.length - i);
        return new Node(bitmap | bit, grown);
      }
      Object[] changed = slots.clone();
      Object slot = slots[i];
      if (slot instanceof Node deeper) {
        changed[i] = deeper.with(entry, hash, shift + BITS);
      } else {
        long there = Arrays.equals(nameOf(slot), nameOf(entry)) ? hash : hashOf(slot);
        changed[i] =
            there == hash
                ? joined(entry, slot)
                : EMPTY.with(slot, there, shift + BITS).with(entry, hash, shift + BITS);
      }
      return new Node(bitmap, changed);
    }

    /** The node without the name, which is in it; null when nothing is left. */
    @Nullable Node without(long hash, byte[] name, int shift) {
      int bit = 1 << (int) (hash >>> shift & MASK);
      int i = Integer.bitCount(bitmap & bit - 1);
      Object slot = slots[i];
      Object rest =
          slot instanceof Node deeper
              ? deeper.without(hash, name, shift + BITS)
              : NameIndex.without(slot, name);
      if (rest != null) {
        Object[] changed = slots.clone();
        changed[i] = rest;
        return new Node(bitmap, changed);
      }
      if (slots.length == 1) {
        return null;
      }
      Object[] shrunk = new Object[slots.length - 1];
      System.arraycopy(slots, 0, shrunk, 0, i);
      System.arraycopy(slots, i + 1, shrunk, i, shrunk.length - i);
      return new Node(bitmap & ~bit, shrunk);
    }
  }
}
