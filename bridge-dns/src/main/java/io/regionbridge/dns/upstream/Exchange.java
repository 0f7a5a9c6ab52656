package io.regionbridge.dns.upstream;

import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.zone.ZoneRoute;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;

/**
 * One question that is out with the gateways of a peer region, and its tries. Belongs to one event
 * loop, which recycles it: no question costs an object once enough of these exist.
 */
public final class Exchange {
  /** Name, type and class as sent: folded, so that all ways to write a name share one exchange. */
  private final byte[] question = new byte[Query.MAX_NAME + 4 + 8];

  private int nameLength;
  private int type;
  private long nameHash;
  private ZoneRoute.@Nullable Forward route;
  private boolean fromSibling;
  private Prospect prospect = Prospect.NONE;

  /** One sending of the question to one gateway. */
  static final class Try extends TryTable.Entry {
    final Exchange exchange;
    @Nullable GatewayLink link;
    long sentAt;

    /** After how many nanoseconds a reply was late, when it was sent. */
    long lateAfter;

    /** Which of the questions to its gateway it was. */
    long number;

    /** Whether a reply may still come. */
    boolean open;

    /** Whether it went without OPT. */
    boolean plain;

    /** Packets that it took so far: more than one when it was asked over TCP as well. */
    int packets;

    /** Whether the reply is awaited over TCP. */
    boolean tcp;

    /** Whether the reply is later than usual. */
    boolean late;

    /** When and how it ended: for those who want to know how an answer came about. */
    long endedAt;

    String outcome = "";

    Try(Exchange exchange) {
      this.exchange = exchange;
    }
  }

  private final Try[] tries = new Try[RelaySettings.MOST_TRIES];
  private int tryCount;
  private int open;
  private long startedAt;
  private long deadline;
  private boolean over;
  private boolean answered;

  /** Why the last failed try failed; the reply says so when nothing better came. */
  private @Nullable String failure;

  /** What a gateway had to say to an answer that is none. */
  private @Nullable Explanation said;

  /** Who waits for the answer: the relay's own list. */
  private @Nullable Object waiters;

  @Nullable Exchange nextInBucket;

  // The timer wheel's list.
  @Nullable Exchange earlier;
  @Nullable Exchange later;
  int wheelSlot = -1;
  long due;

  Exchange() {
    for (int i = 0; i < tries.length; i++) {
      tries[i] = new Try(this);
    }
  }

  void begin(Query query, ZoneRoute.Forward route, Prospect prospect, long now, long deadline) {
    nameLength = query.nameLength();
    System.arraycopy(query.name(), 0, question, 0, nameLength);
    type = query.type();
    Octets.put16(question, nameLength, type);
    Octets.put16(question, nameLength + 2, DClass.IN);
    nameHash = query.nameHash();
    this.route = route;
    this.prospect = prospect;
    fromSibling = query.fromSibling();
    tryCount = 0;
    open = 0;
    startedAt = now;
    this.deadline = deadline;
    over = false;
    answered = false;
    failure = null;
    said = null;
    waiters = null;
  }

  /**
   * Whether a query may wait for this exchange. One of a sibling may not wait for one of our own
   * clients, which may ask that sibling in turn; nor one of them for a sibling's, which ends
   * without what the region is last known to have.
   */
  boolean asks(Query query, ZoneRoute.Forward forward) {
    return nameHash == query.nameHash()
        && fromSibling == query.fromSibling()
        && type == query.type()
        && nameLength == query.nameLength()
        && route == forward
        && Names.equal(question, 0, query.name(), 0, nameLength);
  }

  /** Whether a bridge of our own region asked first: then no other one is asked. */
  public boolean fromSibling() {
    return fromSibling;
  }

  /** Ends the exchange with an answer: late replies are of no use. */
  void answer() {
    answered = true;
  }

  boolean answered() {
    return answered;
  }

  /** Ends the exchange without an answer; a late reply may still be used. */
  void end() {
    over = true;
    waiters = null;
  }

  /** Clears all references. */
  void clear() {
    route = null;
    for (int i = 0; i < tryCount; i++) {
      tries[i].link = null;
    }
  }

  /** What it could hope for when it began. */
  Prospect prospect() {
    return prospect;
  }

  boolean triesLeft() {
    return tryCount < tries.length;
  }

  /** A try that was not used yet. Only while {@link #triesLeft}. */
  Try nextTry() {
    return tries[tryCount++];
  }

  Try tryAt(int i) {
    return tries[i];
  }

  int tryCount() {
    return tryCount;
  }

  void opened() {
    open++;
  }

  void closed() {
    open--;
  }

  /** Tries that may still bring a reply. */
  int open() {
    return open;
  }

  /** Whether no query waits any more. */
  boolean over() {
    return over;
  }

  /** Whether the reply to each try that is open is later than usual. */
  boolean allLate() {
    for (int i = 0; i < tryCount; i++) {
      if (tries[i].open && !tries[i].late) {
        return false;
      }
    }
    return true;
  }

  /** Whether a gateway was asked over TCP. */
  boolean askedOverTcp(GatewayLink link) {
    for (int i = 0; i < tryCount; i++) {
      if (tries[i].link == link && tries[i].tcp) {
        return true;
      }
    }
    return false;
  }

  /** Packets that went to a gateway for this question. */
  int packets(GatewayLink link) {
    int sum = 0;
    for (int i = 0; i < tryCount; i++) {
      if (tries[i].link == link) {
        sum += tries[i].packets;
      }
    }
    return sum;
  }

  boolean sameQuestion(Exchange other) {
    return nameHash == other.nameHash
        && type == other.type
        && nameLength == other.nameLength
        && route == other.route
        && Names.equal(question, 0, other.question, 0, nameLength);
  }

  void fail(String why) {
    failure = why;
  }

  void said(@Nullable Explanation why) {
    said = why == null ? said : why;
  }

  /** What the last gateway that explained its refusal said; null if none did. */
  public @Nullable Explanation said() {
    return said;
  }

  /** Why the last failed try failed, or null. */
  public @Nullable String failure() {
    return failure;
  }

  /** Name in wire form, type and class; {@link #questionLength} octets. */
  public byte[] question() {
    return question;
  }

  /** Octets of the question. */
  public int questionLength() {
    return nameLength + 4;
  }

  /** Octets of the question's name. */
  public int nameLength() {
    return nameLength;
  }

  /** The record type that is asked for. */
  public int type() {
    return type;
  }

  /** The hash of the name. */
  public long nameHash() {
    return nameHash;
  }

  /** The route of the question. */
  public ZoneRoute.Forward route() {
    ZoneRoute.Forward r = route;
    if (r == null) {
      throw new IllegalStateException("the exchange is over");
    }
    return r;
  }

  /** When it began, on the clock of {@link System#nanoTime}. */
  public long startedAt() {
    return startedAt;
  }

  /** When it must be over. */
  public long deadline() {
    return deadline;
  }

  /** What the caller of {@link Asker} attached. */
  public @Nullable Object waiters() {
    return waiters;
  }

  /** Attaches what the caller needs to answer those who wait. */
  public void setWaiters(@Nullable Object waiters) {
    this.waiters = waiters;
  }
}
