package io.regionbridge.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.NamesReport;
import io.regionbridge.api.status.QueryLogReport;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.status.TraceReport;
import io.regionbridge.router.loop.FailureReason;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Asks a running bridge about itself, by HTTP. */
final class AdminClient implements AutoCloseable {
  /** Default admin address of a bridge on this machine. */
  static final String DEFAULT_URL = "http://127.0.0.1:8053";

  private static final String QUERY_LOG = "/api/v1/query-log";

  private static final int CONNECT_MILLIS = 5000;

  /** A trace takes as long as its gateways do, 12 s at most. */
  private static final int READ_MILLIS = 15_000;

  private final String url;
  private final String name;
  private final Optional<String> token;
  private final @Nullable SSLSocketFactory trust;
  private final List<AutoCloseable> way;
  private final Supplier<@Nullable String> wayProblem;

  private AdminClient(
      String url,
      String name,
      Optional<Path> token,
      Optional<Path> ca,
      List<? extends AutoCloseable> way,
      Supplier<@Nullable String> wayProblem) {
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    this.name = name;
    this.token = token.map(AdminClient::read);
    this.trust = ca.map(TrustedCertificates::in).orElse(null);
    this.way = List.copyOf(way);
    this.wayProblem = wayProblem;
  }

  /**
   * Creates a client for an admin URL. Without {@code ca} it trusts the certificates of the JDK.
   */
  static AdminClient at(String url, Optional<Path> token, Optional<Path> ca) {
    return new AdminClient(url, url, token, ca, List.of(), () -> null);
  }

  /**
   * Creates a client that closes {@code way} with itself.
   *
   * @param wayProblem what is wrong with the way, or null
   */
  static AdminClient through(
      String url,
      String name,
      Optional<Path> token,
      Optional<Path> ca,
      List<? extends AutoCloseable> way,
      Supplier<@Nullable String> wayProblem) {
    return new AdminClient(url, name, token, ca, way, wayProblem);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandException(
          "cannot read the token in %s: %s; see --token-file".formatted(file, FailureReason.of(e)),
          e);
    }
  }

  BridgeStatus status() {
    return get("/api/v1/status", BridgeStatus.class);
  }

  /** What it answers to a path, as it is. */
  byte[] content(String path) {
    return ask("GET", path);
  }

  /** How the bridge would answer; the strings as typed, empty where the bridge may choose. */
  TraceReport trace(String question, String type, String view) {
    StringBuilder path = new StringBuilder("/api/v1/trace?name=").append(encoded(question));
    if (!type.isEmpty()) {
      path.append("&type=").append(encoded(type));
    }
    if (!view.isEmpty()) {
      path.append("&view=").append(encoded(view));
    }
    return get(path.toString(), TraceReport.class);
  }

  /** The names that can be asked for; empty strings leave a choice open. */
  NamesReport names(String region, String namespace, String match) {
    return get(
        "/api/v1/names?limit=20000&region=%s&namespace=%s&match=%s"
            .formatted(encoded(region), encoded(namespace), encoded(match)),
        NamesReport.class);
  }

  QueryLogReport queryLog() {
    return get(QUERY_LOG, QueryLogReport.class);
  }

  /** The same with the lines after so many. */
  QueryLogReport queryLog(long after) {
    return get(QUERY_LOG + "?after=" + after, QueryLogReport.class);
  }

  /** Has the bridge log some queries; the choice as typed. */
  QueryLogReport startQueryLog(Map<String, String> wanted) {
    String query =
        wanted.entrySet().stream()
            .map(choice -> choice.getKey() + "=" + encoded(choice.getValue()))
            .collect(Collectors.joining("&"));
    return ask("PUT", QUERY_LOG + "?" + query, QueryLogReport.class);
  }

  QueryLogReport stopQueryLog() {
    return ask("DELETE", QUERY_LOG, QueryLogReport.class);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private <T> T get(String path, Class<T> type) {
    return ask("GET", path, type);
  }

  private <T> T ask(String method, String path, Class<T> type) {
    byte[] json = ask(method, path);
    try {
      return StatusJson.decode(json, type);
    } catch (JsonProcessingException e) {
      throw new CommandException(name + " does not answer as a bridge does; check --url", e);
    }
  }

  private byte[] ask(String method, String path) {
    try {
      // The JDK's newer client takes longer to load than the answer takes to come.
      if (!(URI.create(url + path).toURL().openConnection() instanceof HttpURLConnection http)) {
        throw CommandException.usage(url + " is no HTTP address; write --url http://HOST:PORT");
      }
      if (http instanceof HttpsURLConnection https && trust != null) {
        https.setSSLSocketFactory(trust);
      }
      token.ifPresent(secret -> http.setRequestProperty("Authorization", "Bearer " + secret));
      http.setRequestMethod(method);
      http.setConnectTimeout(CONNECT_MILLIS);
      http.setReadTimeout(READ_MILLIS);
      int status = http.getResponseCode();
      if (status < 0) {
        throw new CommandException(name + " does not speak HTTP; check --url");
      }
      if (status != HttpURLConnection.HTTP_OK) {
        throw refused(path, status, http);
      }
      try (InputStream in = http.getInputStream()) {
        return in.readAllBytes();
      }
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(url + " is no address; write --url http://HOST:PORT");
    } catch (IOException e) {
      String problem = wayProblem.get();
      throw new CommandException(
          "no bridge answers at %s: %s; start one, or name its admin address with --url"
              .formatted(name, problem == null ? FailureReason.of(e) : problem),
          e);
    }
  }

  /** The bridge's own words for what it cannot do, if they are a bridge's. */
  private CommandException refused(String path, int status, HttpURLConnection http)
      throws IOException {
    try (InputStream in = http.getErrorStream()) {
      Optional<String> detail =
          in == null ? Optional.empty() : StatusJson.problem(in.readAllBytes());
      if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
        return new CommandException(
            "%s %s"
                .formatted(
                    name,
                    token.isPresent()
                        ? "does not take this token; see --token-file"
                        : "needs a token; name the file that holds it with --token-file"));
      }
      if (detail.isEmpty()) {
        return new CommandException("%s%s answered %d; check --url".formatted(name, path, status));
      }
      return status == HttpURLConnection.HTTP_BAD_REQUEST
          ? CommandException.usage(detail.get())
          : new CommandException("%s: %s".formatted(name, detail.get()));
    }
  }

  String name() {
    return name;
  }

  @Override
  public void close() {
    for (AutoCloseable each : way) {
      try {
        each.close();
      } catch (Exception e) {
        throw new CommandException("cannot close the way to " + name, e);
      }
    }
  }
}
