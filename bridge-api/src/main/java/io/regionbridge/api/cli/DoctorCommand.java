package io.regionbridge.api.cli;

import io.regionbridge.router.diagnosis.Check;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code doctor}: what is wrong, and how to mend it. */
@CommandLine.Command(
    name = "doctor",
    header = "Check a cluster, a running bridge and this node.",
    description = {
      "Prints one line for each check: ok, warning, failure or skipped, and what to do. Checks the"
          + " cluster of --context, else that of the pod it runs in, else that of the kubeconfig;"
          + " the bridge on this machine, or the one of --url or --context; and this machine,"
          + " unless --context is given. Changes nothing. Exits 1 on failure.",
      "",
      "Examples:",
      "  region-bridge doctor",
      "  region-bridge doctor --context mn"
    })
final class DoctorCommand implements Command {
  private final Terminal terminal;
  private final Clock clock;

  @Option(
      names = "--router-label",
      paramLabel = "LABEL",
      description = "The label of router nodes, if it is not the one in the chart's ConfigMap.")
  private Optional<String> routerLabel = Optional.empty();

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      description = "The overlay's interface, if it is not wt0, tailscale0 or wg0.")
  private Optional<String> overlay = Optional.empty();

  @Mixin private final Output output = new Output();
  @Mixin private final TargetOptions target = new TargetOptions();

  DoctorCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public int run() {
    List<Check> checks = new DoctorLook(terminal, clock, target, routerLabel, overlay).checks();
    output.print(
        terminal,
        checks,
        () ->
            terminal.interactive()
                ? DoctorText.folded(checks, terminal.columns(), terminal.colour())
                : DoctorText.lines(checks));
    boolean failed = checks.stream().anyMatch(c -> c.state() == Check.State.FAILURE);
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }
}
