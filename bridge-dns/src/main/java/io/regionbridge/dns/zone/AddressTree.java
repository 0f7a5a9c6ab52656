package io.regionbridge.dns.zone;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable ordered map from IP addresses of one family to values that shares structure with the
 * map it was made from: a B+ tree of {@value #MOST} entries a node. A change copies a path of two
 * to four small nodes. Takes some 13 octets for an IPv4 address beside its value. Look-up allocates
 * nothing.
 *
 * <p>An address is two longs; of an IPv4 address, the lower one, unsigned.
 */
public final class AddressTree<V> {
  private static final int MOST = 48;

  /** Two neighbours that have no more than this together become one. */
  private static final int LEAST = 24;

  private final boolean wide;
  private final @Nullable Node root;

  private AddressTree(boolean wide, @Nullable Node root) {
    this.wide = wide;
    this.root = root;
  }

  /** A tree without addresses. */
  public static <V> AddressTree<V> empty(boolean ipv6) {
    return new AddressTree<>(ipv6, null);
  }

  /** Whether it is of IPv6 addresses. */
  public boolean isIpv6() {
    return wide;
  }

  /** The value of an address, or null. */
  // Only values of this tree's own type are ever put into its leaves.
  @SuppressWarnings("unchecked")
  public @Nullable V get(long high, long low) {
    Node node = root;
    if (node == null) {
      return null;
    }
    while (!node.leaf) {
      node = (Node) node.slots[Math.max(0, node.floor(high, low))];
    }
    int i = node.floor(high, low);
    return i >= 0 && node.compare(i, high, low) == 0 ? (V) node.slots[i] : null;
  }

  /** Whether there is an address from the first to the last one, both included. */
  public boolean holdsAny(long high, long low, long lastHigh, long lastLow) {
    return root != null && holdsAny(root, high, low, lastHigh, lastLow);
  }

  private static boolean holdsAny(Node node, long high, long low, long lastHigh, long lastLow) {
    int i = node.floor(high, low);
    if (node.leaf) {
      int next = i >= 0 && node.compare(i, high, low) == 0 ? i : i + 1;
      return next < node.slots.length && node.compare(next, lastHigh, lastLow) <= 0;
    }
    if (i >= 0 && holdsAny((Node) node.slots[i], high, low, lastHigh, lastLow)) {
      return true;
    }
    // Each child begins with its first key.
    return i + 1 < node.slots.length && node.compare(i + 1, lastHigh, lastLow) <= 0;
  }

  /** The tree with another value for an address. */
  public AddressTree<V> with(long high, long low, V value) {
    if (root == null) {
      return new AddressTree<>(wide, Node.EMPTY.inserted(0, wide, high, low, value));
    }
    Node next = put(root, high, low, value);
    return new AddressTree<>(wide, next.slots.length > MOST ? next.split(next.half(), wide) : next);
  }

  private Node put(Node node, long high, long low, Object value) {
    int i = node.floor(high, low);
    if (node.leaf) {
      return i >= 0 && node.compare(i, high, low) == 0
          ? node.replaced(i, value)
          : node.inserted(i + 1, wide, high, low, value);
    }
    int at = Math.max(0, i);
    Node child = put((Node) node.slots[at], high, low, value);
    if (child.slots.length <= MOST) {
      return node.replaced(at, child).keyed(at, wide, child);
    }
    // One that grows at its end is left full: addresses are often put in their order.
    int half = child.floor(high, low) == child.slots.length - 1 ? MOST : child.half();
    Node right = child.part(half, child.slots.length, wide);
    Node left = child.part(0, half, wide);
    return node.replaced(at, left)
        .keyed(at, wide, left)
        .inserted(at + 1, wide, right.high(0), right.low(0), right);
  }

  /** The tree without an address. */
  public AddressTree<V> without(long high, long low) {
    if (root == null || get(high, low) == null) {
      return this;
    }
    Node next = remove(root, high, low);
    while (!next.leaf && next.slots.length == 1) {
      next = (Node) next.slots[0];
    }
    return new AddressTree<>(wide, next.slots.length == 0 ? null : next);
  }

  private Node remove(Node node, long high, long low) {
    int i = Math.max(0, node.floor(high, low));
    if (node.leaf) {
      return node.removed(i, wide);
    }
    Node child = remove((Node) node.slots[i], high, low);
    if (child.slots.length == 0) {
      return node.removed(i, wide);
    }
    Node next = node.replaced(i, child).keyed(i, wide, child);
    int left = i > 0 ? i - 1 : i;
    if (left + 1 < next.slots.length) {
      Node one = (Node) next.slots[left];
      Node other = (Node) next.slots[left + 1];
      if (one.slots.length + other.slots.length <= LEAST) {
        return next.replaced(left, one.joined(other)).removed(left + 1, wide);
      }
    }
    return next;
  }

  /** Keys in order, and with each a value, or a child whose first key it is. */
  private static final class Node {
    static final Node EMPTY = new Node(new int[0], new Object[0], true);

    /** One word for each IPv4 address, four for each IPv6 address. */
    final int[] keys;

    final Object[] slots;
    final boolean leaf;

    Node(int[] keys, Object[] slots, boolean leaf) {
      this.keys = keys;
      this.slots = slots;
      this.leaf = leaf;
    }

    int half() {
      return slots.length / 2;
    }

    private boolean isWide() {
      return keys.length > slots.length;
    }

    private static int words(boolean wide) {
      return wide ? 4 : 1;
    }

    long high(int i) {
      return isWide() ? word(4 * i) : 0;
    }

    long low(int i) {
      return isWide() ? word(4 * i + 2) : Integer.toUnsignedLong(keys[i]);
    }

    private long word(int at) {
      return (long) keys[at] << 32 | Integer.toUnsignedLong(keys[at + 1]);
    }

    /** How key {@code i} compares with an address. */
    int compare(int i, long high, long low) {
      int byHigh = Long.compareUnsigned(high(i), high);
      return byHigh != 0 ? byHigh : Long.compareUnsigned(low(i), low);
    }

    /** The place of the last key that is not after an address; -1 if there is none. */
    int floor(long high, long low) {
      int from = 0;
      int to = slots.length;
      while (from < to) {
        int middle = (from + to) >>> 1;
        if (compare(middle, high, low) <= 0) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from - 1;
    }

    private static void put(int[] keys, int i, boolean wide, long high, long low) {
      if (wide) {
        keys[4 * i] = (int) (high >>> 32);
        keys[4 * i + 1] = (int) high;
        keys[4 * i + 2] = (int) (low >>> 32);
        keys[4 * i + 3] = (int) low;
      } else {
        keys[i] = (int) low;
      }
    }

    Node inserted(int i, boolean wide, long high, long low, Object slot) {
      int words = words(wide);
      int[] nextKeys = new int[keys.length + words];
      System.arraycopy(keys, 0, nextKeys, 0, i * words);
      put(nextKeys, i, wide, high, low);
      System.arraycopy(keys, i * words, nextKeys, (i + 1) * words, keys.length - i * words);
      Object[] nextSlots = new Object[slots.length + 1];
      System.arraycopy(slots, 0, nextSlots, 0, i);
      nextSlots[i] = slot;
      System.arraycopy(slots, i, nextSlots, i + 1, slots.length - i);
      return new Node(nextKeys, nextSlots, leaf);
    }

    Node removed(int i, boolean wide) {
      int words = words(wide);
      int[] nextKeys = Arrays.copyOf(keys, keys.length - words);
      System.arraycopy(keys, (i + 1) * words, nextKeys, i * words, nextKeys.length - i * words);
      Object[] nextSlots = Arrays.copyOf(slots, slots.length - 1);
      System.arraycopy(slots, i + 1, nextSlots, i, nextSlots.length - i);
      return new Node(nextKeys, nextSlots, leaf);
    }

    Node replaced(int i, Object slot) {
      Object[] next = slots.clone();
      next[i] = slot;
      return new Node(keys, next, leaf);
    }

    /** With the first key of a child as the child's. */
    Node keyed(int i, boolean wide, Node child) {
      if (compare(i, child.high(0), child.low(0)) == 0) {
        return this;
      }
      int[] next = keys.clone();
      put(next, i, wide, child.high(0), child.low(0));
      return new Node(next, slots, leaf);
    }

    Node part(int from, int to, boolean wide) {
      int words = words(wide);
      return new Node(
          Arrays.copyOfRange(keys, from * words, to * words),
          Arrays.copyOfRange(slots, from, to),
          leaf);
    }

    Node split(int at, boolean wide) {
      Node left = part(0, at, wide);
      Node right = part(at, slots.length, wide);
      return new Node(new int[0], new Object[0], false)
          .inserted(0, wide, left.high(0), left.low(0), left)
          .inserted(1, wide, right.high(0), right.low(0), right);
    }

    Node joined(Node other) {
      int[] nextKeys = Arrays.copyOf(keys, keys.length + other.keys.length);
      System.arraycopy(other.keys, 0, nextKeys, keys.length, other.keys.length);
      Object[] nextSlots = Arrays.copyOf(slots, slots.length + other.slots.length);
      System.arraycopy(other.slots, 0, nextSlots, slots.length, other.slots.length);
      return new Node(nextKeys, nextSlots, leaf);
    }
  }
}
