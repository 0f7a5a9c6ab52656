package io.regionbridge.lab;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Long lines, for kernels without netem: takes IPv4 packets from a TUN device and gives them back
 * to it later, or never. {@code Wan DEVICE FILE}. Each line of the file has the first three octets
 * of a network, the milliseconds that a packet takes into it, and the percentage that is lost into
 * it and out of it. The file is read again five times a second. A packet between two lines that
 * lose packets meets the worse of them; one to an unknown network is dropped.
 */
final class Wan {
  private static final int O_RDWR = 2;
  private static final long TUNSETIFF = 0x400454caL;
  private static final short IFF_TUN_NO_PI = 0x1001;
  private static final int LARGEST = 65_536;
  private static final int SOURCE = 12;
  private static final int DESTINATION = 16;
  private static final int SHORTEST = 20;

  /** As many as a router on the way would hold: more is lost. */
  private static final int QUEUE = 20_000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      call("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
  private static final MethodHandle IOCTL =
      call("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
  private static final MethodHandle READ =
      call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), 3);
  private static final MethodHandle WRITE =
      call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), 3);

  private final int device;

  /** By the first three octets of a network. */
  private final Map<Integer, Line> lines = new ConcurrentHashMap<>();

  private record Packet(long due, byte[] octets) {}

  /** The way into one network, and the loss of both directions. */
  private static final class Line {
    private final LinkedBlockingQueue<Packet> packets = new LinkedBlockingQueue<>(QUEUE);
    private volatile long delayNanos;
    private volatile double lossPercent;
  }

  private Wan(int device) {
    this.device = device;
  }

  public static void main(String[] args) throws Throwable {
    Wan wan = new Wan(open(args[0]));
    Path settings = Path.of(args[1]);
    wan.read(settings);
    Thread.ofPlatform().daemon().start(() -> wan.follow(settings));
    wan.take();
  }

  private static int open(String name) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      int fd = (int) OPEN.invokeExact(arena.allocateFrom("/dev/net/tun"), O_RDWR);
      MemorySegment request = arena.allocate(40); // struct ifreq: the name, then the flags
      request.setString(0, name);
      request.set(JAVA_SHORT, 16, IFF_TUN_NO_PI);
      if (fd < 0 || (int) IOCTL.invokeExact(fd, TUNSETIFF, request) < 0) {
        throw new IOException("cannot open the TUN device " + name);
      }
      return fd;
    }
  }

  private void take() throws Throwable {
    MemorySegment buffer = Arena.global().allocate(LARGEST);
    while (true) {
      long size = (long) READ.invokeExact(device, buffer, (long) LARGEST);
      if (size <= 0) {
        throw new IOException("the TUN device is gone");
      }
      if (size >= SHORTEST) {
        take(buffer.asSlice(0, size).toArray(JAVA_BYTE));
      }
    }
  }

  private void take(byte[] octets) {
    Line into = lines.get(network(octets, DESTINATION));
    Line from = lines.get(network(octets, SOURCE));
    if (into != null) {
      double loss = Math.max(into.lossPercent, from == null ? 0 : from.lossPercent);
      if (ThreadLocalRandom.current().nextDouble(100) >= loss) {
        into.packets.offer(new Packet(System.nanoTime() + into.delayNanos, octets));
      }
    }
  }

  private static int network(byte[] octets, int at) {
    return (octets[at] & 0xff) << 16 | (octets[at + 1] & 0xff) << 8 | octets[at + 2] & 0xff;
  }

  private void deliver(Line line) {
    MemorySegment buffer = Arena.global().allocate(LARGEST);
    try {
      while (true) {
        Packet packet = line.packets.take();
        for (long wait = packet.due() - System.nanoTime(); wait > 0; ) {
          LockSupport.parkNanos(wait);
          wait = packet.due() - System.nanoTime();
        }
        MemorySegment.copy(packet.octets(), 0, buffer, JAVA_BYTE, 0, packet.octets().length);
        // A packet that the kernel does not want is one that gets lost on the way.
        long ignored = (long) WRITE.invokeExact(device, buffer, (long) packet.octets().length);
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private void follow(Path settings) {
    while (true) {
      LockSupport.parkNanos(200_000_000L);
      try {
        read(settings);
      } catch (IOException e) {
        continue; // it is being replaced: the next look will do
      }
    }
  }

  private void read(Path settings) throws IOException {
    for (String text : Files.readAllLines(settings)) {
      String[] words = text.split(" ");
      String[] octets = words[0].split("\\.");
      int network = 0;
      for (String octet : octets) {
        network = network << 8 | Integer.parseInt(octet);
      }
      Line line = lines.computeIfAbsent(network, _ -> startLine());
      line.delayNanos = Long.parseLong(words[1]) * 1_000_000L;
      line.lossPercent = Double.parseDouble(words[2]);
    }
  }

  private Line startLine() {
    Line line = new Line();
    Thread.ofPlatform().daemon().start(() -> deliver(line));
    return line;
  }

  private static MethodHandle call(String name, FunctionDescriptor type, int fixed) {
    MemoryLayout[] arguments = type.argumentLayouts().toArray(MemoryLayout[]::new);
    MemorySegment address = LINKER.defaultLookup().find(name).orElseThrow();
    return fixed < arguments.length
        ? LINKER.downcallHandle(address, type, Linker.Option.firstVariadicArg(fixed))
        : LINKER.downcallHandle(address, type);
  }
}
