package io.regionbridge.api.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client that does with a connection whatever a test wants. */
final class RawClient implements AutoCloseable {
  /** How long anything may take on a busy machine. */
  static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Socket socket;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout((int) TIMEOUT.toMillis());
  }

  static RawClient connect(InetSocketAddress server) throws IOException {
    return from("127.0.0.1", server);
  }

  /** One with that address. */
  static RawClient from(String address, InetSocketAddress server) throws IOException {
    return from(address, server, 0);
  }

  /** One whose kernel keeps about that many octets that it does not read; 0: as usual. */
  static RawClient from(String address, InetSocketAddress server, int receiveBuffer)
      throws IOException {
    Socket socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
    socket.connect(server, (int) TIMEOUT.toMillis());
    return new RawClient(socket);
  }

  Socket socket() {
    return socket;
  }

  RawClient get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  RawClient sendsNoMore() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** That many octets. */
  String read(int octets) throws IOException {
    return new String(socket.getInputStream().readNBytes(octets), StandardCharsets.ISO_8859_1);
  }

  /** All until the server closes its side in order. */
  String readAll() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** How many octets come until the server closes, in order or not; no more than a bound. */
  long count(long most) {
    long count = 0;
    byte[] buffer = new byte[65_536];
    try {
      for (int n = 0; n >= 0 && count <= most; n = socket.getInputStream().read(buffer)) {
        count += n;
      }
    } catch (IOException reset) {
      return count;
    }
    return count;
  }

  /** Goes without a word: the server's next packet is answered with a reset. */
  void drop() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
