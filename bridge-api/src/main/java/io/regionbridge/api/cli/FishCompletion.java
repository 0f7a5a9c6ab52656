package io.regionbridge.api.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What fish needs to complete command lines (fishshell.com, "Writing your own completions"). */
final class FishCompletion {
  /** What only a running bridge or a cluster knows; fish asks when it is needed. */
  private static final String ASK =
      "'(%s __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'"
          .formatted(Root.NAME);

  private FishCompletion() {}

  /** The script for a program with one level of commands. */
  static String of(String program, CommandSpec root) {
    StringBuilder script = new StringBuilder();
    String begin = "complete -c " + program;
    for (Map.Entry<String, CommandLine> command : root.subcommands().entrySet()) {
      CommandSpec spec = command.getValue().getCommandSpec();
      if (spec.usageMessage().hidden()) {
        continue;
      }
      String name = command.getKey();
      String[] header = spec.usageMessage().header();
      script
          .append(begin)
          .append(" -n __fish_use_subcommand -f -a ")
          .append(name)
          .append(" -d ")
          .append(quoted(header.length == 0 ? "" : header[0]))
          .append('\n');
      if (!spec.positionalParameters().isEmpty()) {
        script
            .append(begin)
            .append(" -n '__fish_seen_subcommand_from ")
            .append(name)
            .append("' -f -a ")
            .append(ASK)
            .append('\n');
      }
      for (OptionSpec option : spec.options()) {
        if (!option.hidden()) {
          script
              .append(begin)
              .append(" -n '__fish_seen_subcommand_from ")
              .append(name)
              .append('\'')
              .append(option(option))
              .append('\n');
        }
      }
    }
    return script.toString();
  }

  private static String option(OptionSpec option) {
    StringBuilder text = new StringBuilder();
    for (String name : option.names()) {
      text.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (option.arity().max() > 0) {
      text.append(" -r");
      if (option.completionCandidates() != null) {
        text.append(" -f -a ").append(quoted(String.join(" ", option.completionCandidates())));
      } else if (!option.paramLabel().equals("FILE")) {
        text.append(" -f -a ").append(ASK);
      }
    }
    String[] description = option.description();
    return text.append(" -d ")
        .append(quoted(description.length == 0 ? "" : description[0]))
        .toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
