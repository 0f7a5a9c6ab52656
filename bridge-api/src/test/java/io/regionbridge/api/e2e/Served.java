package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.testkit.NativeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** A bridge in a process of its own, on an address of its own. */
record Served(NativeProcess process, String address) implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final Pattern READY = Pattern.compile("^region-bridge ready: .*");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LOOK_AGAIN = Duration.ofMillis(50).toNanos();

  Served awaitReady() {
    process.awaitLine(READY, TIMEOUT);
    return this;
  }

  /** What {@code /api/v1/status} says; an empty object if nobody answers. */
  JsonNode status() {
    return json("/api/v1/status");
  }

  JsonNode json(String path) {
    try {
      return JSON.readTree(get(path).body());
    } catch (IOException e) {
      return JSON.createObjectNode();
    }
  }

  HttpResponse<String> get(String path) throws IOException {
    try {
      URI uri = URI.create("http://" + address + ":8053" + path);
      return HTTP.send(
          HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Whether it says that its own node is the active gateway. */
  boolean active(String node) {
    for (JsonNode gateway : status().path("gateways")) {
      if (gateway.path("node").asText().equals(node)) {
        return gateway.path("active").asBoolean();
      }
    }
    return false;
  }

  /** A condition of the bridge as a whole. */
  JsonNode condition(String type) {
    for (JsonNode condition : status().path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return JSON.createObjectNode();
  }

  /** Waits for something; how long it took. */
  static Duration await(String what, Callable<Boolean> condition) {
    return await(what, TIMEOUT, condition);
  }

  /** The same where it may take longer. */
  static Duration await(String what, Duration timeout, Callable<Boolean> condition) {
    long start = System.nanoTime();
    while (!holds(condition)) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).as(what).isLessThan(timeout);
      LockSupport.parkNanos(LOOK_AGAIN);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static boolean holds(Callable<Boolean> condition) {
    try {
      return condition.call();
    } catch (IOException e) {
      return false; // nobody answers yet
    } catch (Exception e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
