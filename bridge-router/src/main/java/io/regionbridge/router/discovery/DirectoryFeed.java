package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryIndex;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes Services and EndpointSlices into the directory. Two watches bring them, each on its own
 * thread; a third thread asks for the snapshot. Reading an object is done outside the lock.
 */
final class DirectoryFeed {
  private final ReentrantLock lock = new ReentrantLock();
  private final DirectoryIndex index = new DirectoryIndex();
  private final Runnable onChange;
  private final ServiceReader serviceReader;
  private final EndpointSliceReader sliceReader;
  private boolean servicesListed;
  private boolean slicesListed;

  /**
   * @param onChange called when the directory may be another one, on the thread that brought it
   */
  DirectoryFeed(Runnable onChange) {
    this.onChange = onChange;
    Interned interned = new Interned();
    this.serviceReader = new ServiceReader(interned);
    this.sliceReader = new EndpointSliceReader(interned);
  }

  /** The directory as it is now: complete once both resources were listed. Any thread. */
  Directory directory() {
    lock.lock();
    try {
      return index.directory();
    } finally {
      lock.unlock();
    }
  }

  ObjectSink<Service> services() {
    return new ObjectSink<>() {
      @Override
      public void put(Service service) {
        ServiceFacts facts = serviceReader.read(service);
        change(() -> index.put(facts));
      }

      @Override
      public void remove(ObjectKey key) {
        change(() -> index.remove(new ServiceKey(key.namespace(), key.name())));
      }

      @Override
      public void retain(Set<ObjectKey> present) {
        change(() -> {
          for (ServiceKey known : List.copyOf(index.services())) {
            if (!present.contains(new ObjectKey(known.namespace(), known.name()))) {
              index.remove(known);
            }
          }
          servicesListed = true;
          index.complete(slicesListed);
        });
      }
    };
  }

  ObjectSink<EndpointSlice> slices() {
    return new ObjectSink<>() {
      @Override
      public void put(EndpointSlice slice) {
        EndpointSliceFacts facts = sliceReader.read(slice);
        change(() -> index.put(facts));
      }

      @Override
      public void remove(ObjectKey key) {
        change(() -> index.remove(new EndpointSliceKey(key.namespace(), key.name())));
      }

      @Override
      public void retain(Set<ObjectKey> present) {
        change(() -> {
          for (EndpointSliceKey known : List.copyOf(index.slices())) {
            if (!present.contains(new ObjectKey(known.namespace(), known.name()))) {
              index.remove(known);
            }
          }
          slicesListed = true;
          index.complete(servicesListed);
        });
      }
    };
  }

  private void change(Runnable update) {
    lock.lock();
    try {
      update.run();
    } finally {
      lock.unlock();
    }
    onChange.run();
  }
}
