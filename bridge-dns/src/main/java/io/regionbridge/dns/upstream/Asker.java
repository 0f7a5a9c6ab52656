package io.regionbridge.dns.upstream;

import io.netty.util.concurrent.ScheduledFuture;
import io.regionbridge.dns.net.HostPort;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.upstream.AnswerSink.Failure;
import io.regionbridge.dns.upstream.Exchange.Try;
import io.regionbridge.dns.upstream.GatewayHealth.Outcome;
import io.regionbridge.dns.upstream.PacketBudget.Reason;
import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.zone.ZoneRoute;
import io.regionbridge.dns.zone.ZoneTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Rcode;

/**
 * Asks gateways, for one event loop.
 *
 * <p>A question goes to the healthiest gateway. When the reply is later than that gateway's replies
 * usually are, the question goes to the next one as well, and so on until the exchange's time is
 * over, its tries are used up, or {@link PacketBudget} allows no more; whichever answers first is
 * taken, and the earlier ones are still listened to. A reply without an answer (SERVFAIL, REFUSED
 * and their like) or word that nobody listens sends it on at once. So a dead gateway costs a query
 * a few milliseconds more than its usual time, not a timeout. Where no gateway answers, another
 * bridge of the own region is asked, unless it is one that asks.
 *
 * <p>A gateway in trouble is given what it can answer in time ({@link SendWindow}); other questions
 * wait here. A reply that comes after its question was given up is kept for those who ask next.
 */
public final class Asker {
  /** Turning the wheel later than this means that the loop was kept from running. */
  private static final long MOST_LAG = 4 * TimerWheel.TICK;

  /** After this time a question that could not be sent is looked at again. */
  private static final long HOLD = 2 * TimerWheel.TICK;

  /** Of the usual time a question with a poor prospect gets this part. */
  private static final int POOR_SHARE = 3;

  /** For this time a question that was given up is still listened for. */
  private static final long LATE_NANOS = 3_500_000_000L;

  private static final int MOST_LATE = 4096;

  private static final String OUTSIDE = "addresses outside the region's ranges, or special ones";

  /** A connection and a question over it take so many round trips, and the packet before. */
  private static final int TCP_ROUND_TRIPS = 4;

  private final GatewayRegistry registry;
  private final AnswerSink sink;
  private final LongSupplier clock;
  private final LoopState loop;
  private final TimerWheel wheel;
  private final Reply reply = new Reply();
  private final RouteBounds bounds;
  private final GatewayLinks links;
  private final ExchangeTable exchanges = new ExchangeTable();
  private int late;
  private int idleTicks;
  private long lastTurned;
  private boolean heldBack;
  private boolean closed;
  private @Nullable Object waysMark;
  private @Nullable ScheduledFuture<?> ticking;

  /**
   * Creates an asker for one loop.
   *
   * @param clock nanoseconds that never go back
   */
  public Asker(
      GatewayRegistry registry,
      AnswerSink sink,
      LoopSockets sockets,
      Supplier<ZoneTable> table,
      LongSupplier clock) {
    this.registry = registry;
    bounds = new RouteBounds(table);
    this.sink = sink;
    this.clock = clock;
    loop = new LoopState(sockets, registry, new Replies(), sink::onTurnEnd, clock);
    links = new GatewayLinks(registry, loop);
    wheel = new TimerWheel(clock.getAsLong());
  }

  /** The exchange that already asks this, or null. */
  public @Nullable Exchange find(Query query, ZoneRoute.Forward route) {
    return exchanges.find(query, route);
  }

  /** Exchanges under way. */
  public int size() {
    return exchanges.size();
  }

  /** What a question to the region can hope for. */
  public Prospect prospect(ZoneRoute.Forward route, boolean fromSibling, long now) {
    return links.prospect(route, fromSibling, now);
  }

  /** Whether no gateway of the region answers now: each is down, or silent for a while. */
  public boolean noneAnswers(ZoneRoute.Forward route, long now) {
    return links.noneAnswers(route, now);
  }

  /**
   * How often gateways of the route have recovered: another number when what failed before may
   * succeed now.
   */
  public int recoveries(ZoneRoute.Forward route) {
    return links.recoveries(route);
  }

  /**
   * Starts to ask. The end comes through the sink, never before this returns.
   *
   * @param prospect decides the time and the number of gateways at once
   * @param now nanoseconds of the clock
   */
  public Exchange ask(Query query, ZoneRoute.Forward route, Prospect prospect, long now) {
    long timeout = registry.settings().timeout();
    boolean poor = prospect == Prospect.POOR;
    Exchange e =
        exchanges.begin(query, route, prospect, now, now + (poor ? timeout / POOR_SHARE : timeout));
    PacketBudget budget = links.budget(route);
    budget.countQuestion(now);
    proceed(e, now);
    while (poor && links.anyFresh(e) && budget.take(Reason.LATE, now)) {
      GatewayLink next = links.choose(e, now);
      if (next == null || !e.triesLeft() || !next.hasRoom(false, now)) {
        break;
      }
      send(e, next, now);
    }
    tick();
    return e;
  }

  /**
   * Sends the question, for the first time or once more, if that is allowed now; sets the timer.
   */
  private void proceed(Exchange e, long now) {
    GatewayLink link = e.triesLeft() ? links.choose(e, now) : null;
    if (link == null) {
      wheel.set(e, e.deadline());
    } else if (e.allLate() && maySend(e, link, now)) {
      send(e, link, now);
    } else {
      wheel.set(e, Math.min(now + HOLD, e.deadline()));
    }
  }

  private boolean maySend(Exchange e, GatewayLink link, long now) {
    boolean repeated = e.tryCount() > 0;
    if (!link.hasRoom(repeated, now)) {
      return false;
    }
    return now == e.startedAt()
        || e.deadline() - now >= link.expectedRoundTrip(now)
            && links.budget(e.route()).take(reason(e, link, now), now);
  }

  private static Reason reason(Exchange e, GatewayLink next, long now) {
    if (e.tryCount() == 0) {
      return Reason.HELD;
    }
    Try last = e.tryAt(e.tryCount() - 1);
    GatewayLink before = link(last);
    if (last.late && before.lossy(last.sentAt, now)) {
      return Reason.LOST;
    }
    if (next.silent()) {
      return Reason.SILENT;
    }
    return e.packets(next) == 0 && next.well(now) && !before.well(now) ? Reason.MOVED : Reason.LATE;
  }

  private void send(Exchange e, GatewayLink link, long now) {
    Try t = e.nextTry();
    t.link = link;
    t.sentAt = now;
    t.late = false;
    t.tcp = false;
    t.plain = link.plain();
    t.packets = 1;
    t.endedAt = 0;
    long left = e.deadline() - now;
    t.lateAfter = link.lateAfter(now);
    long wait =
        TrySpacing.after(e.tryCount(), t.lateAfter, (long) link.expectedRoundTrip(now), left);
    if (link.send(t, e.question(), e.questionLength())) {
      open(t);
    } else {
      e.fail("no socket to " + HostPort.text(link.health().address()) + " takes the question");
      end(t, "no socket takes the question", now);
      link.recordUnreachable(now);
      wait = HOLD;
    }
    wheel.set(e, Math.min(now + wait, e.deadline()));
  }

  /**
   * Another table may be in force. Closes links to gateways that it does not name any more; their
   * exchanges go on with others. The table is not held: the next one may be long in coming to a
   * loop that is not asked.
   */
  public void follow(ZoneTable table) {
    if (!table.waysMark().equals(waysMark)) {
      waysMark = table.waysMark();
      links.keepOnly(table.ways());
    }
  }

  /** Sends what is queued. Called at the end of each turn of the loop. */
  public void flush() {
    loop.flush();
  }

  // Replies.

  /** What sockets know of the asker. */
  private final class Replies implements ReplyHandler {
    @Override
    public void onReply(TryTable.Entry entry, byte[] message, int length, boolean tcp) {
      Asker.this.replied((Try) entry, message, length, tcp);
    }

    @Override
    public void onUnreachable(TryTable.Entry entry, boolean lost, String why) {
      Asker.this.unreachable((Try) entry, lost, why);
    }
  }

  /** A message with the ID of an open try arrived from that try's gateway. */
  private void replied(Try t, byte[] message, int length, boolean tcp) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    int questionEnd = Query.HEADER + e.questionLength();
    // What does not match is ignored, not believed and not an error: the true reply may still come
    // (RFC 5452 section 9.1).
    if ((message[2] & 0xF8) != 0x80) {
      return;
    }
    long now = clock.getAsLong();
    if (bareError(message)) {
      close(t);
      heard(t, tcp, now);
      refused(t, message[3] & 0xF, null, now);
      return;
    }
    if (length < questionEnd
        || Octets.get16(message, 4) != 1
        || !Names.equal(message, Query.HEADER, e.question(), 0, e.questionLength())) {
      return;
    }
    Reply.Verdict verdict = reply.inspect(message, length, questionEnd, bounds.of(e.route()));
    boolean truncated = (message[2] & 2) != 0;
    if (!truncated
        && verdict != Reply.Verdict.MALFORMED
        && !link.cookieFits(message, reply.cookieAt(), reply.cookieLength())) {
      return;
    }
    close(t);
    heard(t, tcp, now);
    if (truncated && !tcp) {
      cut(t, now);
      return;
    }
    // With the upper bits of EDNS: BADVERS alone looks like NOERROR.
    int rcode = reply.rcode();
    if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      refused(t, rcode, reply.explanation(), now);
    } else if (truncated) {
      failTry(t, Outcome.FAILED, "a truncated reply", now);
    } else {
      judge(t, verdict, now);
    }
  }

  /** The reply did not fit a packet: TCP has the rest, if it is not asked for it already. */
  private void cut(Try t, long now) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    String why = "a truncated reply";
    if (!e.askedOverTcp(link) || e.packets(link) < RelaySettings.MOST_PER_GATEWAY) {
      end(t, why, now);
      askOverTcp(t, now);
    } else if (e.open() > 0) {
      end(t, why, now);
    } else {
      failTry(t, Outcome.FAILED, noTcp(link, "no reply"), now);
    }
  }

  private void judge(Try t, Reply.Verdict verdict, long now) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    switch (verdict) {
      case BELIEVED -> accept(t, reply, now);
      case CONTAINED -> {
        if (e.route().hasFamily(e.type())) {
          link.health().recordDisbelief(OUTSIDE, now);
          end(t, "answered with addresses outside the region", now);
          link.health().count(Outcome.CONTAINED);
          finish(e, null, Failure.CONTAINED, link);
        } else {
          accept(t, reply, now);
        }
      }
      case UNRELATED -> disbelieve(t, "an answer without a record of the question's name", now);
      case ALIAS_LOOP -> disbelieve(t, "aliases that lead nowhere", now);
      case TOO_COMPLEX -> disbelieve(t, "a reply that is too complex to read", now);
      case MALFORMED -> disbelieve(t, "a malformed reply", now);
    }
  }

  private void disbelieve(Try t, String why, long now) {
    link(t).health().recordDisbelief(why, now);
    failTry(t, Outcome.FAILED, why, now);
  }

  /** A header alone: some servers without EDNS copy no question. */
  private static boolean bareError(byte[] message) {
    return Octets.get16(message, 4) == 0 && mayMeanEdns(message[3] & 0xF);
  }

  /** What servers without EDNS say to a query with it (RFC 6891 section 7). */
  private static boolean mayMeanEdns(int rcode) {
    return rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP;
  }

  private static void heard(Try t, boolean tcp, long now) {
    GatewayLink link = link(t);
    long nanos = now - t.sentAt;
    if (tcp) {
      link.recordAnyReply(now);
    } else {
      link.recordReply(t.number, nanos, t.late || nanos > t.lateAfter, now);
    }
  }

  private void refused(Try t, int rcode, @Nullable Explanation said, long now) {
    boolean repeat = mayMeanEdns(rcode) && link(t).speakPlainly(t.plain);
    String why = Rcode.string(rcode);
    if (said != null) {
      why += " (" + words(said) + ")";
      t.exchange.said(said);
      link(t).health().recordRefusal(why, now);
    }
    failTry(t, Outcome.FAILED, why, now, repeat);
  }

  /** Such as {@code not ready: the directory of this region is not loaded yet}. */
  private static String words(Explanation said) {
    String name = ExtendedErrorCodeOption.text(said.code()).toLowerCase(Locale.ROOT);
    String words = name.replace('_', ' ');
    return said.text().length == 0
        ? words
        : words + ": " + new String(said.text(), StandardCharsets.UTF_8);
  }

  private void askOverTcp(Try t, long now) {
    Exchange e = t.exchange;
    if (e.over()) {
      settle(e);
    } else if (link(t).sendOverTcp(t, e.question(), e.questionLength())) {
      t.tcp = true;
      t.packets++;
      open(t);
    } else {
      disbelieve(t, "its TCP connection takes no more questions, since it answers too few", now);
    }
  }

  private void accept(Try t, Reply answer, long now) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    end(t, "answered", now);
    if (e.over()) {
      acceptLate(e, answer, link);
      return;
    }
    link.recordAnswer(now);
    if (answer.dropped() > 0) {
      link.health().count(Outcome.CONTAINED);
      link.health().recordDisbelief(OUTSIDE, now);
    } else {
      link.health().count(Outcome.ANSWERED);
    }
    for (int i = 0; i < e.tryCount(); i++) {
      Try other = e.tryAt(i);
      if (other.open && other.link != null && other.link != link) {
        other.link.recordFasterReply(now - other.sentAt);
      }
    }
    finish(e, answer, Failure.NO_ANSWER, link);
  }

  /** The answer to a question that was given up: for those who ask next, or ask again already. */
  private void acceptLate(Exchange e, Reply answer, GatewayLink link) {
    if (!e.answered()) {
      e.answer();
      Exchange again = exchanges.find(e);
      if (again == null) {
        sink.onLateAnswer(e, answer);
      } else {
        finish(again, answer, Failure.NO_ANSWER, link);
      }
    }
    settle(e);
  }

  /** The socket that the try was sent from does not reach the gateway (any more). */
  private void unreachable(Try t, boolean lost, String why) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    long now = clock.getAsLong();
    close(t);
    if (!t.tcp && !lost) {
      link.recordUnreachable(now);
    }
    // A connection may be lost for reasons of its own: then a new one is made (RFC 7766 section
    // 6.2.4).
    if (lost
        && !e.over()
        && now < e.deadline()
        && e.packets(link) < RelaySettings.MOST_PER_GATEWAY
        && links.budget(e.route()).take(Reason.MOVED, now)) {
      askOverTcp(t, now);
    } else if (t.tcp && !lost) {
      failTry(t, Outcome.UNREACHABLE, noTcp(link, why), now);
    } else {
      failTry(t, Outcome.UNREACHABLE, why, now);
    }
  }

  private static String noTcp(GatewayLink link, String why) {
    return "gateway %s cuts its replies and is not reached over TCP: %s"
        .formatted(HostPort.text(link.health().address()), why);
  }

  private void failTry(Try t, Outcome outcome, String why, long now) {
    failTry(t, outcome, why, now, false);
  }

  /**
   * Notes a failed try and goes on to the next gateway at once, or to the same one if that is all
   * there is and {@code worthRepeating}.
   */
  private void failTry(Try t, Outcome outcome, String why, long now, boolean worthRepeating) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    end(t, why, now);
    if (e.over()) {
      settle(e);
      return;
    }
    link.health().count(outcome);
    e.fail(why);
    if (outcome == Outcome.FAILED) {
      link.recordFailure(now);
    }
    GatewayLink next =
        e.triesLeft() && now < e.deadline() && (worthRepeating || links.anyFresh(e))
            ? links.choose(e, now)
            : null;
    if (next == null) {
      if (e.open() == 0) {
        finish(e, null, Failure.NO_ANSWER, link);
      }
    } else if (outcome == Outcome.UNREACHABLE || maySend(e, next, now)) {
      // What nobody took was no burden to anybody.
      send(e, next, now);
    } else if (e.open() == 0 && !next.well(now)) {
      finish(e, null, Failure.NO_ANSWER, link);
    } else if (e.open() == 0) {
      wheel.set(e, Math.min(now + HOLD, e.deadline()));
    }
  }

  private static void end(Try t, String outcome, long now) {
    t.endedAt = now;
    t.outcome = outcome;
  }

  /**
   * The tries of an exchange and their outcomes, in order. The sink calls it during the callback at
   * the end of the exchange.
   */
  public List<TryReport> reports(Exchange e) {
    List<TryReport> reports = new ArrayList<>();
    long now = clock.getAsLong();
    for (int i = 0; i < e.tryCount(); i++) {
      Try t = e.tryAt(i);
      GatewayLink link = t.link;
      if (link != null) {
        boolean ended = t.endedAt != 0;
        reports.add(
            new TryReport(
                link.health().address(),
                t.sentAt - e.startedAt(),
                (ended ? t.endedAt : now) - t.sentAt,
                ended ? t.outcome : "no reply"));
      }
    }
    return reports;
  }

  private static void open(Try t) {
    t.open = true;
    t.number = link(t).lastSent();
    t.exchange.opened();
  }

  private static void close(Try t) {
    if (t.open) {
      t.open = false;
      t.exchange.closed();
      t.withdraw();
      link(t).recordEnd(t.number);
    }
  }

  private static GatewayLink link(Try t) {
    GatewayLink link = t.link;
    if (link == null) {
      throw new IllegalStateException("a try that was not sent");
    }
    return link;
  }

  // Time.

  /** Runs the timers that are due. */
  public void advance(long now) {
    wheel.advance(now, this::due);
  }

  private void due(Exchange e, long now) {
    if (e.over()) {
      expire(e);
      return;
    }
    for (int i = 0; i < e.tryCount(); i++) {
      Try t = e.tryAt(i);
      if (t.open && !t.late) {
        GatewayLink link = link(t);
        long lateAfter = link.lateAfter(now) * (t.tcp ? TCP_ROUND_TRIPS : 1);
        if (now - t.sentAt >= Math.min(lateAfter, e.deadline() - e.startedAt())) {
          t.late = true;
          link.recordLateReply(now);
          link.health().count(Outcome.TIMEOUT);
        }
      }
    }
    if (now < e.deadline()) {
      proceed(e, now);
      return;
    }
    nameSilentTcp(e, now);
    finish(e, null, e.failure() == null ? Failure.TIMEOUT : Failure.NO_ANSWER, null);
  }

  /** A gateway that answers, but not over TCP, is not unreachable: its operator must know. */
  private static void nameSilentTcp(Exchange e, long now) {
    for (int i = 0; i < e.tryCount(); i++) {
      Try t = e.tryAt(i);
      if (t.open && t.tcp) {
        e.fail(noTcp(link(t), "no reply"));
        link(t).health().recordDisbelief("a truncated reply, and none over TCP", now);
      }
    }
  }

  /**
   * The wheel is turned by a timer of the loop while there is anything on it, and a while longer.
   */
  private void tick() {
    idleTicks = 0;
    if (ticking == null || ticking.isDone()) {
      lastTurned = clock.getAsLong();
      ticking =
          loop.sockets()
              .loop()
              .scheduleAtFixedRate(
                  this::turnWheel, TimerWheel.TICK, TimerWheel.TICK, TimeUnit.NANOSECONDS);
    }
  }

  private void turnWheel() {
    long now = clock.getAsLong();
    // A loop that comes late has replies waiting in its sockets: they are read before anyone is
    // called silent.
    boolean late = now - lastTurned > MOST_LAG;
    lastTurned = now;
    // Once: a loop that always comes late must not keep its clients waiting for ever.
    heldBack = late && !heldBack;
    if (!heldBack) {
      advance(now);
    }
    sink.onTurnEnd();
    var timer = ticking;
    if (exchanges.size() == 0 && ++idleTicks > 64 && timer != null) {
      timer.cancel(false);
      ticking = null;
    }
  }

  // The end.

  private void finish(
      Exchange e, @Nullable Reply answer, Failure failure, @Nullable GatewayLink link) {
    if (e.over()) {
      settle(e);
      return;
    }
    wheel.clear(e);
    exchanges.remove(e);
    if (answer != null && link != null) {
      e.answer();
      sink.onAnswer(e, answer, link.health());
    } else {
      boolean poor = e.prospect() == Prospect.POOR && failure != Failure.CONTAINED;
      sink.onFailure(e, poor ? Failure.NO_GATEWAY : failure);
    }
    e.end();
    late++;
    if (e.open() > 0 && late <= MOST_LATE && !closed) {
      wheel.set(e, e.deadline() + LATE_NANOS);
    } else {
      release(e);
    }
  }

  /** The replies that an exchange waited for are not to be expected any more. */
  private void expire(Exchange e) {
    for (int i = 0; i < e.tryCount(); i++) {
      Try t = e.tryAt(i);
      if (t.open) {
        link(t).recordExpiry(t.number);
      }
    }
    release(e);
  }

  /** A late reply came: the exchange may have no other to wait for. */
  private void settle(Exchange e) {
    if (e.open() == 0) {
      release(e);
    }
  }

  private void release(Exchange e) {
    wheel.clear(e);
    for (int i = 0; i < e.tryCount(); i++) {
      close(e.tryAt(i));
    }
    late--;
    exchanges.recycle(e);
  }

  /** Fails all exchanges and closes all sockets. */
  public void close() {
    closed = true;
    exchanges.forEach(e -> finish(e, null, Failure.TIMEOUT, null));
    links.close();
    var timer = ticking;
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
