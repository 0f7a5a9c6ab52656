package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManagedFieldsTest {
  private static final ManagedFields FIELDS =
      ManagedFields.of(
          Serialization.unmarshal(
              """
              managedFields:
              - manager: region-bridge
                operation: Apply
                fieldsV1:
                  f:metadata: {f:labels: {f:app.kubernetes.io/managed-by: {}}}
                  f:spec: {f:gateway: {".": {}, f:interface: {}}, f:selectors: {}}
              - manager: region-bridge
                operation: Update
                fieldsV1: {f:spec: {f:default: {}}}
              - manager: kubectl-edit
                operation: Update
                fieldsV1: {f:spec: {f:gateway: {f:address: {}}, f:list: {"k:{\\"a\\":1}": {f:a: {}}}}}
              - manager: without-fields
                operation: Update
              """,
              ObjectMeta.class),
          "region-bridge");

  @Test
  void tellsWhatTheBridgeAppliedFromWhatOthersSet() {
    assertThat(FIELDS.own())
        .containsExactlyInAnyOrder(
            List.of("metadata", "labels", "app.kubernetes.io/managed-by"),
            List.of("spec", "gateway", "interface"),
            List.of("spec", "selectors"));
    assertThat(FIELDS.others())
        .containsExactlyInAnyOrder(List.of("spec", "gateway", "address"), List.of("spec", "list"));
  }

  @Test
  void aFieldIsSetByWhoeverSetItOrSomethingInItAndByOthersAlsoAsAWhole() {
    assertThat(FIELDS.isSet(List.of("spec", "gateway"))).isTrue();
    assertThat(FIELDS.isSet(List.of("spec", "gateway", "interface"))).isTrue();
    assertThat(FIELDS.isSet(List.of("spec", "default"))).as("a default").isFalse();
    assertThat(FIELDS.isSet(List.of("spec", "selectors", "inner"))).as("ours").isFalse();
    assertThat(FIELDS.isSet(List.of("spec", "list", "inner"))).isTrue();
    assertThat(FIELDS.isSetByOthers(List.of("spec", "gateway", "interface"))).isFalse();
    assertThat(FIELDS.isSetByOthers(List.of("spec", "gateway"))).isTrue();
    assertThat(FIELDS.isSetByOthers(List.of("spec", "list", "inner"))).isTrue();
    assertThat(ManagedFields.of(new ObjectMeta(), "region-bridge")).isEqualTo(ManagedFields.NONE);
  }
}
