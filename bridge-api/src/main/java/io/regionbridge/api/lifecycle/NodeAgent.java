package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigChange;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigListener;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigWatcher;
import io.regionbridge.api.log.Logging;
import io.regionbridge.router.egress.routes.RouteAgent;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.settings.RegionSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The agent of one node as a process: keeps the routes to the active gateway, follows its
 * configuration file, and leaves the routes in place when it stops.
 */
public final class NodeAgent implements AutoCloseable {
  private final RouteAgent agent;
  private final ConfigWatcher watcher;
  private volatile BridgeConfig config;

  private NodeAgent(BridgeConfig config, ConfigFile file, Map<String, String> environment)
      throws IOException {
    this.config = config;
    Loops loops = new Loops();
    agent = RouteAgent.start(environment, this::encapsulation, loops);
    watcher = ConfigWatcher.start(file, config, new Reload(), loops);
  }

  /**
   * Starts the agent. Never waits for the API server.
   *
   * @throws IOException if the kernel does not answer, or the environment is invalid
   */
  public static NodeAgent start(
      BridgeConfig config, ConfigFile file, Map<String, String> environment) throws IOException {
    return new NodeAgent(config, file, environment);
  }

  /**
   * Removes all that agents and bridges created in this node's kernel; none may run meanwhile.
   * Returns one sentence for each failure.
   *
   * @throws IOException if the kernel does not answer
   */
  public static List<String> cleanUp() throws IOException {
    return RouteAgent.cleanUp();
  }

  /** The node's name. */
  public String node() {
    return agent.node();
  }

  @Override
  public void close() {
    watcher.close();
    agent.close();
  }

  private RegionSettings.Encapsulation encapsulation() {
    return config.get(ConfigKeys.EGRESS_ENCAPSULATION);
  }

  private final class Reload implements ConfigListener {
    @Override
    public void changed(BridgeConfig next, ConfigChange change) {
      config = next;
      Logging.setLevel(next.get(ConfigKeys.LOG_LEVEL));
      agent.lookAgain();
    }

    @Override
    public void refused(List<ConfigProblem> problems) {
      // logged; what was last good stays
    }
  }
}
