package io.regionbridge.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.status.TraceReport;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Asks a running bridge about itself, by HTTP. */
final class AdminClient {
  /** Where a bridge on this machine is, unless it was told otherwise. */
  static final String DEFAULT_URL = "http://127.0.0.1:8053";

  private static final int CONNECT_MILLIS = 5000;

  /** A trace takes as long as its gateways do, 12 s at most. */
  private static final int READ_MILLIS = 15_000;

  private final String url;

  /**
   * A client.
   *
   * @param url of the admin address, without a path
   */
  AdminClient(String url) {
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  BridgeStatus status() {
    return get("/api/v1/status", BridgeStatus.class);
  }

  /** How the bridge would answer; the strings as typed, empty where the bridge may choose. */
  TraceReport trace(String name, String type, String view) {
    StringBuilder path = new StringBuilder("/api/v1/trace?name=").append(encoded(name));
    if (!type.isEmpty()) {
      path.append("&type=").append(encoded(type));
    }
    if (!view.isEmpty()) {
      path.append("&view=").append(encoded(view));
    }
    return get(path.toString(), TraceReport.class);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private <T> T get(String path, Class<T> type) {
    byte[] json = get(path);
    try {
      return StatusJson.decode(json, type);
    } catch (JsonProcessingException e) {
      throw new CommandFailure(url + " does not answer as a bridge does; check --url", e);
    }
  }

  private byte[] get(String path) {
    try {
      // The JDK's newer client takes longer to load than the answer takes to come.
      if (!(URI.create(url + path).toURL().openConnection() instanceof HttpURLConnection http)) {
        throw CommandFailure.usage(url + " is no HTTP address; write --url http://HOST:PORT");
      }
      http.setConnectTimeout(CONNECT_MILLIS);
      http.setReadTimeout(READ_MILLIS);
      int status = http.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw refused(path, status, http);
      }
      try (InputStream in = http.getInputStream()) {
        return in.readAllBytes();
      }
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(url + " is no address; write --url http://HOST:PORT");
    } catch (IOException e) {
      throw new CommandFailure(
          "no bridge answers at %s: %s; start one, or name its admin address with --url"
              .formatted(url, e.getMessage()),
          e);
    }
  }

  /** The bridge's own words for what it cannot do, if they are a bridge's. */
  private CommandFailure refused(String path, int status, HttpURLConnection http)
      throws IOException {
    try (InputStream in = http.getErrorStream()) {
      Optional<String> detail =
          in == null ? Optional.empty() : StatusJson.problem(in.readAllBytes());
      if (detail.isEmpty()) {
        return new CommandFailure("%s%s answered %d; check --url".formatted(url, path, status));
      }
      return status == HttpURLConnection.HTTP_BAD_REQUEST
          ? CommandFailure.usage(detail.get())
          : new CommandFailure("%s: %s".formatted(url, detail.get()));
    }
  }
}
