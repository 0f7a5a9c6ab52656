package io.regionbridge.router.directory;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from strings whose next version shares all but a path of a few nodes with it.
 *
 * <p>A hash trie, 32 wide: a branch holds, in the order of five bits of the hash, those children
 * that there are; an entry sits as high as it is alone below. Removal keeps to that rule, so the
 * same entries make the same tree whichever way they came, and two versions are compared by walking
 * them side by side, past all that they share.
 *
 * @param <V> the type of values; versions are compared by the identity of values
 */
final class PersistentMap<V> {
  private static final int BITS = 5;
  private static final int MASK = (1 << BITS) - 1;
  private static final PersistentMap<?> EMPTY = new PersistentMap<>(null, 0);

  private final @Nullable Node<V> root;
  private final int size;

  private PersistentMap(@Nullable Node<V> root, int size) {
    this.root = root;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // holds no value of any type
  static <V> PersistentMap<V> empty() {
    return (PersistentMap<V>) EMPTY;
  }

  int size() {
    return size;
  }

  @Nullable V get(String key) {
    return get(root, key, 0);
  }

  PersistentMap<V> with(String key, V value) {
    Entry<V> entry = new Entry<>(key, value);
    int added = get(key) == null ? 1 : 0;
    return new PersistentMap<>(root == null ? entry : root.with(entry, 0), size + added);
  }

  PersistentMap<V> without(String key) {
    if (root == null || get(key) == null) {
      return this;
    }
    Node<V> left = root.without(key, spread(key), 0);
    return left == null ? empty() : new PersistentMap<>(left, size - 1);
  }

  void forEach(BiConsumer<String, V> action) {
    forEach(root, entry -> action.accept(entry.key, entry.value));
  }

  /** Tells each key that is in one map only, or has another value in each. Each key once. */
  void forEachChange(PersistentMap<V> before, Consumer<String> action) {
    forEachChange(before.root, root, 0, action);
  }

  private abstract static sealed class Node<V> {
    /** The value of a key, or null. {@code shift} bits of the hash led here. */
    abstract @Nullable V get(String key, int hash, int shift);

    abstract Node<V> with(Entry<V> entry, int shift);

    /** What is left without a key, which is here. */
    abstract @Nullable Node<V> without(String key, int hash, int shift);

    abstract void forEach(Consumer<Entry<V>> action);
  }

  /** All the entries of one hash: one, as a rule. */
  private abstract static sealed class Leaf<V> extends Node<V> {
    final int hash;

    Leaf(int hash) {
      this.hash = hash;
    }

    /** The same entries and one more, of the same hash. */
    abstract Node<V> withTwin(Entry<V> entry);

    @Override
    final Node<V> with(Entry<V> entry, int shift) {
      return hash == entry.hash ? withTwin(entry) : fork(this, entry, shift);
    }
  }

  private static final class Entry<V> extends Leaf<V> {
    final String key;
    final V value;

    Entry(String key, V value) {
      super(spread(key));
      this.key = key;
      this.value = value;
    }

    @Override
    @Nullable V get(String wanted, int wantedHash, int shift) {
      return hash == wantedHash && key.equals(wanted) ? value : null;
    }

    @Override
    Node<V> withTwin(Entry<V> entry) {
      return key.equals(entry.key) ? entry : new Collision<>(hash, null, this).withTwin(entry);
    }

    @Override
    @Nullable Node<V> without(String unwanted, int unwantedHash, int shift) {
      return null;
    }

    @Override
    void forEach(Consumer<Entry<V>> action) {
      action.accept(this);
    }
  }

  /** Entries whose hashes are one and the same: a chain in the order of their keys. */
  private static final class Collision<V> extends Leaf<V> {
    final @Nullable Collision<V> next;
    final Entry<V> entry;

    Collision(int hash, @Nullable Collision<V> next, Entry<V> entry) {
      super(hash);
      this.next = next;
      this.entry = entry;
    }

    @Override
    @Nullable V get(String wanted, int wantedHash, int shift) {
      for (Collision<V> link = this; link != null; link = link.next) {
        if (link.entry.key.equals(wanted)) {
          return link.entry.value;
        }
      }
      return null;
    }

    @Override
    Collision<V> withTwin(Entry<V> twin) {
      int order = twin.key.compareTo(entry.key);
      if (order < 0) {
        return new Collision<>(hash, this, twin);
      }
      if (order == 0) {
        return new Collision<>(hash, next, twin);
      }
      Collision<V> rest = next == null ? new Collision<>(hash, null, twin) : next.withTwin(twin);
      return new Collision<>(hash, rest, entry);
    }

    @Override
    @Nullable Node<V> without(String unwanted, int unwantedHash, int shift) {
      Collision<V> left = unlinked(this, unwanted);
      return left != null && left.next == null ? left.entry : left;
    }

    private static <V> @Nullable Collision<V> unlinked(@Nullable Collision<V> link, String key) {
      if (link == null || link.entry.key.equals(key)) {
        return link == null ? null : link.next;
      }
      return new Collision<>(link.hash, unlinked(link.next, key), link.entry);
    }

    @Override
    void forEach(Consumer<Entry<V>> action) {
      for (Collision<V> link = this; link != null; link = link.next) {
        action.accept(link.entry);
      }
    }
  }

  private static final class Branch<V> extends Node<V> {
    final int bitmap;
    final Node<V>[] children;

    Branch(int bitmap, Node<V>[] children) {
      this.bitmap = bitmap;
      this.children = children;
    }

    @Nullable Node<V> child(int bit) {
      return (bitmap & bit) == 0 ? null : children[index(bit)];
    }

    private int index(int bit) {
      return Integer.bitCount(bitmap & bit - 1);
    }

    @Override
    @Nullable V get(String key, int hash, int shift) {
      Node<V> child = child(bit(hash, shift));
      return child == null ? null : child.get(key, hash, shift + BITS);
    }

    @Override
    Node<V> with(Entry<V> entry, int shift) {
      int bit = bit(entry.hash, shift);
      Node<V> child = child(bit);
      return child == null ? added(bit, entry) : replaced(bit, child.with(entry, shift + BITS));
    }

    @Override
    @Nullable Node<V> without(String key, int hash, int shift) {
      int bit = bit(hash, shift);
      Node<V> child = child(bit);
      if (child == null) {
        return this;
      }
      Node<V> left = child.without(key, hash, shift + BITS);
      Branch<V> branch = left == null ? removed(bit) : replaced(bit, left);
      boolean alone = branch.children.length == 1 && branch.children[0] instanceof Leaf<V>;
      return alone ? branch.children[0] : branch;
    }

    @Override
    void forEach(Consumer<Entry<V>> action) {
      for (Node<V> child : children) {
        child.forEach(action);
      }
    }

    private Branch<V> added(int bit, Node<V> child) {
      int at = index(bit);
      Node<V>[] grown = nodes(children.length + 1);
      System.arraycopy(children, 0, grown, 0, at);
      grown[at] = child;
      System.arraycopy(children, at, grown, at + 1, children.length - at);
      return new Branch<>(bitmap | bit, grown);
    }

    private Branch<V> replaced(int bit, Node<V> child) {
      Node<V>[] changed = children.clone();
      changed[index(bit)] = child;
      return new Branch<>(bitmap, changed);
    }

    private Branch<V> removed(int bit) {
      int at = index(bit);
      Node<V>[] shrunk = nodes(children.length - 1);
      System.arraycopy(children, 0, shrunk, 0, at);
      System.arraycopy(children, at + 1, shrunk, at, shrunk.length - at);
      return new Branch<>(bitmap & ~bit, shrunk);
    }
  }

  /** A branch, or as many as it takes, with two leaves of different hashes below. */
  private static <V> Node<V> fork(Leaf<V> one, Leaf<V> other, int shift) {
    int oneBit = bit(one.hash, shift);
    int otherBit = bit(other.hash, shift);
    if (oneBit == otherBit) {
      Node<V>[] only = nodes(1);
      only[0] = fork(one, other, shift + BITS);
      return new Branch<>(oneBit, only);
    }
    Node<V>[] children = nodes(2);
    boolean inOrder = Integer.compareUnsigned(oneBit, otherBit) < 0;
    children[0] = inOrder ? one : other;
    children[1] = inOrder ? other : one;
    return new Branch<>(oneBit | otherBit, children);
  }

  @SuppressWarnings("ReferenceEquality") // what is shared is equal, and need not be looked into
  private static <V> void forEachChange(
      @Nullable Node<V> before, @Nullable Node<V> after, int shift, Consumer<String> action) {
    if (before == after) {
      return;
    }
    if (before instanceof Branch<V> was && after instanceof Branch<V> is) {
      for (int bits = was.bitmap | is.bitmap; bits != 0; bits &= bits - 1) {
        int bit = Integer.lowestOneBit(bits);
        forEachChange(was.child(bit), is.child(bit), shift + BITS, action);
      }
      return;
    }
    forEach(
        before,
        entry -> {
          if (get(after, entry.key, shift) != entry.value) {
            action.accept(entry.key);
          }
        });
    forEach(
        after,
        entry -> {
          if (get(before, entry.key, shift) == null) {
            action.accept(entry.key);
          }
        });
  }

  private static <V> @Nullable V get(@Nullable Node<V> node, String key, int shift) {
    return node == null ? null : node.get(key, spread(key), shift);
  }

  private static <V> void forEach(@Nullable Node<V> node, Consumer<Entry<V>> action) {
    if (node != null) {
      node.forEach(action);
    }
  }

  private static int bit(int hash, int shift) {
    return 1 << (hash >>> shift & MASK);
  }

  private static int spread(String key) {
    // Names like web-1, web-2 differ in the lowest bits of their hashes alone.
    int hash = key.hashCode() * 0x9e3779b9;
    return hash ^ hash >>> 15;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array has no type arguments
  private static <V> Node<V>[] nodes(int length) {
    return new Node[length];
  }
}
