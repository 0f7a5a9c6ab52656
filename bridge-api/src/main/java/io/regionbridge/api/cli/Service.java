package io.regionbridge.api.cli;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.lifecycle.Bridge;
import io.regionbridge.api.lifecycle.MemoryPlan;
import io.regionbridge.api.log.Logging;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the service until the process is stopped. */
public final class Service {
  /** How long the directory may take until there is a word about it. */
  private static final Duration READY_WARNING = Duration.ofSeconds(10);

  private final Terminal terminal;

  Service(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Serves until the process stops, and returns an {@link ExitCode}. */
  int run(ServeRequest request) {
    boolean agent = request.role() == ServeRequest.Role.AGENT;
    ConfigFile written = new ConfigFile(request.config(), terminal.environment());
    ConfigFile file =
        agent ? written : MemoryPlan.checked(written); // an agent keeps next to nothing
    ConfigResult read = file.load();
    if (read instanceof ConfigResult.Invalid(List<ConfigProblem> problems)) {
      problems.forEach(problem -> terminal.err().println(file.path() + ": " + problem));
      return ExitCode.USAGE;
    }
    ConfigResult.Valid valid = (ConfigResult.Valid) read;
    BridgeConfig config = valid.config();
    Logging.format(config.get(ConfigKeys.LOG_FORMAT));
    Logging.setLevel(config.get(ConfigKeys.LOG_LEVEL));
    Logger log = LoggerFactory.getLogger(Service.class);
    valid.warnings().forEach(warning -> log.warn("{}: {}", file.path(), warning));
    return agent && request.cleanUp()
        ? AgentRole.cleanUp(terminal)
        : agent ? AgentRole.run(terminal, config, file, log) : serve(config, file, log);
  }

  private int serve(BridgeConfig config, ConfigFile file, Logger log) {
    try (Bridge bridge = start(config, file)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(bridge, log), "stop"));
      while (!bridge.awaitReady(READY_WARNING)) {
        log.warn("not ready: {}", String.join("; ", bridge.notReady()));
      }
      terminal.out().println(ready(config, bridge));
      terminal.out().flush();
      Thread.sleep(Duration.ofNanos(Long.MAX_VALUE)); // the hook ends the process
      return ExitCode.OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    }
  }

  private Bridge start(BridgeConfig config, ConfigFile file) {
    try {
      return Bridge.start(config, file, terminal.environment());
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      throw new CommandException(
          message.startsWith("cannot listen on")
              ? message + "; stop what has it, or change dns.listen or admin.listen"
              : message,
          e);
    }
  }

  /** The line that reports readiness; programs may wait for it. */
  public static String ready(BridgeConfig config, Bridge bridge) {
    String tls = bridge.tlsAddresses().isEmpty() ? "" : ", tls " + texts(bridge.tlsAddresses());
    return "region-bridge ready: region %s (%s), dns %s%s, http %s"
        .formatted(
            config.get(ConfigKeys.REGION_NAME),
            config.get(ConfigKeys.REGION_DOMAIN),
            texts(bridge.dnsAddresses()),
            tls,
            texts(bridge.httpAddresses()));
  }

  private static String texts(List<InetSocketAddress> addresses) {
    return addresses.stream().map(SocketLiteral::format).collect(Collectors.joining(", "));
  }

  /** On SIGTERM and Ctrl-C. Being asked to stop is no failure, whatever the JVM makes of it. */
  @SuppressWarnings("SystemExitOutsideMain") // a hook cannot exit otherwise
  private static void stop(Bridge bridge, Logger log) {
    try {
      bridge.drain();
      bridge.close();
      log.info("stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Runtime.getRuntime().halt(ExitCode.OK);
    }
  }
}
