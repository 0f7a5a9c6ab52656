package io.regionbridge.router.uapi;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A server on a real Unix domain socket that answers each request by a function. */
public final class ScriptedSocket implements AutoCloseable {
  private final ServerSocketChannel server;
  private final String end;
  private final Thread thread;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** Listens; a request ends with a certain text. */
  public ScriptedSocket(Path path, String end, Function<String, String> answers)
      throws IOException {
    this.end = end;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    thread = Thread.ofVirtual().start(() -> serve(answers));
  }

  /** What has been asked so far. */
  public List<String> requests() {
    return requests;
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join(); // until then it may take one more connection
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Function<String, String> answers) {
    while (server.isOpen()) {
      try (SocketChannel channel = server.accept()) {
        StringBuilder request = new StringBuilder();
        ByteBuffer in = ByteBuffer.allocate(1 << 16);
        while (request.indexOf(end) < 0 && channel.read(in.clear()) >= 0) {
          request.append(US_ASCII.decode(in.flip()));
        }
        requests.add(request.toString());
        ByteBuffer out = US_ASCII.encode(answers.apply(request.toString()));
        while (out.hasRemaining()) {
          channel.write(out);
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
