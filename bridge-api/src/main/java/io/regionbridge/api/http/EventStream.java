package io.regionbridge.api.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events to one client. A reader that is behind gets the next state rather than all
 * that it missed, and is given up when it reads nothing for a while: at most what the socket and
 * the channel's water mark hold is ever kept for it.
 */
final class EventStream {
  private static final Logger log = LoggerFactory.getLogger(EventStream.class);
  private static final byte[] START = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

  private final ChannelHandlerContext ctx;
  private final Response.Events stream;
  private final Deadline deadline;
  private final Duration stallTimeout;
  private final Runnable giveUp;
  private final ScheduledFuture<?> events;

  /**
   * Sends the first event soon.
   *
   * @param stallTimeout how long the client may read nothing before {@code giveUp} runs
   */
  EventStream(
      ChannelHandlerContext ctx,
      Response.Events stream,
      Deadline deadline,
      Duration stallTimeout,
      Runnable giveUp) {
    this.ctx = ctx;
    this.stream = stream;
    this.deadline = deadline;
    this.stallTimeout = stallTimeout;
    this.giveUp = giveUp;
    events =
        ctx.executor()
            .scheduleAtFixedRate(
                this::sendEvent, 0, stream.period().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void sendEvent() {
    if (!ctx.channel().isWritable()) {
      if (!deadline.isSet()) {
        deadline.set(stallTimeout, giveUp);
      }
      return;
    }
    deadline.clear();
    try {
      ByteBuf event = Unpooled.wrappedBuffer(START, stream.event().get(), END);
      ctx.writeAndFlush(new DefaultHttpContent(event))
          .addListener((ChannelFuture sent) -> {
            if (!sent.isSuccess()) {
              giveUp.run();
            }
          });
    } catch (RuntimeException e) {
      log.error("cannot make an event", e);
      giveUp.run();
    }
  }

  void end() {
    events.cancel(false);
  }
}
