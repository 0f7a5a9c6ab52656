package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigReader;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.router.control.ConfiguredRegions;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.Topology;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Configurations for tests. */
public final class Configs {
  private Configs() {}

  /** That of region fsn1, standalone, with more keys. */
  public static BridgeConfig of(String yaml) {
    return read("region: { name: fsn1 }\nkubernetes: { enabled: false }\n" + yaml, Path.of("/"));
  }

  public static BridgeConfig read(String yaml, Path directory) {
    return switch (ConfigReader.read(yaml, directory, Map.of())) {
      case ConfigResult.Valid(BridgeConfig config, _) -> config;
      case ConfigResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  /** The regions as far as a configuration tells. */
  public static Topology topology(BridgeConfig config, List<Cidr> overlay) {
    return ConfiguredRegions.topology(Settings.regions(config, Long.MAX_VALUE), overlay);
  }
}
