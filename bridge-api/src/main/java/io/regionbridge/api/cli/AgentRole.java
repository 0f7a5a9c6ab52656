package io.regionbridge.api.cli;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.lifecycle.NodeAgent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;

/** {@code serve --role agent}: the agent of the routes engine, until the process is stopped. */
final class AgentRole {
  private AgentRole() {}

  static int run(Terminal terminal, BridgeConfig config, ConfigFile file, Logger log) {
    try (NodeAgent agent = NodeAgent.start(config, file, terminal.environment())) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(agent, log), "stop"));
      terminal
          .out()
          .println(
              "region-bridge agent ready: region %s, node %s"
                  .formatted(config.get(ConfigKeys.REGION_NAME), agent.node()));
      terminal.out().flush();
      Thread.sleep(Duration.ofNanos(Long.MAX_VALUE)); // the hook ends the process
      return ExitCode.OK;
    } catch (IOException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    }
  }

  /** Takes away what agents have made on this node, and says what could not be. */
  static int cleanUp(Terminal terminal) {
    try {
      List<String> problems = NodeAgent.cleanUp();
      problems.forEach(terminal.err()::println);
      return problems.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    } catch (IOException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
  }

  @SuppressWarnings("SystemExitOutsideMain") // a hook cannot exit otherwise
  private static void stop(NodeAgent agent, Logger log) {
    agent.close();
    log.info("stopped; the routes stay");
    Runtime.getRuntime().halt(ExitCode.OK);
  }
}
