package io.regionbridge.router.egress.routes;

import io.regionbridge.router.sandbox.Namespace;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A wire for datagrams between two ends that takes its time, for kernels without netem: each end
 * sends to the address of the wire and is sent to from there.
 */
final class DelayedWire implements Closeable {
  private static final int LARGEST = 65_535;

  private final DatagramChannel channel;
  private final InetSocketAddress one;
  private final InetSocketAddress other;
  private final Duration delay;
  private final BlockingQueue<Datagram> queue = new LinkedBlockingQueue<>();

  private record Datagram(ByteBuffer octets, InetSocketAddress to, long due) {}

  private DelayedWire(
      DatagramChannel channel, InetSocketAddress one, InetSocketAddress other, Duration delay) {
    this.channel = channel;
    this.one = one;
    this.other = other;
    this.delay = delay;
  }

  static DelayedWire start(
      Namespace namespace,
      InetSocketAddress address,
      InetSocketAddress one,
      InetSocketAddress other,
      Duration delay) {
    DatagramChannel channel = namespace.call(() -> DatagramChannel.open().bind(address));
    DelayedWire wire = new DelayedWire(channel, one, other, delay);
    Thread.ofPlatform().daemon().name("wire-in").start(wire::receive);
    Thread.ofPlatform().daemon().name("wire-out").start(wire::send);
    return wire;
  }

  private void receive() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST);
    while (channel.isOpen()) {
      try {
        var from = channel.receive(buffer.clear());
        ByteBuffer octets = ByteBuffer.allocate(buffer.flip().remaining()).put(buffer).flip();
        InetSocketAddress to = one.equals(from) ? other : one;
        queue.add(new Datagram(octets, to, System.nanoTime() + delay.toNanos()));
      } catch (IOException e) {
        LockSupport.parkNanos(1_000_000); // an end is down, or this is the end
      }
    }
  }

  private void send() {
    while (channel.isOpen()) {
      try {
        Datagram datagram = queue.take();
        long wait = datagram.due() - System.nanoTime();
        if (wait > 0) {
          LockSupport.parkNanos(wait);
        }
        channel.send(datagram.octets(), datagram.to());
      } catch (IOException e) {
        LockSupport.parkNanos(1_000_000); // lost, as on any wire
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
