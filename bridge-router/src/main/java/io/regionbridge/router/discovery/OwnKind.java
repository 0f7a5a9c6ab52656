package io.regionbridge.router.discovery;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads objects of a kind that this project defines, each by itself. The API server checks them
 * against the definition that it has, which may be older or newer than this class, or none: an
 * object that does not fit must not keep the others of its list from being read.
 *
 * @param type the class of the kind
 * @param facts what is kept of an object
 */
record OwnKind<T extends HasMetadata, F>(Class<T> type, Function<T, F> facts)
    implements Function<GenericKubernetesResource, F> {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** How the API server calls such objects. */
  ResourceDefinitionContext context() {
    return ResourceDefinitionContext.fromResourceType(type);
  }

  /**
   * The facts of an object; a value that is null counts as left out.
   *
   * @throws MalformedObjectException if it does not fit the class
   */
  @Override
  public F apply(GenericKubernetesResource object) {
    ObjectNode tree = MAPPER.valueToTree(object);
    removeNulls(tree);
    try {
      return facts.apply(MAPPER.treeToValue(tree, type));
    } catch (JacksonException e) {
      if (tree.remove("status") == null) {
        throw new MalformedObjectException(reason(e));
      }
    }
    // A status that makes no sense is written anew, and is no reason to lose the rest.
    try {
      return facts.apply(MAPPER.treeToValue(tree, type));
    } catch (JacksonException e) {
      throw new MalformedObjectException(reason(e));
    }
  }

  private static void removeNulls(JsonNode node) {
    for (var values = node.iterator(); values.hasNext(); ) {
      JsonNode value = values.next();
      if (value.isNull()) {
        values.remove();
      } else {
        removeNulls(value);
      }
    }
  }

  private static String reason(JacksonException e) {
    String path =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(step ->
                    step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."))
                .replace(".[", "[")
            : "";
    String wanted =
        e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
            ? "is no " + name(mismatch.getTargetType())
            : "cannot be read";
    return (path.isEmpty() ? "it" : path) + " " + wanted;
  }

  private static String name(Class<?> type) {
    return Collection.class.isAssignableFrom(type) ? "list" : type.getSimpleName();
  }
}
