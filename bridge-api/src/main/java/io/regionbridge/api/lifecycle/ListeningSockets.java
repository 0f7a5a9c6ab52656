package io.regionbridge.api.lifecycle;

import io.regionbridge.api.http.HttpServer;
import io.regionbridge.api.http.HttpServer.Site;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.net.HostAddresses;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sockets at the addresses that they ought to have while interfaces come, go and get
 * others: DNS everywhere, and on the overlay what peers may ask by HTTP. An address is left only
 * when the machine does not have it any more, so that a default route that is away for a moment
 * costs nothing.
 *
 * <p>Used by one thread.
 */
final class ListeningSockets {
  private static final Logger log = LoggerFactory.getLogger(ListeningSockets.class);

  private final DnsBridge dns;
  private final HttpServer http;
  private final Function<InetAddress, Optional<Site>> peers;
  private final Map<InetAddress, InetSocketAddress> sites = new HashMap<>();
  private String lastProblem = "";

  /**
   * Takes over the sockets that are bound.
   *
   * @param peers what is served to peers at an overlay address, if anything
   */
  ListeningSockets(
      DnsBridge dns,
      HttpServer http,
      Function<InetAddress, Optional<Site>> peers,
      List<InetSocketAddress> bound) {
    this.dns = dns;
    this.http = http;
    this.peers = peers;
    bound.forEach(address -> sites.put(address.getAddress(), address));
  }

  /**
   * Opens and closes sockets as needed. What fails is tried again the next time.
   *
   * @param wanted where DNS should be served; ignored if that is configured
   * @param overlay the overlay's addresses; while there are none, the last ones are kept
   */
  void follow(
      Optional<List<InetSocketAddress>> wanted, List<InetAddress> overlay, HostAddresses host) {
    List<String> problems = new ArrayList<>();
    wanted.ifPresent(addresses -> followDns(addresses, host, problems));
    followHttp(overlay, host, problems);
    String problem = String.join("; ", problems);
    if (!problem.isEmpty() && !problem.equals(lastProblem)) {
      log.warn("{}; trying again", problem);
    }
    lastProblem = problem;
  }

  /** The addresses that cannot be bound, with the reasons, or empty. */
  String problem() {
    return lastProblem;
  }

  private void followDns(
      List<InetSocketAddress> wanted, HostAddresses host, List<String> problems) {
    List<InetSocketAddress> bound = dns.addresses();
    for (InetSocketAddress address : wanted) {
      if (!bound.contains(address) && host.has(address.getAddress())) {
        attempt(
            () -> {
              dns.listen(address);
              log.info("DNS is served on {} too", SocketLiteral.format(address));
            },
            problems);
      }
    }
    for (InetSocketAddress address : bound) {
      if (!wanted.contains(address) && !host.has(address.getAddress())) {
        attempt(
            () -> {
              dns.stopListening(address);
              log.info(
                  "{} is gone, DNS is not served there any more", SocketLiteral.format(address));
            },
            problems);
      }
    }
  }

  private void followHttp(List<InetAddress> overlay, HostAddresses host, List<String> problems) {
    sites
        .values()
        .removeIf(bound -> {
          boolean kept =
              host.has(bound.getAddress())
                  && (overlay.isEmpty() || overlay.contains(bound.getAddress()));
          if (!kept) {
            http.stopListening(bound);
          }
          return !kept;
        });
    overlay.stream()
        .filter(address -> !sites.containsKey(address))
        .filter(address ->
            dns.addresses().stream().anyMatch(bound -> bound.getAddress().equals(address)))
        .flatMap(address -> peers.apply(address).stream())
        .forEach(site ->
            attempt(
                () -> {
                  http.listen(site);
                  InetSocketAddress bound = http.addresses().getLast();
                  sites.put(bound.getAddress(), bound);
                },
                problems));
  }

  private interface Attempt {
    void run() throws IOException;
  }

  private static void attempt(Attempt attempt, List<String> problems) {
    try {
      attempt.run();
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }
}
