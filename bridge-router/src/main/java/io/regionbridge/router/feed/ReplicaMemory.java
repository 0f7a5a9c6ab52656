package io.regionbridge.router.feed;

import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.ServiceFacts;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all replicas together may take, by estimate: what is held of each Service and
 * endpoint, its names and records included. When there is none left, a peer that takes less than an
 * equal share makes the one give way that takes the most: so a peer that says too much costs no
 * other its replica. Thread-safe.
 */
public final class ReplicaMemory {
  /**
   * Of a Service without ports and endpoints: facts, name, and places in the indexes of its
   * region's zone and of the names over all regions. Measured.
   */
  static final int SERVICE = 480;

  /** Of an endpoint with an IPv4 address: the address, and its place among those that lead back. */
  static final int ENDPOINT = 24;

  /** The same with an IPv6 address. */
  static final int WIDE_ENDPOINT = 60;

  /** Of a hostname, besides its letters, each of which is there three times. */
  static final int HOSTNAME = 100;

  /** Of an endpoint whose state, ports or zone are not those of all of its Service. */
  static final int OWN_TERMS = 24;

  /** Of each address of a Service's own, and of the name that an alias leads to. */
  static final int OWN_ADDRESS = 160;

  /** Of a port of a Service, or in a list of ports that endpoints share: facts and a name. */
  static final int PORT = 120;

  /** Of an export: its time, and the maps of its labels and annotations. */
  static final int EXPORT = 150;

  /** Of each label and annotation of an export, besides its letters. */
  static final int TEXT = 120;

  private final Set<Account> accounts = ConcurrentHashMap.newKeySet();
  private long most;
  private long taken;

  /** One peer's part. */
  public final class Account {
    private long held;
    private boolean givesWay;

    private Account() {}

    /** Octets that this peer takes. */
    public long held() {
      synchronized (ReplicaMemory.this) {
        return held;
      }
    }

    /**
     * Takes so much more, or gives it back if less than zero.
     *
     * @return false if it cannot be had: then all of it has to be given back
     */
    boolean take(long octets) {
      return ReplicaMemory.this.take(this, octets);
    }

    /** Gives all of it back. */
    void clear() {
      ReplicaMemory.this.clear(this);
    }

    /** The peer is there no more. */
    void close() {
      clear();
      accounts.remove(this);
    }
  }

  /** With nothing in it. */
  public ReplicaMemory(long most) {
    this.most = most;
  }

  /** A part for one more peer. */
  Account open() {
    Account account = new Account();
    accounts.add(account);
    return account;
  }

  /** Another limit from now on; what is held beyond it stays until more is asked for. */
  public synchronized void limit(long octets) {
    most = octets;
  }

  /** The limit, in octets. */
  public synchronized long limit() {
    return most;
  }

  /** What all replicas together take, in octets. */
  public synchronized long taken() {
    return taken;
  }

  private synchronized boolean take(Account account, long octets) {
    if (account.givesWay) {
      return false;
    }
    if (octets > 0 && taken + octets > most) {
      long share = most / Math.max(1, accounts.size());
      if (account.held + octets > share) {
        return false;
      }
      accounts.stream()
          .filter(other -> other != account && !other.givesWay && other.held > share)
          .max(Comparator.comparingLong(other -> other.held))
          .ifPresent(other -> other.givesWay = true);
    }
    taken += octets;
    account.held += octets;
    return true;
  }

  private synchronized void clear(Account account) {
    taken -= account.held;
    account.held = 0;
    account.givesWay = false;
  }

  /** What a Service takes, in octets. */
  static long of(DirectoryService service) {
    ServiceFacts facts = service.facts();
    List<Endpoint.Port> common = service.commonPorts();
    long ports = (long) facts.ports().size() + (common == null ? 0 : common.size());
    String alias = facts.externalName();
    long named = alias == null ? 0 : OWN_ADDRESS + 3L * alias.length();
    return SERVICE
        + ports * PORT
        + named
        + (long) facts.clusterIps().size() * OWN_ADDRESS
        + (long) service.ipv4().length * ENDPOINT
        + (long) service.ipv6().length / 2 * WIDE_ENDPOINT
        + (common == null ? ofDifferences(service.endpoints()) : 0)
        + of(facts.export());
  }

  private static long ofDifferences(List<Endpoint> endpoints) {
    List<Endpoint.Port> last = List.of();
    long octets = 0;
    for (Endpoint endpoint : endpoints) {
      if (!endpoint.ports().equals(last)) {
        last = endpoint.ports();
        octets += (long) last.size() * PORT;
      }
      String hostname = endpoint.hostname();
      octets += OWN_TERMS + (hostname == null ? 0 : HOSTNAME + 3L * hostname.length());
    }
    return octets;
  }

  private static long of(ClusterSetRole.@Nullable Exported export) {
    return export == null ? 0 : EXPORT + of(export.labels()) + of(export.annotations());
  }

  private static long of(Map<String, String> texts) {
    long octets = 0;
    for (Map.Entry<String, String> text : texts.entrySet()) {
      octets += TEXT + text.getKey().length() + text.getValue().length();
    }
    return octets;
  }
}
