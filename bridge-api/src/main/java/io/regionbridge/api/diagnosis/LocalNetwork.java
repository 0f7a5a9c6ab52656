package io.regionbridge.api.diagnosis;

import io.regionbridge.api.demo.DnsClient;
import io.regionbridge.router.diagnosis.Doctor;
import io.regionbridge.router.diagnosis.Doctor.NextHop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import org.xbill.DNS.DClass;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** The network of this process. */
public final class LocalNetwork implements Reachability {
  private static final Duration DNS_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PACKET_TIMEOUT = Duration.ofSeconds(2);

  /** One packet may get lost. */
  private static final int PACKET_TRIES = 2;

  private static final int UDP_HEADER = 8;
  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;

  /** EDNS padding, RFC 7830. */
  private static final int PADDING = 12;

  private static final int EDNS_SIZE = 1232;

  @Override
  public Message ask(InetSocketAddress server, String name, int type) throws IOException {
    Message question = Message.newQuery(Record.newRecord(absolute(name), type, DClass.IN));
    question.addRecord(new OPTRecord(EDNS_SIZE, 0, 0), Section.ADDITIONAL); // for extended errors
    return new DnsClient(server, DNS_TIMEOUT).ask(question).message();
  }

  @Override
  public List<InetAddress> resolve(String name) throws IOException {
    return List.of(InetAddress.getAllByName(name));
  }

  @Override
  public Optional<NextHop> route(InetAddress address) throws IOException {
    return Doctor.routeTo(address);
  }

  @Override
  public Duration connect(InetSocketAddress address) throws IOException {
    try (Socket socket = new Socket()) {
      long begun = System.nanoTime();
      socket.connect(address, (int) CONNECT_TIMEOUT.toMillis());
      return Duration.ofNanos(System.nanoTime() - begun);
    }
  }

  @Override
  public boolean carries(InetSocketAddress gateway, String domain, int octets) throws IOException {
    boolean ipv4 = gateway.getAddress().getAddress().length == 4;
    int payload = octets - UDP_HEADER - (ipv4 ? IPV4_HEADER : IPV6_HEADER);
    byte[] query = padded(domain, payload);
    try (DatagramChannel channel =
            DatagramChannel.open(
                ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        Selector selector = Selector.open()) {
      channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
      channel.connect(gateway);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      for (int i = 0; i < PACKET_TRIES; i++) {
        channel.write(ByteBuffer.wrap(query));
        if (answered(channel, selector, query)) {
          return true;
        }
      }
      return false;
    }
  }

  private static boolean answered(DatagramChannel channel, Selector selector, byte[] query)
      throws IOException {
    long end = System.nanoTime() + PACKET_TIMEOUT.toNanos();
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      selector.selectedKeys().clear();
      selector.select(Math.max(1, left / 1_000_000));
      ByteBuffer reply = ByteBuffer.allocate(EDNS_SIZE);
      int length = channel.read(reply);
      if (length >= 2 && reply.get(0) == query[0] && reply.get(1) == query[1]) {
        return true;
      }
    }
    return false;
  }

  /** A question for the domain's SOA, as long as is wanted. */
  private static byte[] padded(String domain, int length) throws IOException {
    byte[] bare = query(domain, 0).toWire();
    return query(domain, Math.max(0, length - bare.length)).toWire();
  }

  private static Message query(String domain, int padding) throws IOException {
    Message message = Message.newQuery(Record.newRecord(absolute(domain), Type.SOA, DClass.IN));
    message.addRecord(
        new OPTRecord(
            EDNS_SIZE, 0, 0, 0, List.of(new GenericEDNSOption(PADDING, new byte[padding]))),
        Section.ADDITIONAL);
    return message;
  }

  private static Name absolute(String name) throws TextParseException {
    return Name.fromString(name, Name.root);
  }
}
