package io.regionbridge.router.diagnosis;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.kubernetes.ErrorText;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads from an API server what it lets be read, and notes what it does not. Used by one thread.
 */
final class Reading {
  private final Map<String, String> unreadable = new TreeMap<>();

  /** What could not be read, and why. */
  Map<String, String> unreadable() {
    return unreadable;
  }

  /**
   * Reads something. Returns empty if it does not exist or cannot be read.
   *
   * @param resource its RBAC name
   */
  <T> Optional<T> of(String resource, Supplier<@Nullable T> how) {
    try {
      return Optional.ofNullable(how.get());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        unreadable.put(
            resource,
            e.getCode() == HttpURLConnection.HTTP_FORBIDDEN ? "forbidden" : ErrorText.of(e));
      }
      return Optional.empty();
    }
  }
}
