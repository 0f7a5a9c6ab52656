package io.regionbridge.api.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Removes secrets from what goes into a bug report: values of keys that are called like secrets,
 * bearer tokens, JSON web tokens, private keys in PEM, and passwords in URLs. Pure. Errs on the
 * side of removing.
 */
public final class Redactor {
  /** What stands in place of a secret. */
  public static final String REMOVED = "(removed)";

  /** Begins where a word does and is bounded: time is linear in the text, whatever it is. */
  private static final String SECRET_KEY =
      "(?i)(?<![\\w.-])[\\w.-]{0,128}?(?:password|passwd|secret(?!names|name|ref)|token(?!file|secret)|private[-_]?key"
          + "|preshared[-_]?key|api[-_]?key|setup[-_]?key|credential|client-key-data)[\\w.-]{0,128}";

  private static final List<Pattern> SECRETS =
      List.of(
          // PEM, however it is folded or escaped
          Pattern.compile(
              "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)",
              Pattern.DOTALL),
          Pattern.compile("(?i)(?<=bearer )[\\w.~+/=-]{8,}"),
          Pattern.compile("\\beyJ[\\w-]{10,}\\.[\\w-]+\\.[\\w-]*"),
          Pattern.compile("(?<=://)[^/\\s:@]+:[^/\\s@]+(?=@)"));

  /** {@code key: value} and {@code "key": "value"}; YAML and JSON on one line. */
  private static final Pattern KEYED =
      Pattern.compile(
          "(?m)(\"?"
              + SECRET_KEY
              + "\"?\\s*[:=]\\s*)(\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s,}{\\[][^\\n,}]*)");

  /** Kubernetes' list of variables: the name stands in a line of its own. */
  private static final Pattern VARIABLE =
      Pattern.compile(
          "(?m)(name: \"?"
              + SECRET_KEY
              + "\"?\\s*\\n\\s*value: )(\"(?:[^\"\\\\]|\\\\.)*\"|[^\\n]*)");

  private static final Pattern SECRET_NAME = Pattern.compile(SECRET_KEY);

  private Redactor() {}

  /** The text without secrets. */
  public static String redact(String text) {
    String clean = text;
    for (Pattern secret : SECRETS) {
      clean = secret.matcher(clean).replaceAll(REMOVED);
    }
    clean = VARIABLE.matcher(clean).replaceAll("$1" + REMOVED);
    return KEYED.matcher(clean).replaceAll("$1" + REMOVED);
  }

  /** Variables of the environment, sorted, one in a line, without the values of secrets. */
  public static String environment(Map<String, String> variables) {
    return variables.entrySet().stream()
        .filter(variable -> isOurs(variable.getKey()))
        .map(variable ->
            variable.getKey()
                + "="
                + (SECRET_NAME.matcher(variable.getKey().toLowerCase(Locale.ROOT)).matches()
                    ? REMOVED
                    : redact(variable.getValue())))
        .sorted()
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static boolean isOurs(String name) {
    return name.startsWith("REGION_BRIDGE_")
        || name.startsWith("KUBERNETES_")
        || name.toLowerCase(Locale.ROOT).endsWith("_proxy")
        || List.of("NODE_NAME", "NODE_IP", "POD_NAMESPACE", "KUBECONFIG").contains(name);
  }
}
