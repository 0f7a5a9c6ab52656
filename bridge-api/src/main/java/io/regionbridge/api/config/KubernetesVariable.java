package io.regionbridge.api.config;

import io.regionbridge.router.net.IpLiteral;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The variables that Kubernetes sets in every pod for each Service of its namespace ("Environment
 * variables" in its Service documentation). For a Service named {@code region-bridge} or {@code
 * region-bridge-…} they begin like ours. Their values distinguish them from a mistyped key: {@code
 * REGION_BRIDGE_DNS_PORT=1053} is not what Kubernetes would write, {@code tcp://10.43.0.9:53} is.
 */
final class KubernetesVariable {
  private static final String EXPOSED = "PORT_[0-9]+_(?:TCP|UDP|SCTP)";
  private static final Predicate<String> NUMBER = Pattern.compile("[0-9]{1,5}").asMatchPredicate();
  private static final Predicate<String> PROTOCOL =
      Pattern.compile("tcp|udp|sctp").asMatchPredicate();
  private static final Predicate<String> URL =
      Pattern.compile("(?:tcp|udp|sctp)://.+:[0-9]{1,5}").asMatchPredicate();

  private static final List<KubernetesVariable> ALL =
      List.of(
          new KubernetesVariable("SERVICE_HOST", KubernetesVariable::isAddress),
          new KubernetesVariable("SERVICE_PORT(?:_[A-Z0-9_]+)?", NUMBER),
          new KubernetesVariable("PORT", URL),
          new KubernetesVariable(EXPOSED, URL),
          new KubernetesVariable(EXPOSED + "_PROTO", PROTOCOL),
          new KubernetesVariable(EXPOSED + "_PORT", NUMBER),
          new KubernetesVariable(EXPOSED + "_ADDR", KubernetesVariable::isAddress));

  private final Pattern name;
  private final Predicate<String> value;

  private KubernetesVariable(String name, Predicate<String> value) {
    this.name = Pattern.compile("(?:_[A-Z0-9_]+)?_" + name);
    this.value = value;
  }

  /**
   * Whether this is such a variable. Several Service names may fit: one may end in {@code -port}.
   *
   * @param suffix the name after {@code REGION_BRIDGE}, starting with an underscore
   */
  static boolean isOne(String suffix, String value) {
    return ALL.stream().anyMatch(v -> v.name.matcher(suffix).matches() && v.value.test(value));
  }

  private static boolean isAddress(String value) {
    return IpLiteral.parse(value).isPresent();
  }
}
