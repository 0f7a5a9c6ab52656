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
    header = "Print a script that completes command lines in bash or zsh.",
    description = {
      "For this session: source <(region-bridge completion bash), in zsh with zsh in place of bash."
          + " To keep it, write it to a file that the shell reads when it starts, such as"
          + " ~/.local/share/bash-completion/completions/region-bridge."
    })
final class CompletionCommand implements Command {
  /** The shells that load what picocli writes: zsh by its own bashcompinit. */
  enum Shell {
    BASH,
    ZSH;

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

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  @SuppressWarnings({"NullAway.Init", "unused"}) // it is required, and one script is for both
  private Shell shell;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    terminal.out().print(AutoComplete.bash(Root.NAME, spec.root().commandLine()));
    return ExitCode.OK;
  }
}
