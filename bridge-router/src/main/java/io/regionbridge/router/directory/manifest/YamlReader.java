package io.regionbridge.router.directory.manifest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads one object at a time from a stream of tokens, and of it only keys that some object in use
 * has, unless all are asked for: what is left of a Service is small, and of a Deployment next to
 * nothing.
 */
final class YamlReader {
  private static final String MERGE = "<<";

  private static final Set<String> KEPT =
      Set.of(
          "addressType",
          "addresses",
          "annotations",
          "apiVersion",
          "appProtocol",
          "clientIP",
          "clusterIP",
          "clusterIPs",
          "conditions",
          "endpoints",
          "externalName",
          "hostname",
          "internalTrafficPolicy",
          "ipFamilies",
          "kind",
          "kubernetes.io/service-name",
          "labels",
          "metadata",
          "name",
          "namespace",
          "port",
          "ports",
          "protocol",
          "publishNotReadyAddresses",
          "ready",
          "region-bridge.io/export",
          "region-bridge.io/spread",
          "serving",
          "sessionAffinity",
          "sessionAffinityConfig",
          "spec",
          "targetPort",
          "terminating",
          "timeoutSeconds",
          "trafficDistribution",
          "type",
          "zone",
          MERGE);

  private final JsonParser parser;
  private final boolean all;

  /**
   * @param all whether to keep keys that no object uses
   */
  YamlReader(JsonParser parser, boolean all) {
    this.parser = parser;
    this.all = all;
  }

  /** The value that begins at the current token. Ends at its last one. */
  Node read() throws IOException {
    JsonLocation at = parser.currentTokenLocation();
    int line = at.getLineNr();
    int column = at.getColumnNr();
    return switch (parser.currentToken()) {
      case START_OBJECT -> readMapping(line, column);
      case START_ARRAY -> readSequence(line, column);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          new Node.NumberText(parser.getText(), line, column);
      case VALUE_TRUE -> new Node.Bool(true, line, column);
      case VALUE_FALSE -> new Node.Bool(false, line, column);
      case VALUE_NULL -> new Node.Null(line, column);
      default -> readText(line, column);
    };
  }

  private Node readText(int line, int column) throws IOException {
    String text = parser.getText();
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      return new Node.Alias(text, line, column);
    }
    // Kubernetes does not tell an empty string from none, nor this parser from an empty YAML value.
    return text.isEmpty() ? new Node.Null(line, column) : new Node.Text(text, line, column);
  }

  private Node readMapping(int line, int column) throws IOException {
    Map<String, Node> fields = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      readField(fields);
    }
    return new Node.Mapping(fields, line, column);
  }

  /** The field whose name is the current token, into the others of its object if it matters. */
  void readField(Map<String, Node> fields) throws IOException {
    String key = parser.currentName();
    parser.nextToken();
    if (!all && !KEPT.contains(key)) {
      parser.skipChildren();
      return;
    }
    Node value = read();
    Node before = fields.put(key, value);
    if (before != null) {
      fields.put(key, new Node.DuplicateKey(before.line(), value.line(), value.column()));
    }
  }

  private Node readSequence(int line, int column) throws IOException {
    List<Node> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(read());
    }
    return new Node.Sequence(elements, line, column);
  }
}
