package io.regionbridge.api.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Removes secrets from what goes into a bug report: values of keys that are called like secrets,
 * bearer tokens, JSON web tokens, private keys in PEM, and passwords in URLs. Pure. Errs on the
 * side of removing.
 */
public final class Redactor {
  /** The replacement of a secret. */
  public static final String REMOVED = "(removed)";

  /** Begins where a word does and is bounded: time is linear in the text, whatever it is. */
  private static final String SECRET_KEY =
      "(?i)(?<![\\w.-])[\\w.-]{0,128}?(?:password|passwd|secret(?!names|name|ref)|token(?![-_]?file|secret)|private[-_"
          + " ]?key"
          + "|preshared[-_]?key|api[-_]?key|setup[-_]?key|credential|authorization|client-key-data)[\\w.-]{0,128}";

  private static final List<Pattern> SECRETS =
      List.of(
          // PEM, however it is folded or escaped
          Pattern.compile(
              "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)",
              Pattern.DOTALL),
          Pattern.compile("(?i)(?<=bearer )[\\w.~+/=-]{8,}"),
          Pattern.compile("\\beyJ[\\w-]{10,}\\.[\\w-]+\\.[\\w-]*"),
          Pattern.compile("(?<=://)[^/\\s@\"']+(?=@)"));

  /** A quoted text, to the quote that is not escaped; bounded, and without recursion. */
  private static final String QUOTED = "\"(?s:.{0,100000}?)(?<!(?<!\\\\)\\\\)\"";

  /** The same in JSON that stands in a string itself. */
  private static final String ESCAPED = "\\\\+\"[^\"]*+\"";

  /** What follows a key and is secret. The key, with what separates it, is group 1. */
  private static final List<Pattern> VALUES =
      List.of(
          // Kubernetes' list of variables: the name stands in a line of its own
          Pattern.compile(
              "(name: \"?" + SECRET_KEY + "\"?\\s*\\n\\s*value: )(?:" + QUOTED + "|[^\\n]*+)"),
          // the same in JSON
          Pattern.compile(
              "(\"name\\\\*+\"\\s*:\\s*\\\\*+\""
                  + SECRET_KEY
                  + "\\\\*+\"\\s*,\\s*\\\\*+\"value\\\\*+\"\\s*:\\s*)(?:"
                  + ESCAPED
                  + "|"
                  + QUOTED
                  + ")"),
          // --token VALUE, on one line or as two items of a list
          Pattern.compile(
              "((?=--)"
                  + SECRET_KEY
                  + "\"?(?:,[ \\t]*|[ \\t]+|\\n[ \\t]*- ))(?:"
                  + QUOTED
                  + "|[^\\s\"-][^\\s\"]*+)"),
          // a line of YAML, to its end: the value may have commas and braces
          Pattern.compile(
              "(?m)(^[ \\t]*+(?:- )?\"?" + SECRET_KEY + "\"?:[ \\t]+)[^\\s\"{\\[][^\\n]*+"),
          // YAML and JSON in one line
          Pattern.compile(
              "(\\\\*\"?"
                  + SECRET_KEY
                  + "\\\\*\"?\\s*[:=]\\s*)(?:"
                  + ESCAPED
                  + "|"
                  + QUOTED
                  + "|[^\\s,}{\\[][^\\n,}]*+)"));

  /** The first line of a block of YAML; the block is what is indented more than the key. */
  private static final Pattern BLOCK =
      Pattern.compile("([ \\t]*+(?:- )?)(\"?" + SECRET_KEY + "\"?:[ \\t]+)[|>][-+0-9]*[ \\t]*");

  private static final Pattern SECRET_NAME = Pattern.compile(SECRET_KEY);

  private Redactor() {}

  /** The text without secrets. */
  public static String redact(String text) {
    String clean = text;
    for (Pattern secret : SECRETS) {
      clean = secret.matcher(clean).replaceAll(REMOVED);
    }
    clean = withoutBlocks(clean);
    for (Pattern value : VALUES) {
      clean = value.matcher(clean).replaceAll("$1" + REMOVED);
    }
    return clean;
  }

  private static String withoutBlocks(String text) {
    StringJoiner kept = new StringJoiner("\n");
    int column = Integer.MAX_VALUE; // of the key whose block is being left out
    for (String line : text.split("\n", -1)) {
      int indent = line.length() - line.stripLeading().length();
      if (column < Integer.MAX_VALUE && (indent > column || line.isBlank())) {
        continue;
      }
      Matcher head = BLOCK.matcher(line);
      boolean block = head.matches();
      column = block ? head.end(1) : Integer.MAX_VALUE;
      kept.add(block ? head.group(1) + head.group(2) + REMOVED : line);
    }
    return kept.toString();
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
