package io.regionbridge.dns.zone;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The names that hosts have instead of their addresses, in one array. Several hosts may share a
 * name: the addresses of one pod, or pods that were given the same. Immutable.
 */
final class HostLabels {
  /** All labels with their length octets; an empty one where a host has none. */
  private final byte[] octets;

  private final int[] starts;

  /** The hosts that have a label, in the order of their labels, and of the hosts for each. */
  private final int[] order;

  private HostLabels(byte[] octets, int[] starts, int[] order) {
    this.octets = octets;
    this.starts = starts;
    this.order = order;
  }

  /** Of each host its label without length octet, or null. */
  static HostLabels of(byte[] @Nullable [] labels) {
    int length = 0;
    for (byte[] label : labels) {
      length += 1 + (label == null ? 0 : label.length);
    }
    byte[] octets = new byte[length];
    int[] starts = new int[labels.length];
    int at = 0;
    for (int i = 0; i < labels.length; i++) {
      byte[] label = labels[i];
      starts[i] = at;
      if (label != null) {
        octets[at] = (byte) label.length;
        System.arraycopy(label, 0, octets, at + 1, label.length);
        at += label.length;
      }
      at++;
    }
    int[] order =
        IntStream.range(0, labels.length)
            .filter(i -> labels[i] != null)
            .boxed()
            .sorted(
                Comparator.comparing((Integer i) -> labels[i], Arrays::compare)
                    .thenComparing(Comparator.naturalOrder()))
            .mapToInt(Integer::intValue)
            .toArray();
    return new HostLabels(octets, starts, order);
  }

  boolean has(int host) {
    return octets[starts[host]] != 0;
  }

  /** Writes a host's label with its length octet; returns where it ends. */
  int write(int host, byte[] out, int at) {
    int length = 1 + octets[starts[host]];
    System.arraycopy(octets, starts[host], out, at, length);
    return at + length;
  }

  /** How many hosts have a label. */
  int count() {
    return order.length;
  }

  /** The host at a place of the order. */
  int host(int place) {
    return order[place];
  }

  /** Whether the host at a place has the same label as the one before it. */
  boolean repeats(int place) {
    return place > 0 && compare(order[place - 1], octets, starts[order[place]]) == 0;
  }

  /** The first place of the hosts with a label, which has its length octet; -1 if none has it. */
  int find(byte[] label, int at) {
    int from = 0;
    int to = order.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (compare(order[middle], label, at) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from < order.length && compare(order[from], label, at) == 0 ? from : -1;
  }

  private int compare(int host, byte[] label, int at) {
    int start = starts[host];
    return Arrays.compare(
        octets, start + 1, start + 1 + octets[start], label, at + 1, at + 1 + label[at]);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HostLabels labels && Arrays.equals(octets, labels.octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }
}
