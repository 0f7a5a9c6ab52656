package io.regionbridge.router.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.NameSyntax;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a peer's feed. What is read is bounded and has the syntax that Kubernetes
 * demands; whether the peer may say it, others decide.
 *
 * <p>A line that is not JSON ends the feed, and so does a start or a position that is none: what
 * follows would be taken for something else. A Service that cannot be one costs itself alone.
 *
 * <p>Thread-safe if {@code interned} is.
 */
public final class FeedDecoder {
  private static final int MOST_BUFFERS = 4;

  /** A line of this version is 6 deep; what a later one adds may be deeper. */
  private static final int DEEPEST = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(FeedLimits.LINE)
                  .maxNameLength(FeedLimits.LINE)
                  .maxNumberLength(FeedLimits.LINE)
                  .build())
          // A peer's field names must not stay in memory.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          // Buffers for as many as read at once, and not for each follower's thread.
          .recyclerPool(JsonRecyclerPools.newBoundedPool(MOST_BUFFERS))
          .build();

  /** The API server's times have years of four digits. */
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private static final int LONGEST_TTL = 86_400;
  private static final int LONGEST_AFFINITY = 86_400;

  private final Interned interned;

  /** Keeps equal values once, with whoever else uses {@code interned}. */
  public FeedDecoder(Interned interned) {
    this.interned = interned;
  }

  /** A value that cannot be what its place demands. */
  private static final class UnfitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfitException(String reason) {
      super(reason, null, false, false);
    }
  }

  /**
   * Reads one line.
   *
   * @throws MalformedFeedException if it is not an object in JSON, or does not begin as a feed does
   */
  public FeedRecord decode(byte[] octets, int from, int length) throws MalformedFeedException {
    // Without the names of fields kept, Jackson reads characters faster than octets.
    String line = new String(octets, from, length, StandardCharsets.UTF_8);
    try (JsonParser json = JSON.createParser(line)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedFeedException("a line is not a JSON object");
      }
      FeedRecord known = new FeedRecord.Unknown();
      for (String kind = json.nextFieldName(); kind != null; kind = json.nextFieldName()) {
        json.nextToken();
        switch (kind) {
          case "start" -> known = start(json);
          case "service" -> known = service(json);
          case "removed" -> known = removed(json);
          case "current" -> known = current(json);
          default -> json.skipChildren();
        }
      }
      if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
        throw new MalformedFeedException("a line is not one JSON object");
      }
      return known;
    } catch (IOException | UnfitException e) {
      throw new MalformedFeedException("a line cannot be read: " + firstLine(e));
    }
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static FeedRecord start(JsonParser json) throws IOException {
    int version = 0;
    String region = "";
    String domain = "";
    int ttl = 0;
    boolean whole = true;
    for (String field = first(json); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "version" -> version = number(json, field, 1, Integer.MAX_VALUE);
        case "region" -> region = name(json, field, NameSyntax.LABEL);
        case "domain" -> domain = name(json, field, NameSyntax.SUBDOMAIN);
        case "ttlSeconds" -> ttl = number(json, field, 0, LONGEST_TTL);
        case "whole" -> whole = bool(json, field);
        default -> json.skipChildren();
      }
    }
    if (version == 0 || region.isEmpty() || domain.isEmpty()) {
      throw new UnfitException("start: version, region and domain must be given");
    }
    return new FeedRecord.Start(version, region, domain, Duration.ofSeconds(ttl), whole);
  }

  /** Passes over a value that should be an object: nothing says which Service it is about. */
  private static FeedRecord.Refused noObject(JsonParser json, String kind) throws IOException {
    json.skipChildren();
    return new FeedRecord.Refused(null, kind + ": must be an object");
  }

  private static FeedRecord removed(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return noObject(json, "removed");
    }
    String namespace = "";
    String name = "";
    String flaw = null;
    for (String field = first(json); field != null; field = json.nextFieldName()) {
      json.nextToken();
      try {
        switch (field) {
          case "namespace" -> namespace = name(json, field, NameSyntax.LABEL);
          case "name" -> name = name(json, field, NameSyntax.LABEL);
          default -> json.skipChildren();
        }
      } catch (UnfitException e) {
        flaw = e.getMessage();
        json.skipChildren();
      }
    }
    if (flaw != null || namespace.isEmpty() || name.isEmpty()) {
      // No Service has such a key, so there is none to be removed.
      return new FeedRecord.Refused(
          null, "removed: " + (flaw != null ? flaw : "namespace and name must be given"));
    }
    return new FeedRecord.Removed(new ServiceKey(namespace, name));
  }

  private static FeedRecord current(JsonParser json) throws IOException {
    return Position.parse(text(json, "current", FeedLimits.TEXT))
        .<FeedRecord>map(FeedRecord.Current::new)
        .orElseThrow(() -> new UnfitException("current: not a position"));
  }

  /** What is collected of a Service until all of it is read. */
  private static final class Draft {
    String namespace = "";
    String name = "";
    boolean headless;
    @Nullable String externalName;
    List<IpAddress> clusterIps = List.of();
    boolean publishNotReady;
    List<IpFamily> families = List.of();
    boolean affinity;
    int affinitySeconds = ServiceTraits.DEFAULT_AFFINITY;
    @Nullable String policy;
    @Nullable String distribution;
    boolean spread;
    @Nullable Instant exportedAt;
    Map<String, String> labels = Map.of();
    Map<String, String> annotations = Map.of();
    List<ServiceFacts.Port> ports = List.of();
    List<Endpoint> endpoints = List.of();
    @Nullable String flaw;

    @Nullable ServiceKey key() {
      return namespace.isEmpty() || name.isEmpty() ? null : new ServiceKey(namespace, name);
    }
  }

  private FeedRecord service(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return noObject(json, "service");
    }
    Draft draft = new Draft();
    for (String field = first(json); field != null; field = json.nextFieldName()) {
      json.nextToken();
      int depth = json.getParsingContext().getNestingDepth();
      boolean nested = json.currentToken().isStructStart();
      try {
        take(json, field, draft);
      } catch (UnfitException e) {
        if (draft.flaw == null) {
          draft.flaw = e.getMessage();
        }
        leave(json, nested ? depth - 1 : depth);
      }
    }
    ServiceKey key = draft.key();
    if (key == null || draft.flaw != null) {
      String flaw = draft.flaw == null ? "namespace and name must be given" : draft.flaw;
      return new FeedRecord.Refused(key, flaw);
    }
    try {
      return new FeedRecord.Changed(DirectoryService.choose(facts(draft, key), draft.endpoints));
    } catch (IllegalArgumentException e) {
      return new FeedRecord.Refused(key, String.valueOf(e.getMessage()));
    }
  }

  /** Reads on until no deeper than {@code depth}, so that the rest of the line can be read. */
  private static void leave(JsonParser json, int depth) throws IOException {
    while (json.getParsingContext().getNestingDepth() > depth) {
      if (json.nextToken() == null) {
        return;
      }
    }
  }

  private ServiceFacts facts(Draft draft, ServiceKey key) {
    ServiceType type =
        draft.externalName != null
            ? ServiceType.EXTERNAL_NAME
            : draft.headless ? ServiceType.HEADLESS : ServiceType.CLUSTER_IP;
    return new ServiceFacts(
        key,
        type,
        draft.clusterIps,
        interned.servicePorts(draft.ports),
        draft.publishNotReady,
        draft.externalName,
        ExportAnnotation.NONE,
        interned.traits(
            new ServiceTraits(
                draft.families,
                draft.affinity ? draft.affinitySeconds : null,
                draft.policy,
                draft.distribution,
                draft.spread)),
        draft.exportedAt == null
            ? null
            : new ClusterSetRole.Exported(draft.exportedAt, draft.labels, draft.annotations));
  }

  private void take(JsonParser json, String field, Draft draft) throws IOException {
    switch (field) {
      case "namespace" -> draft.namespace = interned.text(name(json, field, NameSyntax.LABEL));
      case "name" -> draft.name = name(json, field, NameSyntax.LABEL);
      case "headless" -> draft.headless = bool(json, field);
      case "externalName" -> draft.externalName = name(json, field, NameSyntax.EXTERNAL_NAME);
      case "clusterIPs" -> draft.clusterIps = list(json, field, 2, p -> address(p, field));
      case "publishNotReadyAddresses" -> draft.publishNotReady = bool(json, field);
      case "ipFamilies" ->
          draft.families =
              list(
                  json,
                  field,
                  2,
                  p -> parsed(IpFamily.parse(text(p, field, FeedLimits.TEXT)), field));
      case "sessionAffinity" ->
          draft.affinity = text(json, field, FeedLimits.TEXT).equals("ClientIP");
      case "sessionAffinitySeconds" ->
          draft.affinitySeconds = number(json, field, 1, LONGEST_AFFINITY);
      case "internalTrafficPolicy" -> draft.policy = text(json, field, FeedLimits.TEXT);
      case "trafficDistribution" -> draft.distribution = text(json, field, FeedLimits.TEXT);
      case "annotations" -> draft.spread = spread(json);
      case "exportedAt" -> draft.exportedAt = instant(json, field);
      case "exportedLabels" -> draft.labels = texts(json, field);
      case "exportedAnnotations" -> draft.annotations = texts(json, field);
      case "ports" ->
          draft.ports = list(json, field, FeedLimits.ENDPOINTS, FeedDecoder::servicePort);
      case "slices" -> draft.endpoints = endpoints(json);
      default -> json.skipChildren();
    }
  }

  private static boolean spread(JsonParser json) throws IOException {
    boolean spread = false;
    for (String field = first(json); field != null; field = json.nextFieldName()) {
      json.nextToken();
      if (field.equals(ServiceTraits.SPREAD_KEY)) {
        spread = text(json, field, FeedLimits.TEXT).equals("true");
      } else {
        json.skipChildren();
      }
    }
    return spread;
  }

  private static Instant instant(JsonParser json, String field) throws IOException {
    try {
      Instant instant = Instant.parse(text(json, field, FeedLimits.TEXT));
      if (!instant.isBefore(Instant.EPOCH) && instant.isBefore(LATEST)) {
        return instant;
      }
    } catch (DateTimeParseException e) {
      // said below, as for a time that cannot be
    }
    throw new UnfitException(field + ": must be a time as in RFC 3339");
  }

  /** Any texts: what of them may be on an object is decided where they are kept. */
  private static Map<String, String> texts(JsonParser json, String field) throws IOException {
    Map<String, String> texts = new HashMap<>();
    for (String key = first(json); key != null; key = json.nextFieldName()) {
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw new UnfitException(field + ": must be strings");
      }
      if (texts.size() == 2 * ClusterSetRole.Exported.MOST) {
        throw new UnfitException(field + ": too many");
      }
      texts.put(key, json.getText());
    }
    return texts;
  }

  private static ServiceFacts.Port servicePort(JsonParser json) throws IOException {
    String name = "";
    Protocol protocol = Protocol.TCP;
    String application = null;
    int number = 0;
    ServiceFacts.Port.Target target = null;
    for (String field = first(json); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "name" -> name = name(json, field, NameSyntax.LABEL);
        case "protocol" -> protocol = protocol(json);
        case "appProtocol" -> application = text(json, field, FeedLimits.TEXT);
        case "port" -> number = port(json, field);
        case "targetPort" ->
            target =
                json.currentToken() == JsonToken.VALUE_STRING
                    ? new ServiceFacts.Port.Target.Named(name(json, field, NameSyntax.PORT))
                    : new ServiceFacts.Port.Target.Numbered(port(json, field));
        default -> json.skipChildren();
      }
    }
    if (number == 0) {
      throw new UnfitException("ports: a port has no number");
    }
    return new ServiceFacts.Port(
        name,
        protocol,
        number,
        target == null ? new ServiceFacts.Port.Target.Numbered(number) : target,
        application);
  }

  private List<Endpoint> endpoints(JsonParser json) throws IOException {
    List<Endpoint> all = new ArrayList<>();
    list(
        json,
        "slices",
        FeedLimits.ENDPOINTS,
        slice -> {
          readSlice(slice, all);
          return all;
        });
    return all;
  }

  private void readSlice(JsonParser json, List<Endpoint> all) throws IOException {
    List<Endpoint.Port> ports = List.of();
    List<Endpoint> endpoints = List.of();
    for (String field = first(json); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "ports" -> ports = list(json, field, FeedLimits.ENDPOINTS, FeedDecoder::endpointPort);
        case "endpoints" ->
            endpoints = list(json, field, FeedLimits.ENDPOINTS - all.size(), this::endpoint);
        default -> json.skipChildren();
      }
    }
    List<Endpoint.Port> shared = interned.endpointPorts(ports);
    Endpoint.Terms last = null;
    for (Endpoint e : endpoints) {
      Endpoint.Terms terms = new Endpoint.Terms(e.state(), shared, e.zone(), false);
      if (last == null || !last.equals(terms)) {
        last = interned.terms(terms);
      }
      all.add(new Endpoint(e.address(), e.hostname(), last));
    }
  }

  private static Endpoint.Port endpointPort(JsonParser json) throws IOException {
    String name = "";
    Protocol protocol = Protocol.TCP;
    int number = 0;
    for (String field = first(json); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "name" -> name = name(json, field, NameSyntax.LABEL);
        case "protocol" -> protocol = protocol(json);
        case "port" -> number = port(json, field);
        default -> json.skipChildren();
      }
    }
    if (number == 0) {
      throw new UnfitException("slices: a port has no number");
    }
    return new Endpoint.Port(name, protocol, number);
  }

  private Endpoint endpoint(JsonParser json) throws IOException {
    IpAddress address = null;
    String hostname = null;
    String zone = null;
    Boolean ready = null;
    Boolean serving = null;
    Boolean terminating = null;
    for (String field = first(json); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "address" -> address = address(json, field);
        case "hostname" -> hostname = name(json, field, NameSyntax.LABEL);
        case "zone" -> zone = interned.text(text(json, field, FeedLimits.TEXT));
        case "ready" -> ready = bool(json, field);
        case "serving" -> serving = bool(json, field);
        case "terminating" -> terminating = bool(json, field);
        default -> json.skipChildren();
      }
    }
    if (address == null) {
      throw new UnfitException("slices: an endpoint has no address");
    }
    EndpointState state = EndpointState.of(ready, serving, terminating);
    return new Endpoint(address, hostname, state, List.of(), zone);
  }

  // Values.

  /** The first field of an object; null if it has none. */
  private static @Nullable String first(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new UnfitException("%s: must be an object".formatted(json.currentName()));
    }
    return json.nextFieldName();
  }

  private interface Element<T> {
    T read(JsonParser json) throws IOException;
  }

  private static <T> List<T> list(JsonParser json, String field, int most, Element<T> element)
      throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new UnfitException(field + ": must be a list");
    }
    List<T> elements = new ArrayList<>();
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token == null) {
        throw new UnfitException(field + ": does not end");
      }
      if (elements.size() == most) {
        throw new UnfitException("%s: more than %d".formatted(field, most));
      }
      elements.add(element.read(json));
    }
    return elements;
  }

  private static String text(JsonParser json, String field, int most) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw new UnfitException(field + ": must be a string");
    }
    String text = json.getText();
    if (text.length() > most || !isPrintable(text)) {
      throw new UnfitException(
          "%s: must be at most %d printable characters".formatted(field, most));
    }
    return text;
  }

  private static boolean isPrintable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static String name(JsonParser json, String field, NameSyntax syntax) throws IOException {
    String text = text(json, field, FeedLimits.TEXT + 1);
    if (!syntax.matches(text)) {
      throw new UnfitException("%s: must be %s".formatted(field, syntax.description()));
    }
    return text;
  }

  private static IpAddress address(JsonParser json, String field) throws IOException {
    return parsed(IpAddress.parse(text(json, field, FeedLimits.TEXT)), field);
  }

  private static Protocol protocol(JsonParser json) throws IOException {
    return parsed(Protocol.parse(text(json, "protocol", FeedLimits.TEXT)), "protocol");
  }

  private static <T> T parsed(Optional<T> value, String field) {
    return value.orElseThrow(() -> new UnfitException(field + ": cannot be that"));
  }

  private static int port(JsonParser json, String field) throws IOException {
    return number(json, field, 1, 65_535);
  }

  private static int number(JsonParser json, String field, int least, int most) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() == JsonParser.NumberType.INT) {
      int number = json.getIntValue();
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new UnfitException("%s: must be a number from %d to %d".formatted(field, least, most));
  }

  private static boolean bool(JsonParser json, String field) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw new UnfitException(field + ": must be true or false");
    };
  }
}
