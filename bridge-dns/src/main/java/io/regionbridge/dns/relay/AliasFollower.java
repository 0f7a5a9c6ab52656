package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.upstream.Exchange;
import io.regionbridge.dns.wire.AliasChain;
import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.ReplyWriter;
import io.regionbridge.dns.zone.LocalAuthority;
import io.regionbridge.dns.zone.View;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/**
 * Follows aliases that lead out of their zone, for clients, which are stub resolvers and do not:
 * through the local zone, peer regions, and for names of no region the resolvers; {@value
 * AliasChain#MOST} steps at most. On one loop; allocates nothing once as many were followed at once
 * before. Who asks for the next part is the pipeline, at the end of its turn.
 */
final class AliasFollower {
  private static final int MOST_IDLE = 256;

  private final ReplyWriter reply;
  private final ReplySender sender;
  private final ArrayDeque<AliasChase> open = new ArrayDeque<>();
  private final ArrayDeque<AliasChase> idle = new ArrayDeque<>();

  /** Takes over replies that are written to {@code reply}. */
  AliasFollower(ReplyWriter reply, ReplySender sender) {
    this.reply = reply;
    this.sender = sender;
  }

  /**
   * Takes over the reply at hand if it is an alias to be followed.
   *
   * @param followAs the client's view of local names; null: it follows aliases itself
   */
  boolean takes(
      Query query,
      PeerAddress client,
      ReplyPath path,
      int zone,
      int rcode,
      Source source,
      @Nullable View followAs,
      long now) {
    if (followAs == null || !endsOpen(rcode, query.type())) {
      return false;
    }
    AliasChase chase = chase();
    chase.client.take(query, client, path, ReplySender.limit(query, path), followAs, now);
    chase.client.keepQuestion(query);
    begin(chase, zone, source);
    return true;
  }

  /** The same of a reply to a query that has waited. */
  boolean takes(Waiter waiter, Exchange exchange, int rcode, Source source) {
    if (waiter.followAs == null || !endsOpen(rcode, exchange.type())) {
      return false;
    }
    AliasChase chase = chase();
    chase.client.take(waiter, exchange.question(), exchange.questionLength());
    begin(chase, exchange.route().id() + 1, source);
    return true;
  }

  private boolean endsOpen(int rcode, int type) {
    return rcode == Rcode.NOERROR
        && type != Type.CNAME
        && type != Type.ANY
        && AliasChain.openEnd(reply) >= 0;
  }

  private AliasChase chase() {
    return idle.isEmpty() ? new AliasChase() : idle.pop();
  }

  private void begin(AliasChase chase, int zone, Source source) {
    Waiter client = chase.client;
    chase.begin(reply, client.question(chase.name), client.questionLength());
    chase.zone = zone;
    add(chase, Rcode.NOERROR, source);
  }

  /** The next part is in the reply at hand. Returns whether more is needed. */
  boolean add(AliasChase chase, int rcode, Source source) {
    if (source.compareTo(chase.source) > 0) {
      chase.source = source;
    }
    boolean leadsOn = chase.add(reply);
    if (chase.leadsNowhere()) {
      chase.explanation = LocalAuthority.ALIAS_LOOP;
      end(chase, Rcode.SERVFAIL, chase.standing | ReplyWriter.RA);
    } else if (rcode == Rcode.NOERROR && leadsOn) {
      open.add(chase);
      return true;
    } else {
      end(chase, rcode, chase.standing | ReplyWriter.RA);
    }
    return false;
  }

  /** One whose next part is to be asked for now, or null. */
  @Nullable AliasChase next() {
    return open.poll();
  }

  /** Nobody is asked for the next part: the client gets the aliases alone. */
  void endOpen(AliasChase chase) {
    end(chase, Rcode.NOERROR, chase.standing & ~ReplyWriter.RA);
  }

  /** The next part cannot be had. */
  void fail(AliasChase chase, Explanation why) {
    chase.explanation = why;
    end(chase, Rcode.SERVFAIL, chase.standing | ReplyWriter.RA);
  }

  private void end(AliasChase chase, int rcode, int standing) {
    Waiter client = chase.client;
    byte[] question = client.question(chase.name);
    reply.begin(client.id, client.flags, question, client.questionLength(), rcode, standing);
    if (rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN) {
      chase.writeTo(reply);
    }
    reply.explain(chase.explanation);
    ReplyPath path = Objects.requireNonNull(client.path, "a client");
    sender.send(
        client, path, chase.zone, chase.name, chase.nameLength, chase.type, rcode, chase.source);
    client.path = null;
    if (idle.size() < MOST_IDLE) {
      idle.push(chase);
    }
  }
}
