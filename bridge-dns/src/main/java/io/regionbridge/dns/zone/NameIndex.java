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
    Node node = root;
    if (node == null) {
      return null;
    }
    long hash = NameHash.of(name, at, length);
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
      for (Leaf leaf = (Leaf) slot; leaf != null; leaf = leaf.next) {
        if (leaf.is(hash, name, at, length)) {
          return valueOf(leaf);
        }
      }
      return null;
    }
  }

  @Nullable V get(byte[] name) {
    return get(name, 0, name.length);
  }

  NameIndex<V> with(byte[] name, V value) {
    Leaf leaf = new Leaf(NameHash.of(name, 0, name.length), name, value, null);
    int grown = get(name) == null ? size + 1 : size;
    Node top = root;
    return new NameIndex<>(top == null ? Node.EMPTY.with(leaf, 0) : top.with(leaf, 0), grown);
  }

  NameIndex<V> without(byte[] name) {
    Node top = root;
    if (top == null || get(name) == null) {
      return this;
    }
    return new NameIndex<>(top.without(NameHash.of(name, 0, name.length), name, 0), size - 1);
  }

  // Only values of this map's own type are ever put into its leaves.
  @SuppressWarnings("unchecked")
  private V valueOf(Leaf leaf) {
    return (V) leaf.value;
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

    @Nullable Leaf without(byte[] other) {
      if (Arrays.equals(name, other)) {
        return next;
      }
      Leaf rest = next == null ? null : next.without(other);
      return new Leaf(hash, name, value, rest);
    }
  }

  /** Slots in use, in the order of their bits: each a {@link Node} or a {@link Leaf}. */
  private static final class Node {
    static final Node EMPTY = new Node(0, new Object[0]);

    final int bitmap;
    final Object[] slots;

    Node(int bitmap, Object[] slots) {
      this.bitmap = bitmap;
      this.slots = slots;
    }

    Node with(Leaf leaf, int shift) {
      int bit = 1 << (int) (leaf.hash >>> shift & MASK);
      int i = Integer.bitCount(bitmap & bit - 1);
      if ((bitmap & bit) == 0) {
        Object[] grown = new Object[slots.length + 1];
        System.arraycopy(slots, 0, grown, 0, i);
        grown[i] = leaf;
        System.arraycopy(slots, i, grown, i + 1, slots.length - i);
        return new Node(bitmap | bit, grown);
      }
      Object[] changed = slots.clone();
      Object slot = slots[i];
      if (slot instanceof Node deeper) {
        changed[i] = deeper.with(leaf, shift + BITS);
      } else {
        Leaf there = (Leaf) slot;
        changed[i] =
            there.hash == leaf.hash
                ? new Leaf(leaf.hash, leaf.name, leaf.value, there.without(leaf.name))
                : EMPTY.with(there, shift + BITS).with(leaf, shift + BITS);
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
              : ((Leaf) slot).without(name);
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
