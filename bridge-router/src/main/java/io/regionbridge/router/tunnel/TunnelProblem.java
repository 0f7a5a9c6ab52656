package io.regionbridge.router.tunnel;

import io.regionbridge.router.linux.Capability;
import io.regionbridge.router.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Why the tunnel cannot be seen or is not as planned, for conditions and status.
 *
 * @param message the problem and the remedy
 * @param missing the capability that this process would need
 */
public record TunnelProblem(Reason reason, String message, Optional<Capability> missing) {
  /** The kinds of problem. */
  public enum Reason {
    /** There is no such interface. */
    INTERFACE_MISSING,
    /** The interface is switched off. */
    INTERFACE_DOWN,
    /** The interface is there, but nothing that this process could ask runs it. */
    NO_DRIVER,
    /** This process lacks a privilege. */
    NOT_PERMITTED,
    /** A request failed in another way. */
    FAILED
  }

  static TunnelProblem of(IOException failure) {
    Optional<Capability> missing =
        failure instanceof ErrnoException e ? e.missingCapability() : Optional.empty();
    return new TunnelProblem(
        missing.isPresent() ? Reason.NOT_PERMITTED : Reason.FAILED,
        String.valueOf(failure.getMessage()),
        missing);
  }

  static TunnelProblem missing(String interfaceName) {
    return new TunnelProblem(
        Reason.INTERFACE_MISSING,
        "there is no interface " + interfaceName + "; is the overlay's agent running?",
        Optional.empty());
  }

  static TunnelProblem down(String interfaceName) {
    return new TunnelProblem(
        Reason.INTERFACE_DOWN, "interface " + interfaceName + " is switched off", Optional.empty());
  }

  /**
   * No known program runs an interface.
   *
   * @param socket where its agent's socket would be
   * @param mount what a container must mount to see it
   */
  static TunnelProblem noDriver(String interfaceName, Path socket, String mount) {
    return new TunnelProblem(
        Reason.NO_DRIVER,
        "interface %s is no WireGuard device of the kernel, and its agent has no socket at %s"
                .formatted(interfaceName, socket)
            + "; start the agent, or mount %s if it runs outside of this container"
                .formatted(mount),
        Optional.empty());
  }
}
