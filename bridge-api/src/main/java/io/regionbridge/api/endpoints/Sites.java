package io.regionbridge.api.endpoints;

import io.netty.handler.ssl.SslContext;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.feed.DirectoryServer;
import io.regionbridge.api.http.BadRequestException;
import io.regionbridge.api.http.BearerToken;
import io.regionbridge.api.http.HostCheck;
import io.regionbridge.api.http.HttpServer.Site;
import io.regionbridge.api.http.MediaType;
import io.regionbridge.api.http.Parameters;
import io.regionbridge.api.http.Problem;
import io.regionbridge.api.http.Request;
import io.regionbridge.api.http.Response;
import io.regionbridge.api.http.Router;
import io.regionbridge.api.http.Router.Route;
import io.regionbridge.api.metrics.BridgeMetrics;
import io.regionbridge.api.reports.Introspection;
import io.regionbridge.api.reports.NamesQuestion;
import io.regionbridge.api.reports.QueryLog;
import io.regionbridge.api.reports.QuerySelection;
import io.regionbridge.api.reports.TraceQuestion;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.tls.AdminTls;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The HTTP sites: one router for operators, a much smaller one for peers. */
public final class Sites {
  private static final int ADMIN_CONNECTIONS = 64;

  /** Two bridges of each of 64 peers follow the directory, and some ask for other things. */
  private static final int PEER_CONNECTIONS = 160;

  private static final Duration EVENT_PERIOD = Duration.ofSeconds(1);

  /** A relay ends sooner by itself: {@code dns.relay.timeout} is 10 s at most. */
  private static final Duration TRACE_TIMEOUT = Duration.ofSeconds(12);

  private Sites() {}

  /**
   * The site for operators, at the admin address.
   *
   * @throws IOException naming a file of the configuration that cannot be used, and why
   */
  public static Site admin(
      BridgeConfig config, Introspection bridge, QueryLog queries, DirectoryServer directory)
      throws IOException {
    Optional<Path> tokenFile = config.get(ConfigKeys.ADMIN_TOKEN_FILE);
    Optional<BearerToken> token =
        tokenFile.isPresent() ? Optional.of(BearerToken.in(tokenFile.get())) : Optional.empty();
    Optional<Path> certificate = config.get(ConfigKeys.ADMIN_TLS_CERTIFICATE);
    Optional<Path> key = config.get(ConfigKeys.ADMIN_TLS_KEY);
    Optional<Supplier<SslContext>> tls =
        certificate.isPresent() && key.isPresent()
            ? Optional.of(AdminTls.in(certificate.get(), key.get(), Clock.systemUTC()))
            : Optional.empty();
    InetSocketAddress listen = config.get(ConfigKeys.ADMIN_LISTEN);
    boolean guarded = token.isPresent() || tls.isPresent();
    HostCheck hosts =
        listen.getAddress().isLoopbackAddress() && !guarded ? HostCheck.LOCAL : HostCheck.ANY;
    Router router = new Router(operators(bridge, queries, directory), token, hosts);
    return new Site(listen, router, ADMIN_CONNECTIONS, "http", tls);
  }

  /**
   * The site for peers, at an address on the overlay and on a thread of its own, so that peers
   * cannot delay probes and operators. It has the port of the admin address; empty if it is that
   * address.
   */
  public static Optional<Site> peers(
      BridgeConfig config, InetAddress overlay, Introspection bridge, DirectoryServer directory) {
    InetSocketAddress admin = config.get(ConfigKeys.ADMIN_LISTEN);
    InetSocketAddress address = new InetSocketAddress(overlay, admin.getPort());
    return admin.getPort() != 0 && address.equals(admin)
        ? Optional.empty()
        : Optional.of(
            new Site(
                address, new Router(peers(bridge, directory)), PEER_CONNECTIONS, "http-peers"));
  }

  /**
   * The routes for operators. Probes have no token, and a browser loads the page before the user
   * enters it.
   */
  public static Map<String, Route> operators(
      Introspection bridge, QueryLog queries, DirectoryServer directory) {
    return Map.ofEntries(
        Map.entry("/healthz", healthz(bridge).forEveryone()),
        Map.entry("/readyz", readyz(bridge).forEveryone()),
        Map.entry("/metrics", metrics(bridge)),
        Map.entry("/api/v1/status", json(_ -> bridge.status())),
        Map.entry("/api/v1/history", json(_ -> bridge.history())),
        Map.entry("/api/v1/region", region(bridge).forEveryone()),
        Map.entry("/api/v1/directory", directory(directory)),
        Map.entry("/api/v1/names", names(bridge)),
        Map.entry("/api/v1/trace", trace(bridge)),
        Map.entry("/api/v1/query-log", queryLog(queries).writable()),
        Map.entry(
            "/api/v1/events",
            Route.of(
                MediaType.EVENTS,
                _ -> new Response.Events(() -> StatusJson.encode(bridge.status()), EVENT_PERIOD))),
        Map.entry("/api/v1/openapi.json", document(MediaType.JSON, "openapi.json").forEveryone()),
        Map.entry("/", page().forEveryone()));
  }

  /** The routes for peers. */
  public static Map<String, Route> peers(Introspection bridge, DirectoryServer directory) {
    return Map.of(
        "/healthz", healthz(bridge),
        "/api/v1/region", region(bridge),
        "/api/v1/directory", directory(directory));
  }

  private static Route directory(DirectoryServer directory) {
    return Route.of(
        MediaType.LINES, request -> directory.feed(request.parameter("since"), request.client()));
  }

  private static Route region(Introspection bridge) {
    return json(request -> bridge.announcement(request.parameter("accepts")));
  }

  private static Route json(Function<Request, Object> value) {
    return Route.of(
        MediaType.JSON,
        request -> Response.ok(MediaType.JSON, StatusJson.encode(value.apply(request))));
  }

  private static Route names(Introspection bridge) {
    return Route.of(
        MediaType.JSON,
        request -> {
          try {
            NamesQuestion question = NamesQuestion.of(request.query());
            return Response.ok(MediaType.JSON, StatusJson.encode(bridge.names(question)));
          } catch (BadRequestException e) {
            return Problem.badRequest(Objects.requireNonNull(e.getMessage()));
          }
        });
  }

  private static Route trace(Introspection bridge) {
    return Route.of(
        MediaType.JSON,
        request -> {
          try {
            return new Response.Later(
                bridge
                    .trace(TraceQuestion.of(request.query()))
                    .thenApply(report ->
                        () -> Response.ok(MediaType.JSON, StatusJson.encode(report.get()))),
                TRACE_TIMEOUT);
          } catch (BadRequestException e) {
            return Problem.badRequest(Objects.requireNonNull(e.getMessage()));
          }
        });
  }

  /** How many lines the client has seen; all, if it asks for none. */
  private static long after(Map<String, List<String>> query) throws BadRequestException {
    String text = Parameters.one(query, "after").orElse(Long.toString(Long.MAX_VALUE));
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // rejected below
    }
    throw new BadRequestException(
        "after \"%s\" is no whole number from 0; write how many lines you have".formatted(text));
  }

  private static Route queryLog(QueryLog queries) {
    return Route.of(
        MediaType.JSON,
        request -> {
          try {
            return Response.ok(
                MediaType.JSON,
                StatusJson.encode(
                    switch (request.method()) {
                      case "PUT" -> queries.start(QuerySelection.of(request.query()));
                      case "DELETE" -> queries.stop();
                      default -> queries.report(after(request.query()));
                    }));
          } catch (BadRequestException e) {
            return Problem.badRequest(Objects.requireNonNull(e.getMessage()));
          }
        });
  }

  private static Route healthz(Introspection bridge) {
    return Route.of(
        MediaType.TEXT,
        _ -> {
          List<String> reasons = bridge.notRunning();
          return reasons.isEmpty()
              ? Response.text("ok")
              : Problem.unavailable(String.join("; ", reasons), reasons);
        });
  }

  private static Route readyz(Introspection bridge) {
    return Route.of(
        MediaType.TEXT,
        _ -> {
          List<String> reasons = bridge.notReady();
          return reasons.isEmpty()
              ? Response.text("ready")
              : Problem.unavailable(String.join("; ", reasons), reasons);
        });
  }

  private static Route metrics(Introspection bridge) {
    return new Route(
        BridgeMetrics.MEDIA_TYPES,
        request -> {
          String mediaType = request.preferred(BridgeMetrics.MEDIA_TYPES);
          return Response.ok(mediaType, bridge.metrics().scrape(mediaType));
        },
        false);
  }

  private static Route document(String mediaType, String name) {
    return Route.of(mediaType, _ -> Response.ok(mediaType, resource(name)));
  }

  private static Route page() {
    return Route.of(
        MediaType.HTML,
        _ -> {
          byte[] page = StatusPageText.fill(resource("status.html"));
          return new Response.Content(200, MediaType.HTML, page, PagePolicy.headers(page));
        });
  }

  private static byte[] resource(String name) {
    try (InputStream in = Sites.class.getResourceAsStream("/io/regionbridge/api/http/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
