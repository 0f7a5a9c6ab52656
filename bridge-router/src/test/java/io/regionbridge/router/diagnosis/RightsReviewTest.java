package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RightsReviewTest {
  @ParameterizedTest(name = "{0} {1}.{2} {3}: {4}")
  @CsvSource({
    "list, services, '', '', true",
    "watch, services, '', '', false",
    "patch, regions/status, region-bridge.io, '', true",
    "patch, regions, region-bridge.io, '', false",
    "update, configmaps, '', coredns, true",
    "update, configmaps, '', other, false",
    "update, configmaps, '', '', false",
    "delete, leases, coordination.k8s.io, region-bridge, true",
    "delete, leases, other.k8s.io, region-bridge, false",
  })
  void aRightIsGivenByARuleThatCoversIt(
      String verb, String resource, String group, String name, boolean given) throws IOException {
    JsonNode rules =
        new YAMLMapper()
            .readTree(
                """
                - {verbs: [get, list], apiGroups: [''], resources: [services, nodes]}
                - {verbs: [patch], apiGroups: [region-bridge.io], resources: ['*/status']}
                - {verbs: [update], apiGroups: [''], resources: [configmaps], resourceNames: [coredns]}
                - {verbs: ['*'], apiGroups: [coordination.k8s.io], resources: ['*']}
                """);
    Right right = new Right(group, resource, verb, name, "");
    assertThat(RightsReview.missing(List.of(right), Map.of("here", rules), "here"))
        .isEqualTo(given ? List.of() : List.of(right));
  }

  @Test
  void aRuleHoldsInItsNamespaceAlone() throws IOException {
    JsonNode rules =
        new YAMLMapper().readTree("[{verbs: [get], apiGroups: [''], resources: [configmaps]}]");
    JsonNode none = new YAMLMapper().readTree("[]");
    Right here = new Right("", "configmaps", "get", "", "here");
    Right there = new Right("", "configmaps", "get", "", "kube-system");
    assertThat(
            RightsReview.missing(
                List.of(here, there), Map.of("here", rules, "kube-system", none), "here"))
        .containsExactly(there);
  }

  @Test
  void rightsOnNetBirdAreNeededWhereItsRoutersAreKept() {
    Right patch = new Right("netbird.io", "networkrouters", "patch", "", "netbird");
    assertThat(RequiredRights.in("here", Optional.of("netbird"), false)).contains(patch);
    assertThat(RequiredRights.in("here", Optional.empty(), false))
        .isNotEmpty()
        .noneMatch(right -> right.namespace().equals("netbird"));
  }
}
