package io.regionbridge.router.diagnosis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.discovery.ClusterWatcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which of its rights a bridge lacks, by what the API server says of them itself: a
 * SelfSubjectRulesReview for each namespace, which everybody may ask for. A right is missed here
 * before it is needed. Used by one thread.
 */
public final class RightsReview {
  private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient client;
  private final String namespace;
  private final List<Right> required;
  private final Set<String> namespaces;

  /**
   * Creates a review of the rights that {@code client} has.
   *
   * @param namespace of the bridge
   * @param netBird the namespace of NetBird's routers, if the bridge manages them
   */
  public RightsReview(
      KubernetesClient client, String namespace, Optional<String> netBird, boolean multiCluster) {
    this.client = client;
    this.namespace = namespace;
    this.required = RequiredRights.in(namespace, netBird, multiCluster);
    this.namespaces = new LinkedHashSet<>(List.of(ClusterWatcher.SYSTEM));
    namespaces.add(namespace);
    netBird.ifPresent(namespaces::add);
  }

  /** How many rights are needed, in a cluster that has all of the resources. */
  public int required() {
    return required.size();
  }

  /**
   * The rights that are missing; empty if the server does not say, or not all of it. Those on
   * resources of API groups that the cluster does not have are of no use, and left out.
   */
  public Optional<List<Right>> missing() {
    try {
      Map<String, JsonNode> rules = new HashMap<>();
      for (String each : namespaces) {
        JsonNode status = review(each);
        if (status.path("incomplete").asBoolean() || !status.path("resourceRules").isArray()) {
          return Optional.empty(); // an authorizer that does not tell, such as a webhook
        }
        rules.put(each, status.path("resourceRules"));
      }
      List<Right> missing = missing(required, rules, namespace);
      return missing.isEmpty() ? Optional.of(missing) : Optional.of(ofUse(missing));
    } catch (KubernetesClientException | IOException e) {
      return Optional.empty(); // the watches tell of a server that does not answer as it should
    }
  }

  private List<Right> ofUse(List<Right> missing) {
    Set<String> groups = new HashSet<>(Set.of(""));
    client.getApiGroups().getGroups().forEach(group -> groups.add(group.getName()));
    return missing.stream().filter(right -> groups.contains(right.group())).toList();
  }

  private JsonNode review(String in) throws IOException {
    ObjectNode review = JSON.createObjectNode();
    review.put("apiVersion", "authorization.k8s.io/v1").put("kind", "SelfSubjectRulesReview");
    review.putObject("spec").put("namespace", in);
    String answer = client.raw(REVIEWS, "POST", review);
    return JSON.readTree(answer == null ? "{}" : answer).path("status");
  }

  /**
   * The rights that no rule grants.
   *
   * @param rules by namespace; each includes those of the whole cluster
   * @param anywhere a namespace for rights that are in none
   */
  static List<Right> missing(List<Right> rights, Map<String, JsonNode> rules, String anywhere) {
    List<Right> missing = new ArrayList<>();
    for (Right right : rights) {
      JsonNode known = rules.get(right.namespace().isEmpty() ? anywhere : right.namespace());
      if (known == null || !given(right, known)) {
        missing.add(right);
      }
    }
    return missing;
  }

  private static boolean given(Right right, JsonNode rules) {
    for (JsonNode rule : rules) {
      JsonNode names = rule.path("resourceNames");
      if (has(rule.path("verbs"), right.verb())
          && has(rule.path("apiGroups"), right.group())
          && (has(rule.path("resources"), right.resource())
              || right.resource().contains("/")
                  && has(
                      rule.path("resources"),
                      "*" + right.resource().substring(right.resource().indexOf('/'))))
          && (names.isEmpty() || !right.name().isEmpty() && has(names, right.name()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean has(JsonNode array, String wanted) {
    for (JsonNode each : array) {
      if (each.asText().equals(wanted) || each.asText().equals("*")) {
        return true;
      }
    }
    return false;
  }
}
