package io.regionbridge.dns.wire;

import java.io.IOException;
import java.util.Arrays;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Re-encodes a reply without the records that its sender may not speak for. Off the hot path. */
public final class ReplyFilter {
  private ReplyFilter() {}

  /**
   * The reply with only those records that {@code bounds} lets own, and without OPT.
   *
   * @throws IOException if the reply is malformed in a way that only decoding its records shows, or
   *     what is left of it, encoded anew, does not fit a message
   */
  public static byte[] keepOwned(byte[] message, int length, Reply.Bounds bounds)
      throws IOException {
    Message whole = new Message(Arrays.copyOf(message, length));
    Message kept = new Message();
    kept.getHeader().setID(whole.getHeader().getID());
    kept.getHeader().setFlag(Flags.QR);
    kept.getHeader().setRcode(whole.getHeader().getRcode());
    Record question = whole.getQuestion();
    kept.addRecord(question, Section.QUESTION);
    for (int section : new int[] {Section.ANSWER, Section.AUTHORITY, Section.ADDITIONAL}) {
      for (Record r : whole.getSection(section)) {
        if (r.getType() != Type.OPT && r.getDClass() == DClass.IN && owned(r.getName(), bounds)) {
          kept.addRecord(r, section);
        }
      }
    }
    byte[] wire = kept.toWire();
    if (wire.length > ReplyWriter.MAX_MESSAGE) {
      throw new IOException(
          "the records take "
              + wire.length
              + " octets, a message has at most "
              + ReplyWriter.MAX_MESSAGE);
    }
    return wire;
  }

  private static boolean owned(Name name, Reply.Bounds bounds) {
    byte[] wire = name.toWireCanonical();
    return bounds.ownerAllowed(wire, wire.length);
  }
}
