package io.regionbridge.router.egress.cilium;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CiliumSettingsTest {
  /** A setting that differs from one that works, and the Helm values that have to change. */
  @ParameterizedTest
  @CsvSource({
    "enable-egress-gateway, false, egressGateway.enabled=true",
    "enable-bpf-masquerade, false, bpf.masquerade=true",
    "kube-proxy-replacement, true, ''",
    "kube-proxy-replacement, false, ''",
    "kube-proxy-replacement, strict, ''",
    "kube-proxy-replacement, disabled, kubeProxyReplacement=true",
    "identity-allocation-mode, kvstore, identityAllocationMode=crd",
    "enable-cilium-endpoint-slice, true, ciliumEndpointSlice.enabled=false",
  })
  void namesWhatHasToChangeAndNoMore(String key, String value, String changes) {
    Map<String, String> config =
        new HashMap<>(Map.of("enable-egress-gateway", "true", "enable-bpf-masquerade", "true"));
    config.put(key, value);
    assertThat(CiliumSettings.requiredChanges(config))
        .isEqualTo(changes.isEmpty() ? List.of() : List.of(changes));
  }
}
