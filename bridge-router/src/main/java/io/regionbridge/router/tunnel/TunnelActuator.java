package io.regionbridge.router.tunnel;

import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the device what a plan says: observe, compare, apply, observe again. Idempotent: with all
 * as planned it only looks. Used by one thread.
 */
public final class TunnelActuator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TunnelActuator.class);

  private final TunnelHost host;
  private final KeyStore keys;
  private final Clock clock;
  private Optional<TunnelPlan> previous = Optional.empty();

  /**
   * The result of an attempt.
   *
   * @param observed at its end
   * @param applied the steps that were carried out
   * @param remaining the steps that are still needed
   * @param problem why steps remain
   */
  public record Outcome(
      ObservedTunnel observed,
      List<TunnelChange> applied,
      List<TunnelChange> remaining,
      Optional<TunnelProblem> problem) {
    public Outcome {
      applied = List.copyOf(applied);
      remaining = List.copyOf(remaining);
    }
  }

  /** Creates an actuator, which closes the host. */
  public TunnelActuator(TunnelHost host, KeyStore keys, Clock clock) {
    this.host = host;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Carries a plan out as far as it goes; a step that fails does not keep the others from theirs.
   */
  public Outcome actuate(TunnelPlan plan) {
    List<TunnelChange> applied = new ArrayList<>();
    Optional<TunnelProblem> problem = Optional.empty();
    try (PrivateKey key = keys.current()) {
      if (!key.publicKey().equals(plan.publicKey())) {
        return unchanged("the plan is for another private key than " + keys + " holds; plan again");
      }
      ObservedTunnel observed = host.observe(plan.interfaceName());
      for (TunnelChange change : TunnelChanges.between(observed, plan, previous, clock.instant())) {
        try {
          host.apply(plan.interfaceName(), change, key);
          applied.add(change);
          log.info("tunnel {}: {}", plan.interfaceName(), change);
        } catch (IOException e) {
          problem = problem.or(() -> Optional.of(TunnelProblem.of(e)));
          log.warn("tunnel {}: {}", plan.interfaceName(), e.getMessage());
        }
      }
      ObservedTunnel after = applied.isEmpty() ? observed : host.observe(plan.interfaceName());
      previous = Optional.of(plan);
      List<TunnelChange> remaining = TunnelChanges.between(after, plan, previous, clock.instant());
      return new Outcome(after, applied, remaining, problem);
    } catch (IOException e) {
      return new Outcome(ObservedTunnel.NONE, applied, List.of(), Optional.of(TunnelProblem.of(e)));
    }
  }

  @Override
  public void close() {
    host.close();
  }

  private static Outcome unchanged(String why) {
    return new Outcome(
        ObservedTunnel.NONE,
        List.of(),
        List.of(),
        Optional.of(new TunnelProblem(TunnelProblem.Reason.FAILED, why, Optional.empty())));
  }
}
