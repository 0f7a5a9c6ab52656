package io.regionbridge.dns.zone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * What one name holds, in each {@link View}: records, or hosts of which records are made ({@link
 * HostGroup}, {@link HostsElsewhere}). A name without records that others lie below exists all the
 * same (an empty non-terminal, RFC 8020).
 */
public abstract sealed class ZoneNode permits ZoneNode.Encoded, HostNode {
  private static final RecordSet[] NO_RECORDS = {};
  static final Encoded EMPTY = new Encoded(NO_RECORDS, NO_RECORDS, false, 0);

  private final int children;

  ZoneNode(int children) {
    this.children = children;
  }

  /** How many names of the zone's index lie right below this one. */
  final int children() {
    return children;
  }

  /** Whether the name exists by itself, with or without records, and not for names below it. */
  abstract boolean ownsName();

  abstract boolean hasRecords();

  abstract ZoneNode withChildren(int count);

  /** A node with the same records for all clients; without records it gives NODATA. */
  public static ZoneNode of(List<Record> records) {
    RecordSet[] sets = encode(records);
    return new Encoded(sets, sets, true, 0);
  }

  /**
   * A node that says one thing to clients in the cluster and another to all others; either list may
   * be empty.
   */
  public static ZoneNode of(List<Record> cluster, List<Record> pods) {
    return new Encoded(encode(cluster), encode(pods), true, 0);
  }

  private static RecordSet[] encode(List<Record> records) {
    if (records.isEmpty()) {
      return NO_RECORDS;
    }
    Map<Integer, List<Record>> byType = new LinkedHashMap<>();
    for (Record r : records) {
      byType.computeIfAbsent(r.getType(), t -> new ArrayList<>()).add(r);
    }
    return byType.values().stream().map(RecordSet::of).toArray(RecordSet[]::new);
  }

  /** Records, encoded as they stand in answers. */
  static final class Encoded extends ZoneNode {
    private final RecordSet[] cluster;
    private final RecordSet[] pods;
    private final boolean ownsName;

    private Encoded(RecordSet[] cluster, RecordSet[] pods, boolean ownsName, int children) {
      super(children);
      this.cluster = cluster;
      this.pods = pods;
      this.ownsName = ownsName;
    }

    /** The same node with these records, in both views, in place of its own of their type. */
    @SuppressWarnings("ReferenceEquality") // the same array: one serves both
    Encoded with(RecordSet set) {
      RecordSet[] inside = with(cluster, set);
      return new Encoded(inside, pods == cluster ? inside : with(pods, set), true, children());
    }

    private static RecordSet[] with(RecordSet[] sets, RecordSet set) {
      return Stream.concat(
              Stream.of(set), Arrays.stream(sets).filter(other -> other.type() != set.type()))
          .toArray(RecordSet[]::new);
    }

    /**
     * The records of a type, or the CNAME that stands for every type (RFC 1034 section 3.6.2), or
     * null.
     */
    @Nullable RecordSet find(View view, int type) {
      for (RecordSet set : view == View.CLUSTER ? cluster : pods) {
        if (set.type() == type || set.type() == Type.CNAME) {
          return set;
        }
      }
      return null;
    }

    @Override
    boolean ownsName() {
      return ownsName;
    }

    @Override
    boolean hasRecords() {
      return cluster.length > 0 || pods.length > 0;
    }

    @Override
    Encoded withChildren(int count) {
      return new Encoded(cluster, pods, ownsName, count);
    }
  }
}
