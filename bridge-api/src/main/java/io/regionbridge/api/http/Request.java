package io.regionbridge.api.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was asked for.
 *
 * @param method such as GET; HEAD is answered as GET is
 * @param path decoded, without the query
 * @param query decoded; a name that was given twice has two values
 * @param accept the value of the Accept header, empty if there is none
 * @param authorization the value of the Authorization header, empty if there is none
 * @param host for whom it is meant: of the target if that is a whole URI, else the Host header;
 *     empty if there is neither
 * @param client who asks: its address, without the port
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

  /** Without what nobody should read in a log. */
  @Override
  public String toString() {
    return "Request[" + method + " " + path + " " + query + "]";
  }
}
