package io.regionbridge.api.diagnosis;

import io.regionbridge.router.diagnosis.Doctor.NextHop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.Message;

/** What {@link TrafficChecks} sees of the network that it runs in. Calls block. */
public interface Reachability {
  /**
   * Asks a bridge for a name.
   *
   * @param type a number of {@link org.xbill.DNS.Type}
   * @throws IOException if nothing came in time
   */
  Message ask(InetSocketAddress server, String name, int type) throws IOException;

  /**
   * The addresses of a name by this machine's own resolver.
   *
   * @throws IOException if it has none
   */
  List<InetAddress> resolve(String name) throws IOException;

  /** The route to an address; empty: there is none. */
  Optional<NextHop> route(InetAddress address) throws IOException;

  /**
   * Sends one query of exactly so many octets, IP header included, in one packet that must not be
   * fragmented, and waits for the reply.
   *
   * @return whether it was answered
   * @throws IOException if this machine already refuses to send it
   */
  boolean carries(InetSocketAddress gateway, String domain, int octets) throws IOException;

  /**
   * Opens a TCP connection and closes it.
   *
   * @return how long the handshake took, which is one round trip
   * @throws IOException if it was refused or timed out
   */
  Duration connect(InetSocketAddress address) throws IOException;
}
