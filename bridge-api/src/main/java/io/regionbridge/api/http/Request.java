package io.regionbridge.api.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request.
 *
 * @param method HEAD is answered as GET
 * @param path decoded, without the query
 * @param query decoded; a name may have several values
 * @param accept the header's value, or empty, as is {@code authorization}
 * @param host of the target if that is a whole URI, else of the Host header, or empty
 * @param client its address, without the port
 */
public record Request(
    String method,
    String path,
    Map<String, List<String>> query,
    String accept,
    String authorization,
    String host,
    Object client) {
  /** The first value of a query parameter. */
  public Optional<String> parameter(String name) {
    return query.getOrDefault(name, List.of()).stream().findFirst();
  }

  /** Which of some media types the client likes best; the first of those it likes equally. */
  public String preferred(List<String> offered) {
    return MediaType.preferred(accept, offered);
  }

  /** The request without its token, for the log. */
  @Override
  public String toString() {
    return "Request[" + method + " " + path + " " + query + "]";
  }
}
