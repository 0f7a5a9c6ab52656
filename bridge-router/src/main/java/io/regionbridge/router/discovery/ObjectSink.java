package io.regionbridge.router.discovery;

import java.util.Set;

/**
 * Where the objects of one resource go. Called by one thread at a time; may get the same object
 * twice.
 *
 * @param <T> the object
 */
public interface ObjectSink<T> {
  /**
   * Takes an object that is new, has changed, or was listed again.
   *
   * @throws MalformedObjectException if it is invalid; what was known of it before stays
   */
  void put(T object);

  /** An object is gone. */
  void remove(ObjectKey key);

  /** A full list has been put in: whatever is not in it is gone. */
  void retain(Set<ObjectKey> present);

  /**
   * Whether all that was put in was taken. Where it was not, everything is listed again after the
   * watch that runs, in five minutes at most.
   */
  default boolean tookAll() {
    return true;
  }
}
