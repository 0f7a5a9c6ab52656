package io.regionbridge.api.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A page in a real Chromium without a window, driven over the DevTools protocol: so small a part of
 * it that a driver of its own would be larger.
 */
final class Browser implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final NativeProcess process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final List<String> errors = new ArrayList<>();

  private Browser(NativeProcess process, String address)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    this.process = process;
    HttpRequest newPage =
        HttpRequest.newBuilder(URI.create("http://" + address + "/json/new?about:blank"))
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    JsonNode page = JSON.readTree(http.send(newPage, HttpResponse.BodyHandlers.ofString()).body());
    socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create(page.path("webSocketDebuggerUrl").asText()), new Listener())
            .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    call("Page.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Log.enable", Map.of());
  }

  /** Starts one; skips the test where there is none. */
  static Browser start(Path profile) throws Exception {
    Path chromium = NativeTool.find("chromium");
    NativeProcess process =
        NativeProcess.start(
            chromium,
            "--headless=new",
            "--no-sandbox", // refused to root, whom a build may run as
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--force-device-scale-factor=1",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "about:blank");
    try {
      var found = LISTENING.matcher(process.awaitLine(LISTENING, TIMEOUT));
      if (!found.find()) {
        throw new AssertionError(process.output());
      }
      return new Browser(process, found.group(1));
    } catch (Exception | Error e) {
      process.close();
      throw e;
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        try {
          take(JSON.readTree(message.toString()));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        } finally {
          message.setLength(0);
        }
      }
      from.request(1);
      return null;
    }
  }

  private void take(JsonNode message) {
    CompletableFuture<JsonNode> call = calls.remove(message.path("id").asInt());
    if (call != null) {
      call.complete(message);
      return;
    }
    JsonNode params = message.path("params");
    String error =
        switch (message.path("method").asText()) {
          case "Runtime.exceptionThrown" -> params.path("exceptionDetails").toString();
          case "Runtime.consoleAPICalled" ->
              params.path("type").asText().equals("error") ? params.path("args").toString() : "";
          case "Log.entryAdded" ->
              params.at("/entry/level").asText().equals("error") ? params.toString() : "";
          default -> "";
        };
    if (!error.isEmpty()) {
      synchronized (errors) {
        errors.add(error);
      }
    }
  }

  /** What the page complained of so far. */
  List<String> errors() {
    synchronized (errors) {
      return List.copyOf(errors);
    }
  }

  /** Opens an address; it may take a moment to be there. */
  void open(String url) {
    call("Page.navigate", Map.of("url", url));
  }

  /** Sets how the page is seen. */
  void view(int width, int height, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    String scheme = dark ? "dark" : "light";
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            "",
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Sets that the page is seen as it is printed, on A4, until the view is set again. */
  void print() {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", 794, "height", 1123, "deviceScaleFactor", 1, "mobile", false));
    call("Emulation.setEmulatedMedia", Map.of("media", "print"));
  }

  /** The value of an expression, awaited if it is a promise. */
  JsonNode evaluate(String expression) {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(result.path("exceptionDetails").toString());
    }
    return result.at("/result/value");
  }

  /** Waits until an expression is true. */
  void await(String expression) {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!evaluate("Boolean(" + expression + ")").asBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "not so within %s: %s; errors: %s; the page says: %s"
                .formatted(TIMEOUT, expression, errors(), evaluate("document.body.innerText")));
      }
      evaluate("new Promise(done => setTimeout(done, 50))");
    }
  }

  /** Presses and releases a key, such as Tab or Enter. */
  void press(String key) {
    boolean enter = key.equals("Enter");
    call(
        "Input.dispatchKeyEvent",
        Map.of(
            "type",
            "keyDown",
            "key",
            key,
            "code",
            key,
            "windowsVirtualKeyCode",
            enter ? 13 : 9,
            "text",
            enter ? "\r" : ""));
    call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "code", key));
  }

  /** Types a text where the focus is. */
  void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  /** Writes what is to be seen from the top of the page. */
  void screenshot(Path file, int height) throws IOException {
    JsonNode shot =
        call(
            "Page.captureScreenshot",
            Map.of(
                "format",
                "png",
                "clip",
                Map.of(
                    "x",
                    0,
                    "y",
                    0,
                    "width",
                    evaluate("innerWidth").asInt(),
                    "height",
                    Math.min(height, evaluate("document.documentElement.scrollHeight").asInt()),
                    "scale",
                    1),
                "captureBeyondViewport",
                true));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
  }

  private JsonNode call(String method, Map<String, ?> params) {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    ObjectNode message = JSON.createObjectNode();
    message.put("id", id).put("method", method).set("params", JSON.valueToTree(params));
    try {
      socket.sendText(message.toString(), true).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      JsonNode response = answer.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      if (response.has("error")) {
        throw new AssertionError(method + ": " + response.path("error"));
      }
      return response.path("result");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(method, e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(method, e);
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.close();
    http.close();
  }
}
