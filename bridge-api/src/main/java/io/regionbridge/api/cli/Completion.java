package io.regionbridge.api.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Completion scripts, made of the very options that the commands read: a command that takes another
 * option completes it. Pure.
 */
final class Completion {
  private static final List<String> RECORD_TYPES =
      List.of("A", "AAAA", "SRV", "PTR", "TXT", "CNAME", "SOA", "NS");

  private Completion() {}

  /** For bash 3.2 and newer, with nothing else installed. */
  static String bash(List<Syntax> commands) {
    StringBuilder script = new StringBuilder();
    script.append(
        """
        # Completion of region-bridge for bash, written by: region-bridge completion bash
        _region_bridge() {
          local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=''
          COMPREPLY=()
          if ((COMP_CWORD == 1)); then
        """);
    script
        .append("    words='")
        .append(names(commands))
        .append(" --help --version'\n")
        .append("    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n")
        .append("    return\n  fi\n")
        .append("  case ${COMP_WORDS[1]}:$before in\n");
    for (Syntax command : commands) {
      for (Option option : command.options()) {
        if (option.value() != null) {
          script
              .append("    ")
              .append(
                  option.names().stream()
                      .map(name -> command.name() + ":" + name)
                      .collect(Collectors.joining(" | ")))
              .append(") ")
              .append(bashValue(option))
              .append("; return ;;\n");
        }
      }
    }
    script.append("  esac\n  case ${COMP_WORDS[1]} in\n");
    for (Syntax command : commands) {
      List<String> words = new ArrayList<>(operands(command));
      command.allOptions().forEach(option -> words.addAll(option.names()));
      script
          .append("    ")
          .append(command.name())
          .append(") words='")
          .append(String.join(" ", words))
          .append("' ;;\n");
    }
    script.append(
        """
          esac
          COMPREPLY=($(compgen -W "$words" -- "$word"))
        }
        complete -F _region_bridge region-bridge ./region-bridge
        """);
    return script.toString();
  }

  private static String bashValue(Option option) {
    if (!option.choices().isEmpty()) {
      return "COMPREPLY=($(compgen -W '%s' -- \"$word\"))"
          .formatted(String.join(" ", option.choices()));
    }
    return "FILE".equals(option.value())
        ? "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$word\"))"
        : ":";
  }

  /** For zsh with its completion system on. */
  static String zsh(List<Syntax> commands) {
    StringBuilder script = new StringBuilder();
    script.append(
        """
        #compdef region-bridge
        # Completion of region-bridge for zsh, written by: region-bridge completion zsh
        _region_bridge() {
          local -a commands=(
        """);
    for (Syntax command : commands) {
      script.append("    ").append(quoted(command.name() + ":" + plain(command.summary())));
      script.append('\n');
    }
    script.append(
        """
          )
          if ((CURRENT == 2)); then
            _describe command commands
            return
          fi
          case $words[2] in
        """);
    for (Syntax command : commands) {
      script.append("    ").append(command.name()).append(")\n      _arguments");
      for (Option option : command.allOptions()) {
        for (String name : option.names()) {
          String alone = "(" + String.join(" ", option.names()) + ")";
          script
              .append(" \\\n        ")
              .append(
                  quoted(
                      alone + name + "[" + plain(option.description()) + "]" + zshValue(option)));
        }
      }
      int position = 2;
      List<String> words = operands(command);
      for (String operand : command.operands()) {
        String action = words.isEmpty() ? "" : "(" + String.join(" ", words) + ")";
        boolean last = position == command.operands().size() + 1;
        script
            .append(" \\\n        ")
            .append(
                quoted(
                    position
                        + ":"
                        + operand.replaceAll("[\\[\\]]", "")
                        + ":"
                        + (last ? action : "")));
        position++;
      }
      script.append("\n      ;;\n");
    }
    script.append(
        """
          esac
        }
        compdef _region_bridge region-bridge
        """);
    return script.toString();
  }

  private static String zshValue(Option option) {
    if (option.value() == null) {
      return "";
    }
    String action =
        !option.choices().isEmpty()
            ? "(" + String.join(" ", option.choices()) + ")"
            : "FILE".equals(option.value()) ? "_files" : "";
    return ":" + option.value() + ":" + action;
  }

  /** What is known of a command's last operand. */
  private static List<String> operands(Syntax command) {
    if (command.operands().contains("SHELL")) {
      return CompletionCommand.operands();
    }
    return command.operands().contains("[TYPE]") ? RECORD_TYPES : List.of();
  }

  private static String names(List<Syntax> commands) {
    return commands.stream().map(Syntax::name).collect(Collectors.joining(" "));
  }

  /** Without what means something to zsh. */
  private static String plain(String text) {
    return text.replaceAll("[\\[\\]:]", "");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
