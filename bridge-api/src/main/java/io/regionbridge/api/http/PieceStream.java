package io.regionbridge.api.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of pieces to one client. The next piece is made when the last ones have gone to the
 * socket, so at most a water mark and one piece are ever kept for the client; one that reads
 * nothing for a while is given up. Lives on the site's thread.
 */
final class PieceStream {
  private static final Logger log = LoggerFactory.getLogger(PieceStream.class);

  private final ChannelHandlerContext ctx;
  private final Response.Stream stream;
  private final boolean zipped;
  private final Deadline deadline;
  private final Duration stallTimeout;
  private final Runnable giveUp;
  private final ScheduledFuture<?> heartbeats;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private boolean begun;
  private boolean ended;

  /**
   * Sends the first piece at once.
   *
   * @param stallTimeout how long the client may read nothing before {@code giveUp} runs
   */
  PieceStream(
      ChannelHandlerContext ctx,
      Response.Stream stream,
      boolean zipped,
      Deadline deadline,
      Duration stallTimeout,
      Runnable giveUp) {
    this.ctx = ctx;
    this.stream = stream;
    this.zipped = zipped;
    this.deadline = deadline;
    this.stallTimeout = stallTimeout;
    this.giveUp = giveUp;
    long period = stream.heartbeat().toNanos();
    heartbeats =
        ctx.executor()
            .scheduleAtFixedRate(this::sendHeartbeat, period, period, TimeUnit.NANOSECONDS);
    stream.source().begin(this::scheduleSend, () -> ctx.executor().execute(giveUp));
    ctx.executor().execute(this::send);
  }

  /** Any thread. */
  private void scheduleSend() {
    if (scheduled.compareAndSet(false, true)) {
      ctx.executor()
          .execute(() -> {
            scheduled.set(false);
            send();
          });
    }
  }

  /** Sends what there is, as long as the client keeps up; one piece a turn: others come between. */
  void send() {
    if (ended) {
      return;
    }
    if (!ctx.channel().isWritable()) {
      if (!deadline.isSet()) {
        deadline.set(stallTimeout, giveUp);
      }
      return;
    }
    deadline.clear();
    try {
      Optional<Response.Stream.Piece> piece = stream.source().next();
      if (piece.isPresent()) {
        write(piece.get());
        ctx.executor().execute(this::send);
      }
    } catch (RuntimeException e) {
      log.error("cannot make a piece of a stream", e);
      giveUp.run();
    }
  }

  private void sendHeartbeat() {
    if (ctx.channel().isWritable()) {
      stream.source().heartbeat().ifPresent(this::write);
    }
    send();
  }

  private void write(Response.Stream.Piece piece) {
    ByteBuf octets = Unpooled.wrappedBuffer(zipped ? piece.deflated() : piece.plain());
    if (zipped && !begun) {
      octets = Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(ContentCoding.gzipHeader()), octets);
    }
    begun = true;
    ctx.writeAndFlush(new DefaultHttpContent(octets))
        .addListener((ChannelFuture sent) -> {
          if (!sent.isSuccess()) {
            giveUp.run();
          }
        });
  }

  void end() {
    ended = true;
    heartbeats.cancel(false);
    stream.source().end();
  }
}
