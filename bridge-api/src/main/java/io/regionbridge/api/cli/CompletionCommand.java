package io.regionbridge.api.cli;

import java.util.List;
import java.util.function.Supplier;

/** {@code completion}: what a shell needs to complete command lines. */
final class CompletionCommand implements Command {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  private final Terminal terminal;
  private final Supplier<List<Command>> commands;

  /**
   * The command.
   *
   * @param commands every command there is, asked for when it runs
   */
  CompletionCommand(Terminal terminal, Supplier<List<Command>> commands) {
    this.terminal = terminal;
    this.commands = commands;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "completion",
        "Print a script that completes command lines in bash or zsh.",
        """
        For this session, in bash: source <(region-bridge completion bash); in zsh:
        source <(region-bridge completion zsh). To keep it, write it to a file that the
        shell reads when it starts, such as
        ~/.local/share/bash-completion/completions/region-bridge.\
        """,
        List.of("SHELL"),
        List.of());
  }

  @Override
  public int run(Arguments arguments) {
    String shell = arguments.operand(0).orElseThrow();
    if (!SHELLS.contains(shell)) {
      throw CommandFailure.usage(
          "completion: SHELL is %s, not \"%s\"".formatted(String.join(" or ", SHELLS), shell));
    }
    List<Syntax> syntaxes = commands.get().stream().map(Command::syntax).toList();
    terminal
        .out()
        .print(shell.equals("bash") ? Completion.bash(syntaxes) : Completion.zsh(syntaxes));
    return ExitCode.OK;
  }

  /** What can stand after the command. */
  static List<String> operands() {
    return SHELLS;
  }
}
