package io.regionbridge.router.directory.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks the documents of one file. The items of a list are read one at a time, since a single list
 * may be all of a cluster.
 */
final class DocumentReader {
  private final JsonParser parser;
  private final YamlReader nodes;
  private final Objects objects;
  private final ContentBuilder content;

  /** Makes something of one object: see {@link ObjectParser#parse}. */
  @FunctionalInterface
  interface Objects {
    ManifestObject parse(Node node, String place, String listKind, String listApi);
  }

  /**
   * @param allKeys whether objects are read with the keys that nothing here uses
   */
  DocumentReader(JsonParser parser, boolean allKeys, Objects objects, ContentBuilder content) {
    this.parser = parser;
    this.nodes = new YamlReader(parser, allKeys);
    this.objects = objects;
    this.content = content;
  }

  /** Reads to the end and tells how many documents there were, empty ones not counted. */
  int readAll() throws IOException {
    int count = 0;
    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
      String place = "document " + (count + 1);
      if (token == JsonToken.START_OBJECT) {
        readDocument(place);
        count++;
        continue;
      }
      Node node = nodes.read();
      // A document of nothing, or of comments, is not one.
      if (!(node instanceof Node.Null)) {
        add(objects.parse(node, place, "", ""));
        count++;
      }
    }
    return count;
  }

  /** Of what there is no room for, only the number counts. */
  private void add(ManifestObject object) {
    if (content.hasRoomFor(object)) {
      content.add(object);
    } else {
      content.forget();
    }
  }

  private void readDocument(String place) throws IOException {
    int line = parser.currentTokenLocation().getLineNr();
    int column = parser.currentTokenLocation().getColumnNr();
    Map<String, Node> fields = new HashMap<>();
    Items items = new Items();
    boolean list = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      if (!parser.currentName().equals("items")) {
        nodes.readField(fields);
      } else if (parser.nextToken() == JsonToken.START_ARRAY) {
        list = true;
        items.read(text(fields, "kind"), text(fields, "apiVersion"));
      } else {
        parser.skipChildren(); // a list of null items is an empty one
      }
    }
    String kind = text(fields, "kind");
    if (list && kind.endsWith("List")) {
      items.finish(kind, text(fields, "apiVersion"));
    } else if (!kind.endsWith("List")) {
      add(objects.parse(new Node.Mapping(fields, line, column), place, "", ""));
    }
  }

  private static String text(Map<String, Node> fields, String key) {
    return fields.get(key) instanceof Node.Text(String value, int _, int _) ? value : "";
  }

  /**
   * The items of one list. Those from the API server's raw answers do not say what they are, but
   * their list does; with sorted keys it does so after the items.
   */
  private final class Items {
    private final List<ManifestObject> parsed = new ArrayList<>();
    private final Map<Integer, Node> untyped = new HashMap<>();
    private int count;

    void read(String listKind, String listApi) throws IOException {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        Node item = nodes.read();
        boolean typed =
            item instanceof Node.Mapping(var fields, int _, int _) && fields.containsKey("kind");
        if (typed || !listKind.isEmpty()) {
          ManifestObject object = objects.parse(item, place(count), listKind, listApi);
          if (content.hasRoomFor(object)) {
            parsed.add(object);
          } else {
            parsed.clear();
          }
        } else {
          untyped.put(count, item);
        }
        count++;
      }
    }

    void finish(String listKind, String listApi) {
      parsed.forEach(content::add);
      untyped.forEach((index, item) -> add(objects.parse(item, place(index), listKind, listApi)));
    }

    private String place(int index) {
      return "items[" + index + "]";
    }
  }
}
