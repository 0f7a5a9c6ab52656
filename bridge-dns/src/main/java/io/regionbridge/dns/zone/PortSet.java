package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.Names;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The named ports of a host, as SRV records have them (RFC 2782). Immutable; one object is to serve
 * all hosts that have the same.
 */
public final class PortSet {
  /** No port. */
  public static final PortSet NONE = new PortSet(new byte[0][], new int[0]);

  private final byte[][] labels;
  private final int[] numbers;

  private PortSet(byte[][] labels, int[] numbers) {
    this.labels = labels;
    this.numbers = numbers;
  }

  /**
   * A port.
   *
   * @param service a label without underscore, folded; at most 62 octets
   * @param protocol such as {@code tcp}
   */
  public record Port(String service, String protocol, int number) {
    private byte[] wire() {
      byte[] name = ("_" + service + "._" + protocol).getBytes(StandardCharsets.US_ASCII);
      byte[] wire = new byte[name.length + 1];
      System.arraycopy(name, 0, wire, 1, name.length);
      int first = service.length() + 1;
      wire[0] = (byte) first;
      wire[first + 1] = (byte) (protocol.length() + 1);
      return wire;
    }
  }

  /** These ports, each once. */
  public static PortSet of(Collection<Port> ports) {
    List<Port> distinct = ports.stream().distinct().toList();
    return distinct.isEmpty()
        ? NONE
        : new PortSet(
            distinct.stream().map(Port::wire).toArray(byte[][]::new),
            distinct.stream().mapToInt(Port::number).toArray());
  }

  /** These ports and those of another set. */
  PortSet with(PortSet other) {
    int more = 0;
    for (int i = 0; i < other.size(); i++) {
      more += holds(other.labels[i], other.numbers[i]) ? 0 : 1;
    }
    if (more == 0) {
      return this;
    }
    byte[][] allLabels = Arrays.copyOf(labels, labels.length + more);
    int[] allNumbers = Arrays.copyOf(numbers, numbers.length + more);
    int at = labels.length;
    for (int i = 0; i < other.size(); i++) {
      if (!holds(other.labels[i], other.numbers[i])) {
        allLabels[at] = other.labels[i];
        allNumbers[at++] = other.numbers[i];
      }
    }
    return new PortSet(allLabels, allNumbers);
  }

  private boolean holds(byte[] label, int number) {
    for (int i = 0; i < labels.length; i++) {
      if (numbers[i] == number && Arrays.equals(labels[i], label)) {
        return true;
      }
    }
    return false;
  }

  int size() {
    return numbers.length;
  }

  int number(int i) {
    return numbers[i];
  }

  /** Whether port {@code i} has these two labels. */
  boolean has(int i, byte[] name, int at, int length) {
    byte[] label = labels[i];
    return label.length == length && Names.equal(label, 0, name, at, length);
  }

  /** How many ports have these two labels. */
  int count(byte[] name, int at, int length) {
    int count = 0;
    for (int i = 0; i < labels.length; i++) {
      if (has(i, name, at, length)) {
        count++;
      }
    }
    return count;
  }

  /** Whether one of the ports has a protocol, given as one label. */
  boolean hasProtocol(byte[] name, int at, int length) {
    for (byte[] label : labels) {
      int from = 1 + label[0];
      if (label.length - from == length && Names.equal(label, from, name, at, length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof PortSet ports
            && Arrays.equals(numbers, ports.numbers)
            && Arrays.deepEquals(labels, ports.labels);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(labels) * 31 + Arrays.hashCode(numbers);
  }
}
