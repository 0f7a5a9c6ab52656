package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.socket.PacketHandler;
import io.regionbridge.dns.socket.PacketSocket;
import io.regionbridge.dns.wire.Octets;
import java.io.IOException;

/**
 * A connected socket to a gateway and the tries that are out on it. The kernel drops packets from
 * elsewhere.
 */
final class UpstreamSocket implements PacketHandler {
  /** Questions after which the port has served long enough. */
  private static final int WORN_OUT = 8192;

  private final GatewayLink link;
  private final UpstreamContext context;
  private final TryTable tries = new TryTable();
  private final PacketSocket socket;
  private int sent;
  private boolean waiting;

  UpstreamSocket(GatewayLink link, UpstreamContext context) throws IOException {
    this.link = link;
    this.context = context;
    this.socket = context.sockets().packets().connect(link.health().address(), this);
  }

  boolean wornOut() {
    return sent >= WORN_OUT;
  }

  boolean idle() {
    return tries.size() == 0;
  }

  void send(Try t, int length, byte[] packet) {
    do {
      t.id = context.ids().next();
    } while (tries.find(t.id) != null);
    tries.add(t);
    Octets.put16(packet, 0, t.id);
    sent++;
    if (!waiting) {
      waiting = true;
      context.asker().flushLater(this);
    }
    socket.send(packet, length, context.asker().nobody());
  }

  void flush() {
    waiting = false;
    socket.flush();
  }

  @Override
  public void received(PacketSocket from, byte[] packet, int length, PeerAddress peer) {
    if (length < 12) {
      return;
    }
    Try t = tries.find(Octets.get16(packet, 0));
    if (t == null) {
      // Late, a duplicate, or not for us. The gateway lives, whatever it is.
      if ((packet[2] & 0x80) != 0) {
        link.heard();
      }
      return;
    }
    context.asker().replied(t, packet, length, false);
  }

  @Override
  public void drained(PacketSocket from) {
    context.asker().turnEnds();
  }

  @Override
  public void refused(PacketSocket from) {
    link.unreachable();
    for (Try t = tries.any(); t != null; t = tries.any()) {
      context.asker().unreachable(t);
    }
  }

  void close() {
    socket.close();
  }
}
