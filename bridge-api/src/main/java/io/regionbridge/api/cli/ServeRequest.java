package io.regionbridge.api.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code serve} is asked to do.
 *
 * @param cleanUp for an agent: only remove what agents created on this node
 */
record ServeRequest(Path config, Role role, boolean cleanUp) {
  /** What the process is to a node. */
  enum Role {
    /** Answers names, and all else. */
    BRIDGE,
    /** Keeps a node's routes to the active gateway. */
    AGENT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is asked for, if it is asked for exactly as the chart's DaemonSets do: {@code serve
   * --config FILE}, {@code serve --role agent --config FILE}. Everything else, {@code serve --help}
   * and mistakes too, is for picocli to make sense of, which would make the same of these.
   */
  static Optional<ServeRequest> plain(List<String> typed) {
    int size = typed.size();
    boolean agent = size == 5 && typed.subList(0, 3).equals(List.of("serve", "--role", "agent"));
    boolean bridge = size == 3 && typed.getFirst().equals("serve");
    if (!agent && !bridge || !typed.get(size - 2).equals("--config")) {
      return Optional.empty();
    }
    String file = typed.getLast();
    if (file.isEmpty() || file.startsWith("-") || file.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    return Optional.of(new ServeRequest(Path.of(file), agent ? Role.AGENT : Role.BRIDGE, false));
  }
}
