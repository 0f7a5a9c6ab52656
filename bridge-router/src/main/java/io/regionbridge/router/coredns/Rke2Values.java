package io.regionbridge.router.coredns;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Helm values for RKE2's CoreDNS chart. Its list of servers replaces the chart's own, so that those
 * that stand there now have to be in it, with all that they have. Pure.
 *
 * <p>The chart puts the port behind the last zone of a server alone, and its own domain before the
 * zones of the plugin {@code kubernetes}, which may have it twice.
 */
final class Rke2Values {
  private static final Pattern ZONE = Pattern.compile("(?m)^ *- zone: \"?([^\"\\n]+)\"?$");
  private static final Pattern PLAIN = Pattern.compile("[a-zA-Z/][a-zA-Z0-9 ._/-]*[a-zA-Z0-9]");

  private Rke2Values() {}

  /**
   * Formats the values.
   *
   * @param others snippets and server blocks of everybody else
   * @param port of the bridge's blocks
   */
  static String text(
      List<ServerBlock> others,
      List<ForwardedZones> zones,
      String port,
      List<InetSocketAddress> upstreams) {
    StringBuilder text = new StringBuilder("servers:\n");
    others.forEach(block -> addServer(text, block));
    for (ForwardedZones zone : zones) {
      for (ServerBlock block :
          Corefile.parse(ServerBlocks.text(List.of(zone), port, upstreams)).blocks()) {
        addServer(text, block);
      }
    }
    return text.toString();
  }

  /** Whether a zone of one text is in another one no more. */
  static boolean givesUpAZone(String before, String after) {
    return !zones(after).containsAll(zones(before));
  }

  private static Set<String> zones(String values) {
    return ZONE.matcher(values)
        .results()
        .map(zone -> Zone.read(zone.group(1)))
        .flatMap(read ->
            read instanceof Zone.Read.Zones(List<Zone> zones) ? zones.stream() : Stream.of())
        .map(Zone::name)
        .collect(Collectors.toSet());
  }

  private static void addServer(StringBuilder text, ServerBlock block) {
    text.append("- zones:\n");
    Optional<String> port = Optional.empty();
    for (int i = 0; i < block.keys().size(); i++) {
      String key = block.keys().get(i);
      boolean last = i == block.keys().size() - 1;
      if (last
          && Zone.read(key) instanceof Zone.Read.Zones(List<Zone> zones)
          && key.endsWith(":" + zones.getFirst().port())) {
        port = Optional.of(zones.getFirst().port());
        key = key.substring(0, key.lastIndexOf(':'));
      }
      int scheme = key.indexOf("://") < 0 ? 0 : key.indexOf("://") + "://".length();
      text.append("  - zone: ").append(scalar(key.substring(scheme))).append('\n');
      if (scheme > 0) {
        text.append("    scheme: ").append(scalar(key.substring(0, scheme))).append('\n');
      }
    }
    port.ifPresent(number -> text.append("  port: ").append(number).append('\n'));
    text.append("  plugins:\n");
    block.directives().forEach(plugin -> appendPlugin(text, plugin));
  }

  private static void appendPlugin(StringBuilder text, Directive plugin) {
    text.append("  - name: ").append(scalar(plugin.name())).append('\n');
    Directive shown =
        plugin.name().equals(ClusterDomains.PLUGIN)
            ? new Directive(
                plugin.name(),
                List.copyOf(new LinkedHashSet<>(plugin.arguments())),
                plugin.options())
            : plugin;
    if (!shown.arguments().isEmpty()) {
      text.append("    parameters: ").append(scalar(shown.line())).append('\n');
    }
    if (!shown.options().isEmpty()) {
      text.append("    configBlock: |-\n").append(shown.body().indent(6));
    }
  }

  /** Plain where YAML takes it for nothing but this text. */
  private static String scalar(String text) {
    boolean plain =
        PLAIN.matcher(text).matches() && !text.matches("(?i)true|false|yes|no|on|off|null|y|n");
    return plain ? text : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
