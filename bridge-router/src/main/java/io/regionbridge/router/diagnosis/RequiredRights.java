package io.regionbridge.router.diagnosis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.regionbridge.router.discovery.ClusterWatcher;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What the bridge must be allowed to do: the very rules that the chart's Roles are made of. */
final class RequiredRights {
  private static final String RULES = "rbac-rules.yaml";

  private RequiredRights() {}

  /**
   * Lists all rights.
   *
   * @param netBird the namespace of NetBird's routers, if the bridge manages them
   */
  static List<Right> in(String namespace, Optional<String> netBird, boolean multiCluster) {
    List<Right> rights = new ArrayList<>();
    try (InputStream in = RequiredRights.class.getResourceAsStream(RULES)) {
      JsonNode rules = new YAMLMapper().readTree(Objects.requireNonNull(in, RULES));
      rules.path("cluster").forEach(rule -> add(rights, rule, ""));
      rules.path("system").forEach(rule -> add(rights, rule, ClusterWatcher.SYSTEM));
      rules.path("namespace").forEach(rule -> add(rights, rule, namespace));
      if (multiCluster) {
        rules.path("multicluster").forEach(rule -> add(rights, rule, ""));
      }
      netBird.ifPresent(name -> rules.path("netbird").forEach(rule -> add(rights, rule, name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rights;
  }

  private static void add(List<Right> rights, JsonNode rule, String namespace) {
    List<String> names = texts(rule.path("resourceNames"));
    for (String group : texts(rule.path("apiGroups"))) {
      for (String resource : texts(rule.path("resources"))) {
        // Which Secrets a bridge may read depends on the peers that it has.
        if (resource.equals("secrets")) {
          continue;
        }
        for (String verb : texts(rule.path("verbs"))) {
          for (String name : names.isEmpty() ? List.of("") : names) {
            rights.add(new Right(group, resource, verb, name, namespace));
          }
        }
      }
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
