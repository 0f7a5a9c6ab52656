package io.regionbridge.router.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the lines of a feed. Fields that say what is usual are left out. Stateless. */
public final class FeedEncoder {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private FeedEncoder() {}

  /** Writes what the reader is to know of a Service: all of it, or that it is gone. */
  static void write(Directory directory, ServiceKey key, OutputStream out) {
    DirectoryService service = directory.service(key);
    write(service == null ? new FeedRecord.Removed(key) : new FeedRecord.Changed(service), out);
  }

  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /** Writes a record and the end of its line. */
  public static void write(FeedRecord feedRecord, OutputStream out) {
    switch (feedRecord) {
      case FeedRecord.Start start -> writeLine(out, "start", json -> writeStart(json, start));
      case FeedRecord.Changed(DirectoryService service) ->
          writeLine(out, "service", json -> writeService(json, service));
      case FeedRecord.Removed(ServiceKey key) ->
          writeLine(
              out,
              "removed",
              json -> {
                json.writeStartObject();
                writeKey(json, key);
                json.writeEndObject();
              });
      case FeedRecord.Current(Position position) ->
          writeLine(out, "current", json -> json.writeString(position.toString()));
      case FeedRecord.Refused _, FeedRecord.Unknown _ ->
          throw new IllegalArgumentException("nothing to write: " + feedRecord);
    }
  }

  private static void writeLine(OutputStream out, String kind, Body body) {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeFieldName(kind);
      body.write(json);
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeStart(JsonGenerator json, FeedRecord.Start start) throws IOException {
    json.writeStartObject();
    json.writeNumberField("version", start.version());
    json.writeStringField("region", start.region());
    json.writeStringField("domain", start.domain());
    json.writeNumberField("ttlSeconds", start.ttl().toSeconds());
    json.writeBooleanField("whole", start.whole());
    json.writeEndObject();
  }

  private static void writeKey(JsonGenerator json, ServiceKey key) throws IOException {
    json.writeStringField("namespace", key.namespace());
    json.writeStringField("name", key.name());
  }

  private static void writeService(JsonGenerator json, DirectoryService service)
      throws IOException {
    ServiceFacts facts = service.facts();
    json.writeStartObject();
    writeKey(json, facts.key());
    if (facts.type() == ServiceType.HEADLESS) {
      json.writeBooleanField("headless", true);
    }
    writeText(json, "externalName", facts.externalName());
    writeList(json, "clusterIPs", facts.clusterIps(), IpAddress::toString);
    if (facts.publishNotReadyAddresses()) {
      json.writeBooleanField("publishNotReadyAddresses", true);
    }
    writeTraits(json, facts.traits());
    writeExport(json, facts.export());
    writeServicePorts(json, facts.ports());
    writeSlices(json, service.endpoints());
    json.writeEndObject();
  }

  private static void writeTraits(JsonGenerator json, ServiceTraits traits) throws IOException {
    writeList(json, "ipFamilies", traits.ipFamilies(), IpFamily::text);
    if (traits.affinitySeconds() != null) {
      json.writeStringField("sessionAffinity", "ClientIP");
      json.writeNumberField("sessionAffinitySeconds", traits.affinitySeconds());
    }
    writeText(json, "internalTrafficPolicy", traits.internalTrafficPolicy());
    writeText(json, "trafficDistribution", traits.trafficDistribution());
    if (traits.spread()) {
      json.writeObjectFieldStart("annotations");
      json.writeStringField(ServiceTraits.SPREAD_KEY, "true");
      json.writeEndObject();
    }
  }

  private static void writeExport(JsonGenerator json, ClusterSetRole.@Nullable Exported export)
      throws IOException {
    if (export == null) {
      return;
    }
    json.writeStringField("exportedAt", export.since().toString());
    writeTexts(json, "exportedLabels", export.labels());
    writeTexts(json, "exportedAnnotations", export.annotations());
  }

  private static void writeTexts(JsonGenerator json, String field, Map<String, String> texts)
      throws IOException {
    if (!texts.isEmpty()) {
      json.writeObjectFieldStart(field);
      for (Map.Entry<String, String> text : new TreeMap<>(texts).entrySet()) {
        json.writeStringField(text.getKey(), text.getValue());
      }
      json.writeEndObject();
    }
  }

  private static void writeServicePorts(JsonGenerator json, List<ServiceFacts.Port> ports)
      throws IOException {
    if (ports.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("ports");
    for (ServiceFacts.Port port : ports) {
      json.writeStartObject();
      if (!port.name().isEmpty()) {
        json.writeStringField("name", port.name());
      }
      json.writeStringField("protocol", port.protocol().name());
      writeText(json, "appProtocol", port.appProtocol());
      json.writeNumberField("port", port.port());
      switch (port.target()) {
        case ServiceFacts.Port.Target.Numbered(int number) ->
            json.writeNumberField("targetPort", number);
        case ServiceFacts.Port.Target.Named(String name) ->
            json.writeStringField("targetPort", name);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Endpoints that listen on the same ports stand together, as in EndpointSlices. */
  private static void writeSlices(JsonGenerator json, List<Endpoint> endpoints) throws IOException {
    if (endpoints.isEmpty()) {
      return;
    }
    Map<List<Endpoint.Port>, List<Endpoint>> byPorts = new LinkedHashMap<>();
    int count = 0;
    for (Endpoint endpoint : endpoints) {
      if (count++ < FeedLimits.ENDPOINTS) {
        byPorts.computeIfAbsent(endpoint.ports(), _ -> new ArrayList<>()).add(endpoint);
      }
    }
    json.writeArrayFieldStart("slices");
    for (Map.Entry<List<Endpoint.Port>, List<Endpoint>> slice : byPorts.entrySet()) {
      json.writeStartObject();
      json.writeArrayFieldStart("ports");
      for (Endpoint.Port port : slice.getKey()) {
        json.writeStartObject();
        if (!port.name().isEmpty()) {
          json.writeStringField("name", port.name());
        }
        json.writeStringField("protocol", port.protocol().name());
        json.writeNumberField("port", port.port());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("endpoints");
      for (Endpoint endpoint : slice.getValue()) {
        writeEndpoint(json, endpoint);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeEndpoint(JsonGenerator json, Endpoint endpoint) throws IOException {
    json.writeStartObject();
    json.writeStringField("address", endpoint.address().toString());
    writeText(json, "hostname", endpoint.hostname());
    writeText(json, "zone", endpoint.zone());
    if (endpoint.state() != EndpointState.READY) {
      json.writeBooleanField("ready", false);
    }
    if (endpoint.state() == EndpointState.DRAINING) {
      json.writeBooleanField("serving", true);
      json.writeBooleanField("terminating", true);
    }
    json.writeEndObject();
  }

  private static void writeText(JsonGenerator json, String field, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value);
    }
  }

  private interface Text<T> {
    String of(T value);
  }

  private static <T> void writeList(JsonGenerator json, String field, List<T> values, Text<T> text)
      throws IOException {
    if (!values.isEmpty()) {
      json.writeArrayFieldStart(field);
      for (T value : values) {
        json.writeString(text.of(value));
      }
      json.writeEndArray();
    }
  }
}
