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
      "For this session: source <(region-bridge completion bash), in zsh with zsh in place of bash,"
          + " in fish: region-bridge completion fish | source."
          + " To keep it, write it to a file that the shell reads when it starts, such as"
          + " ~/.local/share/bash-completion/completions/region-bridge."
    })
final class CompletionCommand implements Command {
  /** The shells: bash and zsh, by its own bashcompinit, load what picocli writes. */
  enum Shell {
    BASH,
    ZSH,
    FISH;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

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
                : AutoComplete.bash(Root.NAME, spec.root().commandLine()));
    return ExitCode.OK;
  }
}
