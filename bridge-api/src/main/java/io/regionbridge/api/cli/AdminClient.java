package io.regionbridge.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.StatusJson;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/** Asks a running bridge about itself, by HTTP. */
final class AdminClient {
  /** Where a bridge on this machine is, unless it was told otherwise. */
  static final String DEFAULT_URL = "http://127.0.0.1:8053";

  private static final int TIMEOUT_MILLIS = 5000;

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
    byte[] json = get("/api/v1/status");
    try {
      return StatusJson.decode(json);
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
      http.setConnectTimeout(TIMEOUT_MILLIS);
      http.setReadTimeout(TIMEOUT_MILLIS);
      int status = http.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw new CommandFailure(url + path + " answered " + status + "; check --url");
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
}
