package io.regionbridge.router.discovery;

import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListMeta;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lists a resource that a cluster may have tens of thousands of. Each object is given away before
 * the next one is read, without the fields that no fact is made of, and a page is parsed while the
 * next one is on its way. Pages are of about {@link #OCTETS} octets, whatever the objects are: one
 * EndpointSlice has one endpoint, another one a thousand.
 *
 * @param <T> the object
 */
final class StreamedList<T extends HasMetadata> implements ObjectLister<T> {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addMixIn(ObjectMeta.class, OfMetadata.class)
          .addMixIn(Service.class, OfService.class)
          .addMixIn(EndpointSlice.class, OfSlice.class)
          .addMixIn(Endpoint.class, OfEndpoint.class)
          .addMixIn(ObjectReference.class, OfReference.class)
          .build();

  /** Of a page, by the size of the objects in the page before. */
  private static final long OCTETS = 2 << 20;

  /** Objects in the first page, and in any other at most. */
  private static final long FIRST = 100;

  private static final long MOST = 1000;

  private static final ObjectReader LIST_METADATA = MAPPER.readerFor(ListMeta.class);

  private final KubernetesClient client;
  private final String path;
  private final ObjectReader reader;
  private final Class<T> type;

  /**
   * @param path of the resource in all namespaces, after the URL of the API server: {@code
   *     api/v1/services}
   */
  StreamedList(KubernetesClient client, String path, Class<T> type) {
    this.client = client;
    this.path = path;
    this.type = type;
    this.reader = MAPPER.readerFor(type);
  }

  @Override
  public String list(Consumer<T> each) {
    @Nullable Exchange exchange = new Exchange("", FIRST);
    String version = "";
    while (exchange != null) {
      Page page = new Page(exchange.await(), exchange.limit);
      try (page) {
        version = page.read(each);
      } catch (IOException | IllegalArgumentException e) {
        throw new KubernetesClientException("the answer cannot be read: " + e.getMessage(), e);
      }
      exchange = page.next;
    }
    return version;
  }

  /** One page, whose head says where the next one is. */
  private final class Page implements AutoCloseable {
    private final JsonParser parser;
    private @Nullable Exchange next;
    private @Nullable String version;
    private boolean whole;

    /** In the next page. */
    private final long limit;

    /**
     * @param asked how many objects were asked for: as many are here if there is a next page
     */
    Page(byte[] octets, long asked) {
      limit = Math.clamp(OCTETS * asked / Math.max(1, octets.length), 1, MOST);
      try {
        parser = MAPPER.createParser(octets);
      } catch (IOException e) {
        throw new KubernetesClientException("the answer cannot be read: " + e.getMessage(), e);
      }
    }

    /**
     * @return the version that the list shows
     */
    String read(Consumer<T> each) throws IOException {
      expect(JsonToken.START_OBJECT, parser.nextToken());
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (field) {
          case "metadata" -> readMetadata();
          case "items" -> readItems(value, each);
          default -> parser.skipChildren();
        }
      }
      expect(JsonToken.END_OBJECT, parser.currentToken());
      if (version == null) {
        throw new IllegalArgumentException("a list without a resourceVersion");
      }
      whole = true;
      return version;
    }

    private void readMetadata() throws IOException {
      ListMeta metadata = LIST_METADATA.readValue(parser);
      version = metadata == null ? null : metadata.getResourceVersion();
      String token = metadata == null ? null : metadata.getContinue();
      if (token != null && !token.isEmpty()) {
        next = new Exchange(token, limit);
      }
    }

    private void readItems(@Nullable JsonToken first, Consumer<T> each) throws IOException {
      if (first == JsonToken.VALUE_NULL) {
        return;
      }
      expect(JsonToken.START_ARRAY, first);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        T object = reader.readValue(parser, type);
        if (object == null
            || object.getMetadata() == null
            || object.getMetadata().getName() == null) {
          throw new IllegalArgumentException("an object without a name");
        }
        each.accept(object);
      }
    }

    private static void expect(JsonToken wanted, @Nullable JsonToken found) {
      if (found != wanted) {
        throw new IllegalArgumentException("no list: %s instead of %s".formatted(found, wanted));
      }
    }

    /** Nobody waits for the next page where this one could not be read. */
    @Override
    public void close() throws IOException {
      if (next != null && !whole) {
        next.cancel();
      }
      parser.close();
    }
  }

  /** A request for one page, which is on its way from the start. */
  private final class Exchange {
    private final long limit;
    private final CompletableFuture<HttpResponse<byte[]>> response;

    /**
     * @param token where the page before it said that it goes on; empty: the first page
     * @param limit most objects
     */
    Exchange(String token, long limit) {
      this.limit = limit;
      HttpClient http = client.getHttpClient();
      HttpRequest request =
          http.newHttpRequestBuilder()
              .uri(
                  URI.create(
                      "%s?limit=%d%s"
                          .formatted(
                              URI.create(client.getMasterUrl().toString()).resolve(path),
                              limit,
                              token.isEmpty()
                                  ? ""
                                  : "&continue="
                                      + URLEncoder.encode(token, StandardCharsets.UTF_8))))
              .header("Accept", "application/json")
              .build();
      response = http.sendAsync(request, byte[].class);
    }

    byte[] await() {
      try {
        HttpResponse<byte[]> answer =
            response.get(client.getConfiguration().getRequestTimeout(), TimeUnit.MILLISECONDS);
        if (!answer.isSuccessful()) {
          throw failure(answer);
        }
        return answer.body();
      } catch (TimeoutException e) {
        cancel();
        throw new KubernetesClientException("no answer in time", e);
      } catch (ExecutionException e) {
        throw new KubernetesClientException("GET " + path, e.getCause() == null ? e : e.getCause());
      } catch (InterruptedException e) {
        cancel();
        Thread.currentThread().interrupt();
        throw new KubernetesClientException("interrupted", e);
      }
    }

    void cancel() {
      response.cancel(true);
    }
  }

  /** What the server says is a Status, as a rule. */
  private static KubernetesClientException failure(HttpResponse<byte[]> answer) {
    Status status;
    try {
      status = MAPPER.readValue(answer.body(), Status.class);
    } catch (IOException e) {
      status = new Status();
    }
    String message = status == null ? null : status.getMessage();
    return new KubernetesClientException(
        message == null ? "HTTP status " + answer.code() : message, answer.code(), status);
  }

  @JsonIncludeProperties({"namespace", "name", "labels", "annotations"})
  private interface OfMetadata {}

  @JsonIncludeProperties({"metadata", "spec"})
  private interface OfService {}

  @JsonIncludeProperties({"metadata", "addressType", "endpoints", "ports"})
  private interface OfSlice {}

  @JsonIncludeProperties({"addresses", "conditions", "hostname", "targetRef", "zone"})
  private interface OfEndpoint {}

  @JsonIncludeProperties("kind")
  private interface OfReference {}
}
