package io.regionbridge.dns.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Type;

/**
 * A gateway on UDP and TCP of one loopback port that does with each query what its script says. It
 * answers the bridge's health probes (SOA questions) by itself, unless told otherwise, and neither
 * shows them to the script nor counts them.
 */
public final class ScriptedGateway implements AutoCloseable {
  /** What to do with a query. */
  public interface Script {
    /** A query came. May reply at once, later, more than once or never. */
    void asked(Asked asked) throws IOException;
  }

  /** What to do with a health probe. */
  public enum Health {
    /** Answer it. */
    GOOD,
    /** Leave it unanswered. */
    SILENT,
    /** Answer SERVFAIL. */
    FAILING,
    /** Answer every second one, as if the others were lost on the way. */
    LOSSY
  }

  private static final int BIND_TRIES = 50;
  private static final int BUFFER = 4 << 20;

  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final InetSocketAddress address;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Script script;
  private volatile Health health = Health.GOOD;
  private volatile boolean remember = true;
  private final AtomicInteger repeatedProbes = new AtomicInteger();
  private int probeId = -1;
  private boolean lost;

  private ScriptedGateway(DatagramSocket udp, ServerSocket tcp, Script script) {
    this.udp = udp;
    this.address = (InetSocketAddress) udp.getLocalSocketAddress();
    this.tcp = tcp;
    this.script = script;
  }

  /** Starts on a free port of 127.0.0.1. */
  public static ScriptedGateway start(Script script) throws IOException {
    IOException last = new IOException("no port is free for both UDP and TCP");
    for (int i = 0; i < BIND_TRIES; i++) {
      try {
        return start(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), script);
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  /** Starts on an address, for instance on that of a gateway that was closed before. */
  public static ScriptedGateway start(InetSocketAddress address, Script script) throws IOException {
    DatagramSocket udp = new DatagramSocket(address);
    udp.setReceiveBufferSize(BUFFER);
    ServerSocket tcp = new ServerSocket();
    try {
      tcp.setReuseAddress(true);
      tcp.bind(udp.getLocalSocketAddress());
    } catch (IOException e) {
      udp.close();
      tcp.close();
      throw e;
    }
    ScriptedGateway gateway = new ScriptedGateway(udp, tcp, script);
    Thread.ofPlatform().daemon().name("gateway-udp").start(gateway::serveUdp);
    Thread.ofVirtual().name("gateway-tcp").start(gateway::serveTcp);
    return gateway;
  }

  /** A script that never replies: a black hole. */
  public static Script silent() {
    return asked -> {};
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** Changes what is done with queries from now on. */
  public void script(Script next) {
    script = next;
  }

  /** Changes what is done with health probes from now on. */
  public void health(Health next) {
    health = next;
  }

  /** Does not keep the queries that come: for floods. */
  public ScriptedGateway forgetful() {
    remember = false;
    return this;
  }

  /** The queries that came, probes not among them. */
  public List<Asked> asked() {
    return asked;
  }

  /** How many queries came for a name. */
  public long asked(String name) {
    return asked.stream().filter(a -> a.name().equals(Records.name(name))).count();
  }

  private void serveUdp() {
    byte[] buffer = new byte[65_535];
    while (!udp.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        udp.receive(packet);
        byte[] wire = Arrays.copyOf(buffer, packet.getLength());
        InetSocketAddress from = (InetSocketAddress) packet.getSocketAddress();
        take(wire, false, from, m -> udp.send(new DatagramPacket(m, m.length, from)));
      } catch (IOException e) {
        // A closed socket ends the loop; a refused reply is the bridge's affair.
      }
    }
  }

  private void serveTcp() {
    while (!tcp.isClosed()) {
      try {
        Socket connection = tcp.accept();
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      DataInputStream in = new DataInputStream(connection.getInputStream());
      DataOutputStream out = new DataOutputStream(connection.getOutputStream());
      InetSocketAddress from = (InetSocketAddress) connection.getRemoteSocketAddress();
      while (true) {
        byte[] wire = new byte[in.readUnsignedShort()];
        in.readFully(wire);
        take(
            wire,
            true,
            from,
            m -> {
              if (m.length == 0) {
                connection.close();
                return;
              }
              byte[] frame = Packet.part().u16(m.length).octets(m).done();
              out.write(frame);
              out.flush();
            });
      }
    } catch (IOException e) {
      connections.remove(connection);
    }
  }

  /** Closes every TCP connection that is open now. */
  public void hangUp() throws IOException {
    for (Socket connection : connections) {
      connection.close();
    }
  }

  private void take(byte[] wire, boolean overTcp, InetSocketAddress from, Asked.Way way)
      throws IOException {
    Asked query = new Asked(wire, overTcp, from, way);
    if (query.query().getHeader().getOpcode() == Opcode.QUERY && query.type() == Type.SOA) {
      probed(query);
      return;
    }
    if (remember) {
      asked.add(query);
    }
    script.asked(query);
  }

  /** How many health probes were copies of the one before. */
  public int repeatedProbes() {
    return repeatedProbes.get();
  }

  private void probed(Asked probe) throws IOException {
    int id = probe.query().getHeader().getID();
    if (id == probeId) {
      repeatedProbes.incrementAndGet();
    }
    probeId = id;
    lost = health == Health.LOSSY && !lost;
    switch (health) {
      case FAILING -> probe.refuse(org.xbill.DNS.Rcode.SERVFAIL);
      case SILENT -> {}
      case GOOD, LOSSY -> {
        if (!lost) {
          probe.reply(probe.with(Records.soa(probe.name().toString(), 5, 1, 5)));
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    die();
  }

  /** Closes its sockets: the kernel refuses what comes for it from now on. */
  public void die() throws IOException {
    udp.close();
    tcp.close();
    hangUp();
  }
}
