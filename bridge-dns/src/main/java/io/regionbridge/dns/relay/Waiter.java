package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.wire.Query;
import org.jspecify.annotations.Nullable;

/**
 * A client's query that waits for an exchange, with all that its reply needs. Recycled by its
 * pipeline.
 */
final class Waiter {
  final PeerAddress client = new PeerAddress();
  final byte[] cookie = new byte[8];
  @Nullable ReplyPath path;
  @Nullable Waiter next;
  int id;
  int flags;
  int limit;
  boolean edns;
  boolean dnssecOk;
  boolean padded;
  boolean cookied;
  long since;

  /**
   * The question as the client wrote it, kept only if it has capitals that the exchange's has not.
   */
  private byte[] written = new byte[0];

  private int writtenLength;

  void take(Query query, PeerAddress from, ReplyPath replyPath, int replyLimit, long now) {
    client.set(from);
    path = replyPath;
    id = query.id();
    flags = query.flags();
    limit = replyLimit;
    edns = query.edns();
    dnssecOk = query.dnssecOk();
    padded = query.padded();
    cookied = query.cookieLength() > 0;
    if (cookied) {
      System.arraycopy(query.packet(), query.cookieAt(), cookie, 0, 8);
    }
    since = now;
    writtenLength = 0;
    if (query.mixedCase()) {
      writtenLength = query.nameLength() + 4;
      if (written.length < writtenLength) {
        written = new byte[Query.MAX_NAME + 4];
      }
      System.arraycopy(query.packet(), Query.HEADER, written, 0, writtenLength);
    }
  }

  /** The question to put into the reply. */
  byte[] question(byte[] asked) {
    return writtenLength > 0 ? written : asked;
  }
}
