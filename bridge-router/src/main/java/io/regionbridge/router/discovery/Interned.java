package io.regionbridge.router.discovery;

import io.regionbridge.router.directory.EndpointPort;
import io.regionbridge.router.directory.ServicePort;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Equal values that thousands of objects share, kept once: namespaces and lists of ports. When one
 * kind has too many members to be worth it, it is started anew; who holds an old member keeps it.
 */
final class Interned {
  private static final int MOST = 20_000;

  private final Map<String, String> texts = new ConcurrentHashMap<>();
  private final Map<List<ServicePort>, List<ServicePort>> servicePorts = new ConcurrentHashMap<>();
  private final Map<List<EndpointPort>, List<EndpointPort>> endpointPorts =
      new ConcurrentHashMap<>();

  String text(String text) {
    return interned(texts, text);
  }

  List<ServicePort> servicePorts(List<ServicePort> ports) {
    return interned(servicePorts, List.copyOf(ports));
  }

  List<EndpointPort> endpointPorts(List<EndpointPort> ports) {
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
