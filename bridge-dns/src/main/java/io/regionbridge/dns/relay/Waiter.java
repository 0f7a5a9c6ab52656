package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.zone.View;
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
  boolean probe;

  /**
   * As whom the client sees local names that an alias leads to; null: aliases are its to follow.
   */
  @Nullable View followAs;

  long since;

  /**
   * The question as the client wrote it, kept only if it has capitals that the exchange's has not.
   */
  private byte[] written = new byte[0];

  private int writtenLength;

  void take(
      Query query,
      PeerAddress from,
      ReplyPath replyPath,
      int replyLimit,
      @Nullable View follow,
      long now) {
    client.set(from);
    path = replyPath;
    id = query.id();
    flags = query.flags();
    limit = replyLimit;
    edns = query.edns();
    dnssecOk = query.dnssecOk();
    padded = query.padded();
    probe = query.probe();
    cookied = query.cookieLength() > 0;
    if (cookied) {
      System.arraycopy(query.packet(), query.cookieAt(), cookie, 0, 8);
    }
    followAs = follow;
    since = now;
    writtenLength = 0;
    if (query.mixedCase()) {
      write(query.packet(), Query.HEADER, query.nameLength() + 4);
    }
  }

  /**
   * Takes all of another's, which had asked {@code asked} in the exchange that it waited for, of
   * {@code length} octets.
   */
  void take(Waiter other, byte[] asked, int length) {
    client.set(other.client);
    path = other.path;
    id = other.id;
    flags = other.flags;
    limit = other.limit;
    edns = other.edns;
    dnssecOk = other.dnssecOk;
    padded = other.padded;
    cookied = other.cookied;
    System.arraycopy(other.cookie, 0, cookie, 0, cookie.length);
    followAs = other.followAs;
    since = other.since;
    write(other.question(asked), 0, length);
  }

  private void write(byte[] question, int from, int length) {
    writtenLength = length;
    if (written.length < length) {
      written = new byte[Query.MAX_NAME + 4];
    }
    System.arraycopy(question, from, written, 0, length);
  }

  /** Keeps the question as it was written, whether it has capitals or not. */
  void keepQuestion(Query query) {
    write(query.packet(), Query.HEADER, query.nameLength() + 4);
  }

  /** Octets of the question that was kept. */
  int questionLength() {
    return writtenLength;
  }

  /** The question to put into the reply. */
  byte[] question(byte[] asked) {
    return writtenLength > 0 ? written : asked;
  }
}
