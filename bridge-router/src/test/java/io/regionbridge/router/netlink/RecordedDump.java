package io.regionbridge.router.netlink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Datagrams as a kernel sent them, in files of hexadecimal text: {@code #} comments, one datagram a
 * paragraph. Recorded on a little-endian machine.
 */
final class RecordedDump {
  private RecordedDump() {}

  static List<NetlinkMessage> messages(String file) throws MalformedMessageException {
    List<NetlinkMessage> messages = new ArrayList<>();
    for (String paragraph : text(file).split("\n\n", -1)) {
      StringBuilder hex = new StringBuilder();
      paragraph
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> hex.append(line.replace(" ", "")));
      byte[] octets = HexFormat.of().parseHex(hex);
      messages.addAll(NetlinkMessage.parse(ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder())));
    }
    return messages;
  }

  private static String text(String file) {
    try (InputStream in = RecordedDump.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no such recording: " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
