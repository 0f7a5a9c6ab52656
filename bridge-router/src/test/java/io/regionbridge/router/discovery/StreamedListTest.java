package io.regionbridge.router.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.Interned;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamedListTest {
  private static final String ONE =
      """
      {"metadata": {"name": "web-x", "namespace": "shop", "uid": "1",
         "labels": {"kubernetes.io/service-name": "web"},
         "managedFields": [{"manager": "m", "fieldsV1": {"f:ports": {}}}],
         "ownerReferences": [{"kind": "Service", "name": "web", "unheardOf": 1}]},
       "addressType": "IPv4", "unheardOf": [{"a": [1]}],
       "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
       "endpoints": [{"addresses": ["10.0.0.1"], "zone": "a", "nodeName": "n", "hostname": "h",
          "conditions": {"ready": true}, "hints": {"forZones": [{"name": "a"}]},
          "targetRef": {"kind": "Pod", "namespace": "shop", "name": "p", "uid": "2"}}]}
      """;

  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private KubernetesClient client;

  private record Answer(int status, String body) {}

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          Answer answer = answers.remove();
          byte[] body = answer.body.getBytes(UTF_8);
          exchange.sendResponseHeaders(answer.status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withMasterUrl(
                        "http://127.0.0.1:%d/a/b".formatted(server.getAddress().getPort()))
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void factsAreThoseOfTheWholeObject() {
    answers.add(page("7", "", ONE));
    List<EndpointSliceFacts> facts = new ArrayList<>();
    EndpointSliceReader reader = new EndpointSliceReader(new Interned());
    assertThat(list().list(slice -> facts.add(reader.read(slice)))).isEqualTo("7");
    EndpointSlice whole = client.getKubernetesSerialization().unmarshal(ONE, EndpointSlice.class);
    assertThat(facts).containsExactly(reader.read(whole));
    assertThat(facts.getFirst().endpoints().getFirst().zone()).isEqualTo("a");
    assertThat(facts.getFirst().endpoints().getFirst().hostname()).isEqualTo("h");
    assertThat(facts.getFirst().endpoints().getFirst().pod()).isTrue();
  }

  @Test
  void goesOnWhereThePageBeforeSays() {
    answers.add(page("7", "a+b/c=", named("one"), named("two")));
    answers.add(page("7", "d", named("three")));
    answers.add(page("8", ""));
    assertThat(names()).containsExactly("one", "two", "three");
    assertThat(asked)
        .containsExactly(
            "/a/b/apis/discovery.k8s.io/v1/endpointslices?limit=100",
            "/a/b/apis/discovery.k8s.io/v1/endpointslices?limit=1000&continue=a%2Bb%2Fc%3D",
            "/a/b/apis/discovery.k8s.io/v1/endpointslices?limit=1000&continue=d");
  }

  /** 100 objects came to 4 MiB: half as many are asked for next. */
  @Test
  void largeObjectsComeInShortPages() {
    answers.add(page("7", "c", named("one") + " ".repeat(4 << 20)));
    answers.add(page("7", "", named("two")));
    assertThat(names()).containsExactly("one", "two");
    assertThat(asked.getLast()).contains("?limit=49&");
  }

  @Test
  void fieldsMayComeInAnyOrder() {
    answers.add(
        new Answer(
            200,
            "{\"items\": [%s], \"metadata\": {\"resourceVersion\": \"7\", \"continue\": \"c\"}}"
                .formatted(named("one"))));
    answers.add(new Answer(200, "{\"metadata\": {\"resourceVersion\": \"7\"}, \"items\": null}"));
    assertThat(names()).containsExactly("one");
  }

  @Test
  void whatTheServerRefusesWithIsInTheFailure() {
    answers.add(page("7", "c", named("one")));
    answers.add(new Answer(410, "{\"kind\": \"Status\", \"message\": \"too old\", \"code\": 410}"));
    KubernetesClientException failure =
        catchThrowableOfType(KubernetesClientException.class, this::names);
    assertThat(failure.getCode()).isEqualTo(410);
    assertThat(failure).hasMessageContaining("too old");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "moved",
        "[]",
        "null",
        "{}",
        "{\"metadata\": null, \"items\": []}",
        "{\"metadata\": {\"resourceVersion\": \"7\"}, \"items\": [null]}",
        "{\"metadata\": {\"resourceVersion\": \"7\"}, \"items\": [{}]}",
        "{\"metadata\": {\"resourceVersion\": \"7\"}, \"items\": [{\"metadata\": {}}]}",
        "{\"metadata\": {\"resourceVersion\": \"7\"}, \"items\": {}}",
        "{\"metadata\": {\"resourceVersion\": \"7\"}, \"items\": [{\"metadata\": {\"name\": \"a\"},"
            + " \"endpoints\": 3}]}",
        "{\"metadata\": {\"resourceVersion\": \"7\"}, \"items\": ["
      })
  void whatIsNoListIsAFailureOfTheServer(String body) {
    answers.add(new Answer(200, body));
    assertThat(catchThrowableOfType(KubernetesClientException.class, this::names))
        .hasMessageContaining("cannot be read");
  }

  @Test
  void anAnswerThatIsNoStatusIsNamedByItsNumber() {
    answers.add(new Answer(503, "<html>"));
    assertThat(catchThrowableOfType(KubernetesClientException.class, this::names))
        .hasMessageContaining("503");
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    list().list(slice -> names.add(slice.getMetadata().getName()));
    return names;
  }

  private StreamedList<EndpointSlice> list() {
    return new StreamedList<>(
        client, "apis/discovery.k8s.io/v1/endpointslices", EndpointSlice.class);
  }

  private static String named(String name) {
    return "{\"metadata\": {\"namespace\": \"shop\", \"name\": \"%s\"}}".formatted(name);
  }

  private static Answer page(String version, String next, String... items) {
    return new Answer(
        200,
        "{\"kind\": \"List\", \"metadata\": {\"resourceVersion\": \"%s\", \"continue\": \"%s\"}, \"items\": [%s]}"
            .formatted(version, next, String.join(",", items)));
  }
}
