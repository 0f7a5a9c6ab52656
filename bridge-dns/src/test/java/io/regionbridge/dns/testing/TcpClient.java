package io.regionbridge.dns.testing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import org.xbill.DNS.Message;

/** A client that asks over one TCP connection. */
public final class TcpClient implements AutoCloseable {
  private static final int BOUND = 10_000;

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final OutputStream out;

  /** Connects from 127.0.0.1. */
  public TcpClient(InetSocketAddress server) throws IOException {
    this(server, "127.0.0.1", 0);
  }

  /** Connects from another loopback address, with a receive buffer of so many octets if not 0. */
  public TcpClient(InetSocketAddress server, String local, int receiveBuffer) throws IOException {
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(local), 0));
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(BOUND);
    socket.connect(server, BOUND);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** Sends octets without a length before them. */
  public void sendRaw(byte[] octets) throws IOException {
    out.write(octets);
    out.flush();
  }

  /** Sends a message. */
  public void send(byte[] message) throws IOException {
    sendRaw(Packet.part().u16(message.length).octets(message).done());
  }

  /** Sends a query. */
  public void send(Message query) throws IOException {
    send(query.toWire());
  }

  /** Says that nothing more is sent, and goes on receiving. */
  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** The next message. */
  public byte[] receive() throws IOException {
    byte[] message = new byte[in.readUnsignedShort()];
    in.readFully(message);
    return message;
  }

  /** Asks and waits for the next message. */
  public Message ask(Message query) throws IOException {
    send(query);
    return new Message(receive());
  }

  /** Waits for the server to close the connection, messages on the way read and dropped. */
  public boolean closedByServer() throws IOException {
    try {
      while (true) {
        receive();
      }
    } catch (EOFException | SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
