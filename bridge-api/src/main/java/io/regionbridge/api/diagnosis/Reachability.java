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
   * Asks a bridge for a name. Throws an IOException if there is no reply in time.
   *
   * @param type a number of {@link org.xbill.DNS.Type}
   */
  Message ask(InetSocketAddress server, String name, int type) throws IOException;

  /**
   * Resolves a name with this machine's own resolver. Throws an IOException if it has no address.
   */
  List<InetAddress> resolve(String name) throws IOException;

  /** The route to an address; empty: there is none. */
  Optional<NextHop> route(InetAddress address) throws IOException;

  /**
   * Sends one query of exactly {@code octets} octets, IP header included, in one packet that must
   * not be fragmented. Returns whether it was answered.
   *
   * @throws IOException if this machine already refuses to send it
   */
  boolean carries(InetSocketAddress gateway, String domain, int octets) throws IOException;

  /**
   * Opens and closes a TCP connection, and returns the time of the handshake: one round trip.
   *
   * @throws IOException if it was refused or timed out
   */
  Duration connect(InetSocketAddress address) throws IOException;
}
