package io.regionbridge.api.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: what a shell needs to complete command lines. */
@CommandLine.Command(
    name = "completion",
    header = "Print a script that completes command lines in bash, zsh or fish.",
    description = {
      "Load it in the start file of your shell, or write it to a file in"
          + " ~/.local/share/bash-completion/completions or ~/.config/fish/completions.",
      "",
      "Examples:",
      "  source <(region-bridge completion bash)",
      "  source <(region-bridge completion zsh)",
      "  region-bridge completion fish | source"
    })
final class CompletionCommand implements Command {
  /** The shells: bash and zsh, by its own bashcompinit, load the same script. */
  enum Shell {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What picocli writes knows words, options and enumerated values, at once. For what is left the
   * program itself is asked, as it was typed.
   */
  private static final String ASK =
      """

      # What only a running bridge or a cluster knows.
      function _region_bridge_ask() {
        _complete_region-bridge "$@"
        if [ ${#COMPREPLY[@]} = 0 ] && [ "${COMP_CWORD}" -gt 1 ]; then
          local IFS=$'\\n'
          COMPREPLY=($("${COMP_WORDS[@]:0:1}" __complete -- "${COMP_WORDS[@]:1:$COMP_CWORD}" 2>/dev/null))
          case "${COMPREPLY[*]}" in
            *:) compopt -o nospace 2>/dev/null ;; # the port follows
          esac
        fi
      }
      complete -F _region_bridge_ask -o default region-bridge
      """;

  private final Terminal terminal;

  @Spec
  @SuppressWarnings("NullAway.Init") // by picocli
  private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  @SuppressWarnings("NullAway.Init") // it is required
  private Shell shell;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    terminal
        .out()
        .print(
            shell == Shell.FISH
                ? FishCompletion.of(Root.NAME, spec.root())
                : AutoComplete.bash(Root.NAME, spec.root().commandLine()) + ASK);
    return ExitCode.OK;
  }
}
