package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.regionbridge.router.kubernetes.Region;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnKindTest {
  private static final OwnKind<Region, RegionFacts> REGION =
      new OwnKind<>(Region.class, RegionFacts::of);

  private static RegionFacts read(String fields) {
    return REGION.apply(
        Serialization.unmarshal(
            "{\"apiVersion\": \"region-bridge.io/v1alpha1\", \"kind\": \"Region\","
                + " \"metadata\": {\"name\": \"mn\", \"uid\": \"u\", \"generation\": 2}, "
                + fields
                + "}",
            GenericKubernetesResource.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"spec\": \"text\" | spec is no RegionSpec",
        "\"spec\": [1] | spec is no RegionSpec",
        "\"spec\": {\"contain\": \"yes\"} | spec.contain is no Boolean",
        "\"spec\": {\"domain\": {\"a\": 1}} | spec.domain is no String",
        "\"spec\": {\"podCIDRs\": \"10.52.0.0/16\"} | spec.podCIDRs is no list",
        "\"spec\": {\"gateways\": [\"10.0.0.1\", {}]} | spec.gateways[1] is no String",
        "\"spec\": {\"wireguard\": {\"persistentKeepalive\": 99999999999}} |"
            + " spec.wireguard.persistentKeepalive cannot be read",
        "\"spec\": {\"wireguard\": {}} | spec.wireguard cannot be read",
        "\"spec\": {\"kubeconfigSecretRef\": {\"name\": null}} |"
            + " spec.kubeconfigSecretRef cannot be read",
        "\"spec\": {\"aliasRanges\": [{\"range\": \"10.42.0.0/16\"}]} |"
            + " spec.aliasRanges[0] cannot be read",
        "\"spec\": 5, \"status\": 5 | spec is no RegionSpec",
      })
  void whatDoesNotFitIsNamed(String fields, String reason) {
    assertThatThrownBy(() -> read(fields))
        .isInstanceOf(MalformedObjectException.class)
        .hasMessage(reason);
  }

  /** It is the bridge's own, and written anew. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "5",
        "\"x\"",
        "{\"conditions\": 5}",
        "{\"conditions\": [{\"type\": \"Ready\"}]}",
        "{\"overlayKeys\": \"k\"}"
      })
  void aStatusThatMakesNoSenseCostsItselfAlone(String status) {
    RegionFacts facts = read("\"spec\": {\"domain\": \"a.b\"}, \"status\": " + status);
    assertThat(facts.spec().domain()).isEqualTo("a.b");
    assertThat(facts.conditions()).isEmpty();
  }

  @Test
  void nullAndFieldsThatNobodyKnowsCountAsLeftOut() {
    RegionFacts facts =
        read(
            """
            "spec": {"domain": null, "podCIDRs": [null, "10.52.0.0/16", null], "colour": {"a": []},
             "gateways": null, "overlayKeys": [null]},
            "status": {"overlayKeys": [null, "k"], "conditions": [null]}, "extra": 5
            """);
    assertThat(facts.name()).isEqualTo("mn");
    assertThat(facts.generation()).isEqualTo(2);
    assertThat(facts.spec().domain()).isNull();
    assertThat(facts.spec().gateways()).isNull();
    assertThat(facts.spec().podCidrs()).containsExactly("10.52.0.0/16");
    assertThat(facts.spec().overlayKeys()).isEmpty();
    assertThat(facts.overlayKeys()).containsExactly("k");
    assertThat(read("\"spec\": null").spec().podCidrs()).isNull();
  }
}
