package io.regionbridge.router.directory;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Equal values that thousands of objects share, kept once: namespaces, lists of ports, traits. When
 * one kind has too many members to be worth it, it is started anew; who holds an old member keeps
 * it. Thread-safe.
 */
public final class Interned {
  private static final int MOST = 20_000;

  private final Map<String, String> texts = new ConcurrentHashMap<>();
  private final Map<List<ServiceFacts.Port>, List<ServiceFacts.Port>> servicePorts =
      new ConcurrentHashMap<>();
  private final Map<List<Endpoint.Port>, List<Endpoint.Port>> endpointPorts =
      new ConcurrentHashMap<>();
  private final Map<Endpoint.Terms, Endpoint.Terms> terms = new ConcurrentHashMap<>();
  private final Map<ServiceTraits, ServiceTraits> traits = new ConcurrentHashMap<>();

  /** The one kept of equal terms. */
  public Endpoint.Terms terms(Endpoint.Terms value) {
    return interned(terms, value);
  }

  /** The one kept of equal traits. */
  public ServiceTraits traits(ServiceTraits value) {
    return interned(traits, value);
  }

  /** The one kept of equal texts. */
  public String text(String text) {
    return interned(texts, text);
  }

  /** The one kept of equal lists; immutable. */
  public List<ServiceFacts.Port> servicePorts(List<ServiceFacts.Port> ports) {
    return interned(servicePorts, List.copyOf(ports));
  }

  /** The one kept of equal lists; immutable. */
  public List<Endpoint.Port> endpointPorts(List<Endpoint.Port> ports) {
    return interned(endpointPorts, List.copyOf(ports));
  }

  private static <V> V interned(Map<V, V> known, V value) {
    if (known.size() >= MOST) {
      known.clear();
    }
    V before = known.putIfAbsent(value, value);
    return before == null ? value : before;
  }
}
