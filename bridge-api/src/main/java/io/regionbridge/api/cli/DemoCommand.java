package io.regionbridge.api.cli;

import io.regionbridge.api.demo.Demo;
import io.regionbridge.api.log.Logging;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.event.Level;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code demo}: shows on this machine what the bridge does between clusters. */
@CommandLine.Command(
    name = "demo",
    header = "Show two regions with two gateways each on this machine.",
    description = {
      "Needs neither root nor Kubernetes, and uses loopback addresses only. Starts the regions,"
          + " resolves names of one in the other, kills a gateway while queries run, moves an"
          + " endpoint, and reports what happened. Then it keeps running until Ctrl-C, with a"
          + " status page and a dig command to try.",
      "",
      "Examples:",
      "  region-bridge demo --once"
    })
final class DemoCommand implements Command {
  private final Terminal terminal;

  @Option(
      names = "--once",
      description = "Exit after the report: 0 if every step succeeded, else 1.")
  private boolean once;

  DemoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    Logging.setLevel(Level.ERROR);
    try (Demo demo = Demo.start(terminal.out(), terminal.colour())) {
      boolean held = demo.run();
      if (!once) {
        closeAtExit(demo);
        demo.invite();
        Thread.sleep(Duration.ofNanos(Long.MAX_VALUE)); // until Ctrl-C
      }
      return held ? ExitCode.OK : ExitCode.FAILED;
    } catch (IOException e) {
      throw new CommandException("demo: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    }
  }

  @SuppressWarnings("SystemExitOutsideMain") // a hook cannot exit otherwise
  private static void closeAtExit(Demo demo) {
    Runnable close =
        () -> {
          try {
            demo.close();
          } catch (IOException e) {
            // temporary files stay; the system will remove them
          } finally {
            Runtime.getRuntime().halt(ExitCode.OK);
          }
        };
    Runtime.getRuntime().addShutdownHook(new Thread(close, "stop"));
  }
}
