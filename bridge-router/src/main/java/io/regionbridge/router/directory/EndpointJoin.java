package io.regionbridge.router.directory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Joins the endpoints of a Service's EndpointSlices. Pure, and the order of the slices makes no
 * difference.
 *
 * <p>Several slices may list one address: for a moment when it moves from one to another, and for
 * long when they were mirrored from an object that has some of its ports ready and others not. The
 * best state counts, with the ports of that state.
 *
 * <p>Two hostnames at one address are two endpoints, such as pods on the host network of one node:
 * each has its own state and ports.
 */
final class EndpointJoin {
  private static final Comparator<Endpoint> BY_ADDRESS_BEST_FIRST =
      Comparator.comparing(Endpoint::address)
          .thenComparing(Endpoint::state)
          .thenComparing(Endpoint::hostname, Comparator.nullsLast(Comparator.naturalOrder()));

  private EndpointJoin() {}

  /** Endpoints in the order in which Services have them, the best of each address first. */
  static EndpointList sorted(List<Endpoint> endpoints) {
    if (endpoints instanceof EndpointList) {
      return EndpointList.of(endpoints);
    }
    List<Endpoint> all = new ArrayList<>(endpoints);
    all.sort(BY_ADDRESS_BEST_FIRST);
    return EndpointList.of(all);
  }

  /** Those endpoints that the Service's names lead to, in the order of their addresses. */
  static List<Endpoint> choose(ServiceFacts facts, Collection<Endpoint> endpoints) {
    if (facts.type() == ServiceType.EXTERNAL_NAME) {
      return List.of();
    }
    List<Endpoint> all = new ArrayList<>(endpoints);
    all.sort(BY_ADDRESS_BEST_FIRST);
    List<Endpoint> distinct = distinct(all);
    if (facts.publishNotReadyAddresses()) {
      return distinct;
    }
    List<Endpoint> ready = inState(EndpointState.READY, distinct);
    return ready.isEmpty() ? inState(EndpointState.DRAINING, distinct) : ready;
  }

  private static List<Endpoint> inState(EndpointState state, List<Endpoint> endpoints) {
    List<Endpoint> chosen = new ArrayList<>(endpoints.size());
    for (Endpoint endpoint : endpoints) {
      if (endpoint.state() == state) {
        chosen.add(endpoint);
      }
    }
    return chosen;
  }

  private static List<Endpoint> distinct(List<Endpoint> sorted) {
    List<Endpoint> distinct = new ArrayList<>(sorted.size());
    int at = 0;
    while (at < sorted.size()) {
      int end = at + 1;
      while (end < sorted.size() && sorted.get(end).address().equals(sorted.get(at).address())) {
        end++;
      }
      if (end - at == 1) {
        distinct.add(sorted.get(at));
      } else {
        addMerged(sorted.subList(at, end), distinct);
      }
      at = end;
    }
    return distinct;
  }

  /** Adds one endpoint for each hostname at one address; one if there is none. */
  private static void addMerged(List<Endpoint> same, List<Endpoint> distinct) {
    TreeSet<String> hostnames = new TreeSet<>();
    same.stream().map(Endpoint::hostname).filter(Objects::nonNull).forEach(hostnames::add);
    if (hostnames.size() < 2) {
      distinct.add(merge(same));
      return;
    }
    for (String hostname : hostnames) {
      distinct.add(merge(same.stream().filter(e -> hostname.equals(e.hostname())).toList()));
    }
  }

  /** One endpoint out of several, the best one first. */
  private static Endpoint merge(List<Endpoint> same) {
    Endpoint best = same.getFirst();
    @Nullable String hostname = best.hostname();
    TreeSet<Endpoint.Port> ports = new TreeSet<>(best.ports());
    for (Endpoint other : same) {
      if (hostname == null) {
        hostname = other.hostname();
      }
      if (other.state() == best.state()) {
        ports.addAll(other.ports());
      }
    }
    List<Endpoint.Port> all = List.copyOf(ports);
    Endpoint.Terms terms =
        all.equals(best.ports())
            ? best.terms()
            : new Endpoint.Terms(best.state(), all, best.zone(), best.pod());
    return new Endpoint(best.address(), hostname, terms);
  }
}
