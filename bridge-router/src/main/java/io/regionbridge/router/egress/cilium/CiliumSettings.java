package io.regionbridge.router.egress.cilium;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Settings that Cilium needs before it carries egress policies out: the one place of these rules,
 * for the running bridge and for {@code doctor}. Reads the ConfigMap {@code cilium-config}, speaks
 * in Cilium's Helm values. Pure.
 */
public final class CiliumSettings {
  /**
   * What {@code kube-proxy-replacement} is called when it is off, before Cilium 1.14. Since then
   * policies are carried out without it.
   */
  private static final Set<String> NOT_REPLACED = Set.of("disabled", "probe");

  private CiliumSettings() {}

  /**
   * The Helm values that must change in {@code cilium-config}, such as {@code bpf.masquerade=true}.
   */
  public static List<String> requiredChanges(Map<String, String> config) {
    List<String> values = new ArrayList<>();
    // The second is what releases before 1.18 call it.
    if (!on(config, "enable-egress-gateway") && !on(config, "enable-ipv4-egress-gateway")) {
      values.add("egressGateway.enabled=true");
    }
    if (!on(config, "enable-bpf-masquerade")) {
      values.add("bpf.masquerade=true");
    }
    if (NOT_REPLACED.contains(config.getOrDefault("kube-proxy-replacement", ""))) {
      values.add("kubeProxyReplacement=true");
    }
    // Policies select pods by identities and endpoints, which Cilium looks for in these objects.
    if (!config.getOrDefault("identity-allocation-mode", "crd").equals("crd")) {
      values.add("identityAllocationMode=crd");
    }
    if (on(config, "enable-cilium-endpoint-slice")) {
      values.add("ciliumEndpointSlice.enabled=false");
    }
    return values;
  }

  private static boolean on(Map<String, String> config, String key) {
    return config.getOrDefault(key, "").equals("true");
  }
}
