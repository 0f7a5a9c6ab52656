package io.regionbridge.router.directory;

import io.regionbridge.router.net.IpAddress;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints in a few arrays: four octets for each with an IPv4 address, as a rule. They are made
 * objects when somebody looks at them. Immutable; those with IPv4 addresses come first, otherwise
 * the order is the one they were given in.
 */
final class EndpointList extends AbstractList<Endpoint> implements RandomAccess {
  private static final int[] NO_IPV4 = {};
  private static final long[] NO_IPV6 = {};
  private static final EndpointList EMPTY =
      new EndpointList(NO_IPV4, NO_IPV6, null, null, new Endpoint.Terms[0]);

  private final int[] v4;

  /** Upper and lower half of each address. */
  private final long[] v6;

  private final @Nullable String @Nullable [] hostnames;

  /** Of all endpoints; null if they are not the same. */
  private final Endpoint.@Nullable Terms common;

  private final Endpoint.Terms @Nullable [] each;

  private EndpointList(
      int[] v4,
      long[] v6,
      @Nullable String @Nullable [] hostnames,
      Endpoint.@Nullable Terms common,
      Endpoint.Terms @Nullable [] each) {
    this.v4 = v4;
    this.v6 = v6;
    this.hostnames = hostnames;
    this.common = common;
    this.each = each;
  }

  /** These endpoints; the same object if they are in such a list already. */
  static EndpointList of(Collection<Endpoint> endpoints) {
    if (endpoints instanceof EndpointList list) {
      return list;
    }
    int count = endpoints.size();
    if (count == 0) {
      return EMPTY;
    }
    int wide = 0;
    boolean named = false;
    for (Endpoint endpoint : endpoints) {
      wide += endpoint.address().isIpv6() ? 1 : 0;
      named |= endpoint.hostname() != null;
    }
    int narrow = count - wide;
    int[] v4 = narrow == 0 ? NO_IPV4 : new int[narrow];
    long[] v6 = wide == 0 ? NO_IPV6 : new long[2 * wide];
    @Nullable String @Nullable [] hostnames = named ? new String[count] : null;
    Endpoint.Terms[] each = new Endpoint.Terms[count];
    Map<Endpoint.Terms, Endpoint.Terms> distinct = new HashMap<>();
    Endpoint.Terms last = null;
    int next4 = 0;
    int next6 = 0;
    for (Endpoint endpoint : endpoints) {
      int i;
      if (endpoint.address() instanceof IpAddress.V4(int bits)) {
        i = next4;
        v4[next4++] = bits;
      } else {
        IpAddress.V6 address = (IpAddress.V6) endpoint.address();
        i = narrow + next6;
        v6[2 * next6] = address.high();
        v6[2 * next6++ + 1] = address.low();
      }
      if (last == null || !last.equals(endpoint.terms())) {
        last = distinct.computeIfAbsent(endpoint.terms(), terms -> terms);
      }
      each[i] = last;
      if (hostnames != null) {
        hostnames[i] = endpoint.hostname();
      }
    }
    boolean same = distinct.size() == 1;
    return new EndpointList(v4, v6, hostnames, same ? last : null, same ? null : each);
  }

  @Override
  public int size() {
    return v4.length + v6.length / 2;
  }

  @Override
  public Endpoint get(int i) {
    Objects.checkIndex(i, size());
    int wide = 2 * (i - v4.length);
    IpAddress address =
        wide < 0 ? new IpAddress.V4(v4[i]) : new IpAddress.V6(v6[wide], v6[wide + 1]);
    return new Endpoint(address, hostnames == null ? null : hostnames[i], terms(i));
  }

  private Endpoint.Terms terms(int i) {
    return each != null ? each[i] : Objects.requireNonNull(common, "of all endpoints");
  }

  int[] ipv4() {
    return v4;
  }

  long[] ipv6() {
    return v6;
  }

  /** The terms of all endpoints; null if they are not the same, or there are none. */
  Endpoint.@Nullable Terms common() {
    return common;
  }

  boolean hasHostnames() {
    return hostnames != null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof EndpointList list)) {
      return super.equals(other);
    }
    return this == list
        || Arrays.equals(v4, list.v4)
            && Arrays.equals(v6, list.v6)
            && Objects.equals(common, list.common)
            && Arrays.equals(each, list.each)
            && Arrays.equals(hostnames, list.hostnames);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
