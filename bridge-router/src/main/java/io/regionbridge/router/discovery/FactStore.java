package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The facts of one resource's objects by name. Says when something in them has changed; an update
 * that changes no fact, such as a Node's heartbeat, is no change.
 *
 * @param <T> the object
 * @param <F> its facts, compared by value
 */
public final class FactStore<T extends HasMetadata, F> implements ObjectSink<T> {
  private final Function<T, F> reader;
  private final Runnable onChange;
  private final Map<ObjectKey, F> facts = new HashMap<>();
  private volatile Map<ObjectKey, F> snapshot = Map.of();

  /**
   * @param reader may throw {@link MalformedObjectException}
   * @param onChange called after each change, on the thread that brought it
   */
  public FactStore(Function<T, F> reader, Runnable onChange) {
    this.reader = reader;
    this.onChange = onChange;
  }

  @Override
  public void put(T object) {
    F fact = reader.apply(object);
    if (!fact.equals(facts.put(ObjectKey.of(object), fact))) {
      tellOfChange();
    }
  }

  @Override
  public void remove(ObjectKey key) {
    if (facts.remove(key) != null) {
      tellOfChange();
    }
  }

  @Override
  public void retain(Set<ObjectKey> present) {
    if (facts.keySet().retainAll(present)) {
      tellOfChange();
    }
  }

  /** All facts at this moment. Any thread. */
  public Map<ObjectKey, F> facts() {
    return snapshot;
  }

  private void tellOfChange() {
    snapshot = Map.copyOf(facts);
    onChange.run();
  }
}
