package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.net.URI;
import java.net.URISyntaxException;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * The current context of a kubeconfig. Nothing in the text is executed, and no file that it names
 * is read.
 *
 * @param cluster the entry of its cluster
 * @param user the entry of its user; missing if it names none
 */
public record KubeconfigContext(JsonNode cluster, JsonNode user) {
  private static final int LONGEST = 256 * 1024;
  private static final int DEEPEST = 16;
  private static final int LONGEST_SHOWN = 60;
  private static final int MAX_PORT = 65_535;

  /**
   * Reads it.
   *
   * @param text YAML or JSON
   * @throws KubeconfigException if the text is too long or no YAML, or lacks the context, its
   *     cluster or its user
   */
  public static KubeconfigContext of(String text) throws KubeconfigException {
    if (text.length() > LONGEST) {
      throw new KubeconfigException("it is longer than " + LONGEST + " characters");
    }
    JsonNode root = tree(text);
    JsonNode context = entry(root, "context", root.path("current-context").asText(""));
    return new KubeconfigContext(
        entry(root, "cluster", context.path("cluster").asText("")),
        context.path("user").asText("").isEmpty()
            ? MissingNode.getInstance()
            : entry(root, "user", context.path("user").asText("")));
  }

  /**
   * The URL of the API server.
   *
   * @throws KubeconfigException if it is none, or has a user, a query or a fragment
   */
  public URI server() throws KubeconfigException {
    String text = cluster.path("server").asText("");
    try {
      URI uri = new URI(text);
      if (!"https".equals(uri.getScheme()) && !"http".equals(uri.getScheme())
          || uri.getHost() == null
          || uri.getPort() == 0
          || uri.getPort() > MAX_PORT
          || uri.getUserInfo() != null
          || uri.getQuery() != null
          || uri.getFragment() != null) {
        throw new KubeconfigException("cluster.server is no https URL: " + shown(text));
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new KubeconfigException("cluster.server is no URL: " + shown(text));
    }
  }

  /** A text of somebody else as it may stand in a message: short, without control characters. */
  public static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.substring(0, Math.min(LONGEST_SHOWN, plain.length()));
  }

  private static JsonNode tree(String text) throws KubeconfigException {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(LONGEST);
    options.setNestingDepthLimit(DEEPEST);
    ObjectMapper yaml =
        new ObjectMapper(
            YAMLFactory.builder()
                .loaderOptions(options)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build());
    try {
      JsonNode root = yaml.readTree(text);
      if (root == null || !root.isObject()) {
        throw new KubeconfigException("it is no kubeconfig: expected a mapping with clusters");
      }
      return root;
    } catch (JacksonException e) {
      // Its own message may show a part of the text, and so a secret.
      throw new KubeconfigException(
          "it is not YAML, near line "
              + (e.getLocation() == null ? "1" : e.getLocation().getLineNr()));
    }
  }

  /** The entry of that name in the list for its kind. */
  private static JsonNode entry(JsonNode root, String kind, String name)
      throws KubeconfigException {
    for (JsonNode entry : root.path(kind + "s")) {
      if (!name.isEmpty() && entry.path("name").asText("").equals(name)) {
        return entry.path(kind);
      }
    }
    throw new KubeconfigException(
        name.isEmpty()
            ? "it names no " + (kind.equals("context") ? "current-context" : kind)
            : "%ss has no entry %s".formatted(kind, shown(name)));
  }
}
