package io.regionbridge.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The worst peer: answers over DNS, says of its region over HTTP, and is an API server, each as
 * badly as a test wishes. On one address of the loopback interface, with the ports that it is
 * given.
 */
public final class HostilePeer implements AutoCloseable {
  private static final int HEADER = 12;
  private static final int A = 1;
  private static final int SOA = 6;
  private static final int TXT = 16;
  private static final int LONGEST = 65_000;

  /** How it answers over DNS. Probes of its health are always answered. */
  public enum Dns {
    /** Says that each name has an address of its own range. */
    LIES,
    /** Says that each name is on loopback, at the metadata service, and on the victim's node. */
    SPECIAL_ADDRESSES,
    /** Adds records of names that are not its own. */
    FOREIGN_RECORDS,
    /** Sends 64 KiB in which every name is a chain of pointers. */
    POINTER_CHAINS,
    /** Takes questions over TCP and never answers. */
    SILENT_STREAM,
    /** Answers no question at all. */
    SILENT,
    /** Sends octets that are no message. */
    GARBAGE
  }

  /** How it answers over HTTP, whatever it is asked. */
  public enum Http {
    /** Says what {@link #say} was given. */
    SAYS,
    /** One octet each second, after a head at once. */
    TRICKLE,
    /** Octets without an end. */
    ENDLESS,
    /** Brackets without an end. */
    DEEP,
    /** Sends whoever asks elsewhere. */
    REDIRECT
  }

  private final InetAddress address;
  private final DatagramSocket datagrams;
  private final ServerSocket streams;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final AtomicLong questions = new AtomicLong();
  private volatile Dns dnsMode = Dns.LIES;
  private volatile Http httpMode = Http.SAYS;
  private volatile String said = "{}";
  private volatile String nearby = "127.0.0.1";
  private volatile String own = "10.66.6.6";
  private volatile boolean closed;

  private HostilePeer(InetAddress address, int dnsPort, HttpServer http) throws IOException {
    this.address = address;
    this.http = http;
    datagrams = new DatagramSocket(new InetSocketAddress(address, dnsPort));
    streams = new ServerSocket(dnsPort, 128, address);
    http.createContext("/", this::answer);
    http.setExecutor(threads);
    http.start();
    threads.execute(this::serveDatagrams);
    threads.execute(this::serveStreams);
  }

  /** Starts one that speaks plain HTTP, as bridges do on the overlay. */
  public static HostilePeer start(InetAddress address, int dnsPort, int httpPort)
      throws IOException {
    return new HostilePeer(
        address, dnsPort, HttpServer.create(new InetSocketAddress(address, httpPort), 64));
  }

  /**
   * Starts one that speaks HTTPS, as API servers do.
   *
   * @param identity made by {@link Identity#make} for the same address
   */
  public static HostilePeer start(InetAddress address, int dnsPort, int httpPort, Identity identity)
      throws IOException {
    HttpsServer https = HttpsServer.create(new InetSocketAddress(address, httpPort), 64);
    https.setHttpsConfigurator(new HttpsConfigurator(identity.context()));
    return new HostilePeer(address, dnsPort, https);
  }

  /** A certificate for one address, which vouches for itself. */
  public record Identity(SSLContext context, String certificate) {
    private static final char[] PASSWORD = "password".toCharArray();

    /** Has the JDK's keytool make one in a directory. */
    public static Identity make(Path directory, InetAddress address) throws IOException {
      Path file = directory.resolve("hostile-" + System.nanoTime() + ".p12");
      Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
      Process made =
          new ProcessBuilder(
                  keytool.toString(),
                  "-genkeypair",
                  "-alias",
                  "peer",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=peer",
                  "-ext",
                  "SAN=IP:" + address.getHostAddress(),
                  "-ext",
                  "BC=ca:true",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  String.valueOf(PASSWORD),
                  "-keystore",
                  file.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream in = made.waitFor() == 0 ? Files.newInputStream(file) : null) {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(in, PASSWORD);
        KeyManagerFactory keys =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        String pem =
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(store.getCertificate("peer").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        return new Identity(context, pem);
      } catch (GeneralSecurityException e) {
        throw new IOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }

    /** A kubeconfig for the API server with this certificate. */
    public String kubeconfig(InetSocketAddress server) {
      return """
      current-context: peer
      clusters:
      - name: peer
        cluster: {server: "https://%s:%d", certificate-authority-data: %s}
      users: [{name: peer, user: {token: abc}}]
      contexts: [{name: peer, context: {cluster: peer, user: peer}}]
      """
          .formatted(
              server.getAddress().getHostAddress(),
              server.getPort(),
              Base64.getEncoder().encodeToString(certificate.getBytes(UTF_8)));
    }
  }

  /** Answers over DNS like this from now on. */
  public void dns(Dns mode) {
    dnsMode = mode;
  }

  /** Answers over HTTP like this from now on. */
  public void http(Http mode) {
    httpMode = mode;
  }

  /** Says this over HTTP from now on. */
  public void say(String json) {
    said = json;
    httpMode = Http.SAYS;
  }

  /**
   * The addresses that it gives.
   *
   * @param victim of a node of whoever asks
   * @param range an address in its own range
   */
  public void addresses(String victim, String range) {
    nearby = victim;
    own = range;
  }

  /** How many questions it got over DNS. */
  public long questions() {
    return questions.get();
  }

  /** Where it answers over HTTP. */
  public InetSocketAddress httpAddress() {
    return new InetSocketAddress(address, http.getAddress().getPort());
  }

  @Override
  public void close() {
    closed = true;
    datagrams.close();
    try {
      streams.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } finally {
      http.stop(0);
      threads.shutdownNow();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      switch (httpMode) {
        case SAYS -> {
          byte[] octets = said.getBytes(UTF_8);
          exchange.sendResponseHeaders(200, octets.length);
          exchange.getResponseBody().write(octets);
        }
        case TRICKLE -> {
          exchange.sendResponseHeaders(200, LONGEST);
          while (!closed) {
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
            Thread.sleep(1000);
          }
        }
        case ENDLESS, DEEP -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] octets = (httpMode == Http.DEEP ? "[" : " ").repeat(4096).getBytes(UTF_8);
          while (!closed) {
            exchange.getResponseBody().write(octets);
          }
        }
        case REDIRECT -> {
          exchange.getResponseHeaders().set("Location", "http://169.254.169.254/latest/meta-data");
          exchange.sendResponseHeaders(302, -1);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serveDatagrams() {
    byte[] buffer = new byte[4096];
    while (!closed) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        datagrams.receive(packet);
        byte[] question = Arrays.copyOf(buffer, packet.getLength());
        byte[] reply = reply(question, false);
        if (reply.length > 0) {
          datagrams.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
        }
      } catch (IOException | RuntimeException _) {
        // closed, or a question that makes no sense: the next one is served
      }
    }
  }

  private void serveStreams() {
    while (!closed) {
      try {
        Socket socket = streams.accept();
        open.add(socket);
        threads.execute(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (!closed) {
        byte[] question = in.readNBytes(in.readUnsignedShort());
        byte[] reply = reply(question, true);
        if (reply.length > 0) {
          out.write(
              ByteBuffer.allocate(2 + reply.length)
                  .putShort((short) reply.length)
                  .put(reply)
                  .array());
        }
      }
    } catch (IOException | RuntimeException e) {
      return; // the other side has gone, or sent what makes no sense
    }
  }

  /** Nothing: no answer. */
  private byte[] reply(byte[] question, boolean stream) {
    questions.incrementAndGet();
    int end = HEADER;
    while (question[end] != 0) {
      end += 1 + question[end];
    }
    end += 5;
    int type = ByteBuffer.wrap(question).getShort(end - 4);
    if (type == SOA) {
      byte[] soa = new byte[2 + 20];
      return message(question, end, false, record(SOA, soa));
    }
    return switch (dnsMode) {
      case SILENT -> new byte[0];
      case LIES -> message(question, end, false, address(type, own));
      case SPECIAL_ADDRESSES ->
          message(
              question,
              end,
              false,
              address(type, "127.0.0.1"),
              address(type, "169.254.169.254"),
              address(type, nearby));
      case FOREIGN_RECORDS ->
          message(
              question,
              end,
              false,
              address(type, own),
              foreign("kubernetes", "default", "svc", "cluster", "local"),
              foreign("nats", "messaging", "svc", "mn", "internal"));
      case GARBAGE -> new byte[] {question[0], question[1], (byte) 0x84, 0, 0, 1, -1, -1, 7, 7};
      case SILENT_STREAM -> stream ? new byte[0] : message(question, end, true);
      case POINTER_CHAINS -> stream ? chains(question, end) : message(question, end, true);
    };
  }

  private static byte[] message(byte[] question, int end, boolean cut, byte[]... records) {
    int length = end;
    int count = 0;
    for (byte[] record : records) {
      length += record.length;
      count += record.length > 0 ? 1 : 0;
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    out.put(question, 0, 2).putShort((short) (cut ? 0x8780 : 0x8580));
    out.putShort((short) 1).putShort((short) count).putInt(0);
    out.put(question, HEADER, end - HEADER);
    for (byte[] record : records) {
      out.put(record);
    }
    return out.array();
  }

  private static byte[] address(int type, String text) {
    return type == A ? record(A, InetAddress.ofLiteral(text).getAddress()) : new byte[0];
  }

  /** Of the name that was asked about. */
  private static byte[] record(int type, byte[] data) {
    return ByteBuffer.allocate(HEADER + data.length)
        .putShort((short) 0xC00C)
        .putShort((short) type)
        .putShort((short) 1)
        .putInt(3600)
        .putShort((short) data.length)
        .put(data)
        .array();
  }

  private static byte[] foreign(String... labels) {
    ByteBuffer out = ByteBuffer.allocate(256);
    for (String label : labels) {
      out.put((byte) label.length()).put(label.getBytes(UTF_8));
    }
    out.put((byte) 0).putShort((short) A).putShort((short) 1).putInt(3600).putShort((short) 4);
    out.put(InetAddress.ofLiteral("10.66.6.7").getAddress());
    byte[] record = new byte[out.position()];
    out.flip().get(record);
    return record;
  }

  /** Every name of it is a chain of a hundred pointers. */
  private static byte[] chains(byte[] question, int end) {
    ByteBuffer out = ByteBuffer.allocate(1 << 16);
    out.put(question, 0, 2).putShort((short) 0x8580).putShort((short) 1).putShort((short) 1);
    out.putInt(0).put(question, HEADER, end - HEADER);
    int base = out.position() + HEADER;
    ByteBuffer data = ByteBuffer.allocate(512);
    int last = HEADER;
    for (int i = 0; i < 100; i++) {
      int here = base + data.position();
      data.put((byte) 1).put((byte) ('a' + i % 26)).putShort((short) (0xC000 | last));
      last = here;
    }
    int length = data.position();
    out.putShort((short) 0xC00C).putShort((short) TXT).putShort((short) 1).putInt(3600);
    out.putShort((short) length).put(data.array(), 0, length);
    int count = 1;
    while (out.position() + 14 < LONGEST) {
      out.putShort((short) (0xC000 | last)).putShort((short) 2).putShort((short) 1).putInt(3600);
      out.putShort((short) 2).putShort((short) (0xC000 | last));
      count++;
    }
    out.putShort(6, (short) count);
    byte[] message = new byte[out.position()];
    out.flip().get(message);
    return message;
  }
}
