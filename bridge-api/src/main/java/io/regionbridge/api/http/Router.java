package io.regionbridge.api.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which resources an address serves. Immutable. Paths are matched whole: what is not listed is not
 * there.
 */
public final class Router {
  private static final Logger log = LoggerFactory.getLogger(Router.class);

  private final Map<String, Route> routes;
  private final Optional<BearerToken> token;
  private final HostCheck hosts;

  /**
   * One resource.
   *
   * @param mediaTypes the representations that it has
   * @param answer makes the response on the server's thread without blocking: slow work is a {@link
   *     Response.Later}
   * @param open whether it needs no token
   */
  public record Route(
      List<String> mediaTypes,
      Function<Request, Response> answer,
      boolean open,
      List<String> methods) {
    private static final List<String> READING = List.of("GET", "HEAD");

    public Route {
      mediaTypes = List.copyOf(mediaTypes);
      methods = List.copyOf(methods);
    }

    /** A resource to read. */
    public Route(List<String> mediaTypes, Function<Request, Response> answer, boolean open) {
      this(mediaTypes, answer, open, READING);
    }

    /** A resource with one media type. */
    public static Route of(String mediaType, Function<Request, Response> answer) {
      return new Route(List.of(mediaType), answer, false);
    }

    /**
     * The same resource without a token: it has no secrets, or serves clients that have no token.
     */
    public Route forEveryone() {
      return new Route(mediaTypes, answer, true, methods);
    }

    /**
     * The same resource to write as well. PUT and DELETE are methods that a browser sends for a
     * page from elsewhere only after it has asked (CORS), and it hears no yes here.
     */
    public Route writable() {
      return new Route(mediaTypes, answer, open, List.of("GET", "HEAD", "PUT", "DELETE"));
    }
  }

  /** A router for these paths. */
  public Router(Map<String, Route> routes) {
    this(routes, Optional.empty(), HostCheck.ANY);
  }

  /**
   * A router that requires a token, if there is one, for all that is not open.
   *
   * @param hosts which Host headers are accepted
   */
  public Router(Map<String, Route> routes, Optional<BearerToken> token, HostCheck hosts) {
    this.routes = Map.copyOf(routes);
    this.token = token;
    this.hosts = hosts;
  }

  /** The response to a request; never throws. */
  Response answer(Request request) {
    if (!hosts.allows(request.host())) {
      return Problem.misdirected();
    }
    Route route = routes.get(request.path());
    if (route == null) {
      return Problem.notFound(request.path());
    }
    if (!route.open() && token.isPresent() && !token.get().shownIn(request.authorization())) {
      return Problem.unauthorized(BearerToken.anyIn(request.authorization()));
    }
    if (!route.methods().contains(request.method())) {
      return Problem.methodNotAllowed(request.method(), route.methods());
    }
    if (!MediaType.accepted(request.accept(), route.mediaTypes())) {
      return Problem.notAcceptable(route.mediaTypes());
    }
    try {
      return route.answer().apply(request);
    } catch (RuntimeException e) {
      log.error("cannot answer {} {}", request.method(), request.path(), e);
      return Problem.internalError();
    }
  }
}
