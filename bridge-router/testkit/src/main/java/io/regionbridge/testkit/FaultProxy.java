package io.regionbridge.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocketFactory;

/**
 * Stands between a client and a {@link KubeApiServer} and does what networks and busy API servers
 * do: answers late, not at all, with an error, or drops its connections. Speaks HTTP to the client,
 * so that it can tell requests apart, and TLS to the server; one request for each connection, as
 * {@code Connection: close} asks.
 */
public final class FaultProxy implements AutoCloseable {
  private static final long LOOK_AGAIN = Duration.ofMillis(5).toNanos();
  private static final int CHUNK = 16 * 1024;
  private static final Set<String> HOP = Set.of("connection", "upgrade", "http2-settings");

  private final ServerSocket listening;
  private final URI upstream;
  private final SSLSocketFactory tls;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Duration latency = Duration.ZERO;
  private volatile Mode mode = Mode.WELL;
  private volatile Fault fault = new Fault(_ -> false, "");
  private volatile boolean closed;

  private enum Mode {
    WELL,
    SILENT,
    GONE
  }

  private record Fault(Predicate<String> request, String answer) {}

  private record Chunk(ByteBuffer octets, long due) {}

  private FaultProxy(KubeApiServer server) throws IOException {
    upstream = server.url();
    tls = server.trusting();
    listening = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
  }

  /** Starts one that does no harm yet. */
  public static FaultProxy before(KubeApiServer server) {
    try {
      FaultProxy proxy = new FaultProxy(server);
      Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same kubeconfig with this in the API server's place. */
  public String kubeconfig(String original) {
    return original
        .replaceFirst("server: .*", "server: http://127.0.0.1:" + listening.getLocalPort())
        .replaceFirst("(?m)^ *certificate-authority-data: .*\\n", "");
  }

  /** From now on each answer, and each event of a watch, comes so much later. */
  public void late(Duration by) {
    latency = by;
  }

  /**
   * From now on requests are answered by this proxy itself.
   *
   * @param request which: of the request line, {@code GET /api/v1/services?limit=250 HTTP/1.1}
   * @param headers lines with their ends
   */
  public void answer(Predicate<String> request, int status, String headers) {
    fault =
        new Fault(
            request,
            "HTTP/1.1 %d Fault\r\n%sConnection: close\r\nContent-Length: 0\r\n\r\n"
                .formatted(status, headers));
  }

  /** From now on nothing is answered, and what is open stays so. */
  public void silence() {
    mode = Mode.SILENT;
  }

  /** Drops all connections; from now on new ones are dropped, too. */
  public void vanish() {
    mode = Mode.GONE;
    drop();
  }

  /** Drops all connections; new ones are served. */
  public void drop() {
    open.forEach(FaultProxy::close);
  }

  /** All is well again. */
  public void heal() {
    fault = new Fault(_ -> false, "");
    latency = Duration.ZERO;
    mode = Mode.WELL;
  }

  /** The request lines since the last {@link #forget}, in order. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** Forgets the requests. */
  public void forget() {
    requests.clear();
  }

  @Override
  public void close() {
    closed = true;
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    drop();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = listening.accept();
        if (mode == Mode.GONE) {
          close(client);
        } else {
          open.add(client);
          Thread.startVirtualThread(() -> serve(client));
        }
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      if (head.isEmpty()) {
        return;
      }
      String line = head.substring(0, head.indexOf('\r'));
      requests.add(line);
      Fault now = fault;
      if (now.request().test(line)) {
        client.getOutputStream().write(now.answer().getBytes(ISO_8859_1));
        return;
      }
      try (Socket server = tls.createSocket(upstream.getHost(), upstream.getPort())) {
        open.add(server);
        server.getOutputStream().write(forwarded(head).getBytes(ISO_8859_1));
        Thread up = Thread.startVirtualThread(() -> pipe(client, server, false));
        pipe(server, client, true);
        close(server);
        close(client);
        up.join();
        open.remove(server);
      }
    } catch (IOException e) {
      // Whoever it was is gone, or the server is: the client sees its connection end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(client);
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      head.write(octet);
      last = last << 8 | octet;
      if (last == 0x0d0a0d0a) {
        return head.toString(ISO_8859_1);
      }
    }
    return "";
  }

  /** For one request on a connection of its own; only an upgrade to a WebSocket is one. */
  private static String forwarded(String head) {
    boolean socket = head.toLowerCase(Locale.ROOT).contains("upgrade: websocket");
    StringBuilder forwarded = new StringBuilder(head.length() + 64);
    for (String line : head.strip().split("\r\n", -1)) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
      if (!HOP.contains(name)) {
        forwarded.append(line).append("\r\n");
      }
    }
    return forwarded
        .append(socket ? "Connection: Upgrade\r\nUpgrade: websocket\r\n" : "Connection: close\r\n")
        .append("\r\n")
        .toString();
  }

  /** Copies until an end is reached; each chunk is delayed by itself, so that none waits longer. */
  private void pipe(Socket from, Socket to, boolean late) {
    BlockingQueue<Chunk> under = new LinkedBlockingQueue<>();
    Thread writer = Thread.startVirtualThread(() -> write(under, to));
    try {
      InputStream in = from.getInputStream();
      byte[] buffer = new byte[CHUNK];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        long due = System.nanoTime() + (late ? latency.toNanos() : 0);
        under.add(new Chunk(ByteBuffer.wrap(Arrays.copyOf(buffer, n)), due));
      }
    } catch (IOException e) {
      // The end, as well.
    }
    under.add(new Chunk(ByteBuffer.allocate(0), System.nanoTime()));
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(BlockingQueue<Chunk> chunks, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      for (Chunk chunk = chunks.take(); chunk.octets().hasRemaining(); chunk = chunks.take()) {
        while (!to.isClosed() && (mode == Mode.SILENT || System.nanoTime() - chunk.due() < 0)) {
          LockSupport.parkNanos(LOOK_AGAIN);
        }
        out.write(chunk.octets().array());
        out.flush();
      }
    } catch (IOException e) {
      close(to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }
}
