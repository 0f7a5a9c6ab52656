package io.regionbridge.api.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * As much of an API server as {@link TrainingRun} needs for a bridge to do in it what each one does
 * in a cluster: lists, watches by WebSocket, writes, over TLS. It checks nothing and forgets all in
 * the end. Its key is made by the {@code keytool} of the Java runtime, for this run. Served by one
 * thread, which owns the objects.
 */
final class TrainingCluster implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "training";
  private static final int LARGEST = 1 << 20;

  /** API group and version, namespace, resource, name; a subresource is written as its object. */
  private static final Pattern PATH =
      Pattern.compile(
          "/(api/v1|apis/[^/]+/[^/]+)(?:/namespaces/([^/]+))?/([^/]+)(?:/([^/]+))?(?:/status)?");

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("training-cluster", true), NioIoHandler.newFactory());
  private final Map<Key, ObjectNode> objects = new TreeMap<>();
  private final List<Watch> watches = new CopyOnWriteArrayList<>();
  private final Channel server;
  private final String certificate;
  private int version = 1;

  /** What an object is stored by. Those of no namespace have an empty one. */
  private record Key(String resource, String namespace, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return toString().compareTo(other.toString());
    }

    /** Whether it is among what is asked for; what is empty there does not matter. */
    boolean in(Key asked) {
      return resource.equals(asked.resource)
          && (asked.namespace.isEmpty() || namespace.equals(asked.namespace))
          && (asked.name.isEmpty() || name.equals(asked.name));
    }
  }

  private record Watch(Key asked, Channel client) {}

  /**
   * What a path names.
   *
   * @param key of an object; with parts left empty, of several
   * @param one whether it is the object itself that is asked for, and not a list
   */
  private record Asked(Key key, boolean one) {}

  private TrainingCluster(Path directory, String manifests)
      throws IOException, GeneralSecurityException, InterruptedException {
    KeyStore key = key(directory.resolve("training.p12"));
    certificate =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(key.getCertificate(PASSWORD).getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(key, PASSWORD.toCharArray());
    SslContext tls = SslContextBuilder.forServer(keys).build();
    var documents = new YAMLMapper().readerFor(ObjectNode.class).<ObjectNode>readValues(manifests);
    while (documents.hasNext()) {
      ObjectNode object = documents.next();
      put(key(object), object);
    }
    server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel client) {
                    client
                        .pipeline()
                        .addLast(tls.newHandler(client.alloc()))
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(LARGEST))
                        .addLast(new Requests());
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
  }

  /**
   * Starts one.
   *
   * @param directory for its key, for a moment
   * @param manifests the objects that are there from the start, as YAML documents
   */
  static TrainingCluster start(Path directory, String manifests)
      throws IOException, GeneralSecurityException, InterruptedException {
    return new TrainingCluster(directory, manifests);
  }

  /** What a client has to know. */
  String kubeconfig() {
    return """
    apiVersion: v1
    kind: Config
    current-context: training
    clusters:
      - { name: training, cluster: { server: "https://127.0.0.1:%d", certificate-authority-data: %s } }
    users: [{ name: bridge, user: { token: training } }]
    contexts: [{ name: training, context: { cluster: training, user: bridge } }]
    """
        .formatted(
            ((InetSocketAddress) server.localAddress()).getPort(),
            Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.US_ASCII)));
  }

  /** Whether an object of that resource and name is there and contains the text. */
  boolean holds(String resource, String name, String text) {
    return group
        .submit(() ->
            objects.entrySet().stream()
                .anyMatch(e ->
                    e.getKey().resource().equals(resource)
                        && e.getKey().name().equals(name)
                        && e.getValue().toString().contains(text)))
        .syncUninterruptibly()
        .getNow();
  }

  /** All objects, for whoever looks for one in vain. */
  @Override
  public String toString() {
    return group.submit(objects::toString).syncUninterruptibly().getNow();
  }

  @Override
  public void close() {
    var _ = group.shutdownGracefully();
  }

  /** A key and a certificate for 127.0.0.1, under the alias that is also the password. */
  private static KeyStore key(Path file)
      throws IOException, GeneralSecurityException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                PASSWORD,
                "-keyalg",
                "EC",
                "-dname",
                "CN=training",
                "-ext",
                "san=ip:127.0.0.1",
                "-ext",
                "bc:critical=ca:true")
            .inheritIO()
            .start();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed");
    }
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      return store;
    } finally {
      Files.delete(file);
    }
  }

  private static Key key(ObjectNode object) {
    String kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
    JsonNode metadata = object.path("metadata");
    return new Key(kind + "s", metadata.path("namespace").asText(), metadata.path("name").asText());
  }

  private ObjectNode put(Key key, ObjectNode object) {
    ObjectNode metadata = object.withObject("/metadata");
    metadata.put("name", key.name()).put("resourceVersion", Integer.toString(++version));
    if (!key.namespace().isEmpty()) {
      metadata.put("namespace", key.namespace());
    }
    if (!metadata.has("uid")) {
      metadata.put("uid", "training-" + version);
    }
    String type = objects.put(key, object) == null ? "ADDED" : "MODIFIED";
    ObjectNode event = JSON.createObjectNode().put("type", type);
    event.set("object", object);
    watches.stream()
        .filter(watch -> key.in(watch.asked()))
        .forEach(watch -> {
          var _ = watch.client().writeAndFlush(new TextWebSocketFrame(event.toString()));
        });
    return object;
  }

  private final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {
    Requests() {
      super(FullHttpRequest.class);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request)
        throws IOException {
      QueryStringDecoder uri = new QueryStringDecoder(request.uri());
      Optional<Asked> asked = asked(uri);
      if (request.headers().contains(HttpHeaderNames.UPGRADE) && asked.isPresent()) {
        watches.add(new Watch(asked.get().key(), context.channel()));
        var _ =
            new WebSocketServerHandshakerFactory("wss://127.0.0.1" + request.uri(), null, false)
                .newHandshaker(request)
                .handshake(context.channel(), request);
        return;
      }
      JsonNode body =
          request.content().isReadable()
              ? JSON.readTree(request.content().toString(StandardCharsets.UTF_8))
              : JSON.createObjectNode();
      Optional<JsonNode> answer =
          asked.isEmpty() ? about(uri.path()) : answer(request.method(), asked.get(), body);
      reply(context, answer);
    }

    private Optional<Asked> asked(QueryStringDecoder uri) {
      Matcher path = PATH.matcher(uri.path());
      if (!path.matches()) {
        return Optional.empty();
      }
      String selected =
          uri.parameters().getOrDefault("fieldSelector", List.of()).stream()
              .findFirst()
              .map(selector -> selector.replaceFirst("metadata\\.name=+", ""))
              .orElse("");
      Optional<String> name = Optional.ofNullable(path.group(4));
      String namespace = Optional.ofNullable(path.group(2)).orElse("");
      return Optional.of(
          new Asked(new Key(path.group(3), namespace, name.orElse(selected)), name.isPresent()));
    }

    /** What is no resource. */
    private Optional<JsonNode> about(String path) {
      ObjectNode answer = JSON.createObjectNode();
      return switch (path) {
        case "/version" -> Optional.of(answer.put("major", "1").put("minor", "33"));
        case "/apis" -> {
          answer.put("kind", "APIGroupList").putArray("groups");
          yield Optional.of(answer);
        }
        default -> Optional.empty();
      };
    }

    private Optional<JsonNode> answer(HttpMethod method, Asked asked, JsonNode body) {
      Key key = asked.key();
      if (key.resource().equals("selfsubjectrulesreviews")) {
        return Optional.of(allowed());
      }
      if (method.equals(HttpMethod.GET)) {
        return asked.one() ? Optional.ofNullable(objects.get(key)) : Optional.of(list(key));
      }
      if (method.equals(HttpMethod.DELETE)) {
        return Optional.ofNullable(objects.remove(key));
      }
      String name = key.name().isEmpty() ? body.at("/metadata/name").asText() : key.name();
      Key named =
          new Key(
              key.resource(),
              key.namespace(),
              name.isEmpty() ? "generated-" + ThreadLocalRandom.current().nextInt() : name);
      return Optional.of(put(named, merged(objects.get(named), (ObjectNode) body)));
    }

    /** What is not said stays: of a patch, and where a status alone is written. */
    private static ObjectNode merged(@Nullable ObjectNode before, ObjectNode said) {
      ObjectNode merged = before == null ? JSON.createObjectNode() : before.deepCopy();
      said.properties()
          .forEach(field -> {
            if (field.getKey().equals("metadata")) {
              merged.withObject("/metadata").setAll((ObjectNode) field.getValue());
            } else {
              merged.set(field.getKey(), field.getValue());
            }
          });
      return merged;
    }

    private JsonNode list(Key asked) {
      ObjectNode list = JSON.createObjectNode().put("kind", "List").put("apiVersion", "v1");
      list.putObject("metadata").put("resourceVersion", Integer.toString(version));
      ArrayNode items = list.putArray("items");
      objects.forEach((key, object) -> {
        if (key.in(asked)) {
          items.add(object);
        }
      });
      return list;
    }

    private static JsonNode allowed() {
      ObjectNode review = JSON.createObjectNode();
      ObjectNode rule =
          review.putObject("status").put("incomplete", false).putArray("resourceRules").addObject();
      for (String all : List.of("verbs", "apiGroups", "resources")) {
        rule.putArray(all).add("*");
      }
      return review;
    }

    private static void reply(ChannelHandlerContext context, Optional<JsonNode> answer) {
      JsonNode body =
          answer.orElseGet(() ->
              JSON.createObjectNode().put("kind", "Status").put("code", 404).put("message", "no"));
      var response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              answer.isPresent() ? HttpResponseStatus.OK : HttpResponseStatus.NOT_FOUND,
              Unpooled.copiedBuffer(body.toString(), StandardCharsets.UTF_8));
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
          .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
      var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }
}
