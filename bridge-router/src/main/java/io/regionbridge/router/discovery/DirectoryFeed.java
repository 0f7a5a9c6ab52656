package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryIndex;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Takes Services and EndpointSlices into the directory, as far as there is memory for them: what
 * there is none for is named and not taken, and of an object that grew the last version stays. Two
 * watches bring them, each on its own thread; a third thread asks for the snapshot. Reading an
 * object is done outside the lock.
 */
final class DirectoryFeed {
  private final ReentrantLock lock = new ReentrantLock();
  private final DirectoryIndex index = new DirectoryIndex();
  private final Set<ObjectKey> untakenServices = new HashSet<>();
  private final Set<ObjectKey> untakenSlices = new HashSet<>();
  private final LongSupplier room;
  private final Runnable onChange;
  private final ServiceReader serviceReader;
  private final EndpointSliceReader sliceReader;
  private boolean servicesListed;
  private boolean slicesListed;

  /**
   * @param room octets of memory for the directory
   * @param onChange called when the directory may have changed, on the thread that changed it
   */
  DirectoryFeed(LongSupplier room, Runnable onChange) {
    this.room = room;
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

  /** What is not taken, and why; empty if all is. Any thread. */
  Optional<String> problem() {
    lock.lock();
    try {
      int services = untakenServices.size();
      int slices = untakenSlices.size();
      return services + slices == 0
          ? Optional.empty()
          : Optional.of(
              ("%d Services and %d EndpointSlices are not taken, since the memory has room for %d"
                      + " MiB of directory; raise the memory limit of the process, or -Xmx")
                  .formatted(services, slices, room.getAsLong() >> 20));
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(int services, int endpoints) {
    return services + endpoints <= 0
        || Directory.octets(index.services().size() + services, index.endpoints() + endpoints)
            <= room.getAsLong();
  }

  private boolean tookAll(Set<ObjectKey> untaken) {
    lock.lock();
    try {
      return untaken.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Once complete, it stays so: names that are known must be answered. */
  private void complete() {
    if (servicesListed && slicesListed && untakenServices.isEmpty() && untakenSlices.isEmpty()) {
      index.complete(true);
    }
  }

  ObjectSink<Service> services() {
    return new ObjectSink<>() {
      @Override
      public void put(Service service) {
        ServiceFacts facts = serviceReader.read(service);
        ObjectKey key = ObjectKey.of(service);
        change(() -> {
          if (fits(index.services().contains(facts.key()) ? 0 : 1, 0)) {
            index.put(facts);
            untakenServices.remove(key);
          } else {
            untakenServices.add(key);
          }
        });
      }

      @Override
      public boolean tookAll() {
        return DirectoryFeed.this.tookAll(untakenServices);
      }

      @Override
      public void remove(ObjectKey key) {
        change(() -> {
          index.remove(new ServiceKey(key.namespace(), key.name()));
          untakenServices.remove(key);
        });
      }

      @Override
      public void retain(Set<ObjectKey> present) {
        change(() -> {
          for (ServiceKey known : List.copyOf(index.services())) {
            if (!present.contains(new ObjectKey(known.namespace(), known.name()))) {
              index.remove(known);
            }
          }
          untakenServices.retainAll(present);
          servicesListed = true;
          complete();
        });
      }
    };
  }

  ObjectSink<EndpointSlice> slices() {
    return new ObjectSink<>() {
      @Override
      public void put(EndpointSlice slice) {
        EndpointSliceFacts facts = sliceReader.read(slice);
        ObjectKey key = ObjectKey.of(slice);
        change(() -> {
          if (fits(0, facts.endpoints().size() - index.endpoints(facts.key()))) {
            index.put(facts);
            untakenSlices.remove(key);
          } else {
            untakenSlices.add(key);
          }
        });
      }

      @Override
      public boolean tookAll() {
        return DirectoryFeed.this.tookAll(untakenSlices);
      }

      @Override
      public void remove(ObjectKey key) {
        change(() -> {
          index.remove(new EndpointSliceKey(key.namespace(), key.name()));
          untakenSlices.remove(key);
        });
      }

      @Override
      public void retain(Set<ObjectKey> present) {
        change(() -> {
          for (EndpointSliceKey known : List.copyOf(index.slices())) {
            if (!present.contains(new ObjectKey(known.namespace(), known.name()))) {
              index.remove(known);
            }
          }
          untakenSlices.retainAll(present);
          slicesListed = true;
          complete();
        });
      }
    };
  }

  /**
   * Takes ServiceExports in. Neither the directory nor its completeness waits for them: where the
   * API is not installed there are none.
   */
  ObjectSink<GenericKubernetesResource> exports() {
    return new ObjectSink<>() {
      @Override
      public void put(GenericKubernetesResource object) {
        ClusterSetRole.Exported export = ExportReader.read(object);
        ServiceKey service = service(ObjectKey.of(object));
        change(() -> {
          if (object.getMetadata().getDeletionTimestamp() == null) {
            index.export(service, export);
          } else {
            index.unexport(service);
          }
        });
      }

      @Override
      public void remove(ObjectKey key) {
        change(() -> index.unexport(service(key)));
      }

      @Override
      public void retain(Set<ObjectKey> present) {
        change(() -> {
          for (ServiceKey known : List.copyOf(index.exports())) {
            if (!present.contains(new ObjectKey(known.namespace(), known.name()))) {
              index.unexport(known);
            }
          }
        });
      }

      private static ServiceKey service(ObjectKey key) {
        return new ServiceKey(key.namespace(), key.name());
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
