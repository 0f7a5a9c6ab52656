package io.regionbridge.dns.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.ScheduledFuture;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.relay.QueryPipeline;
import io.regionbridge.dns.relay.ReplyPath;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection. Queries are taken as they come and answered as answers come, in any
 * order (RFC 7766 sections 6.2.1.1 and 7). Not read from while the client owes us the reading of
 * replies, or has too many queries under way. A client that sends no more gets what it has asked
 * for before the connection ends.
 */
final class TcpConnection extends SimpleChannelInboundHandler<ByteBuf> implements ReplyPath {
  private static final int MOST_UNDER_WAY = 256;
  private static final int LEAST_UNDER_WAY = 64;

  private final QueryPipeline pipeline;
  private final ConnectionLimiter limiter;
  private final PeerAddress client = new PeerAddress();

  /** Queries that have no reply yet. */
  private final AtomicInteger unanswered = new AtomicInteger();

  /** Queries whose reply has not left yet. */
  private final AtomicInteger underWay = new AtomicInteger();

  private @Nullable InetAddress address;
  private volatile @Nullable ChannelHandlerContext context;
  private @Nullable ScheduledFuture<?> idleCheck;
  private volatile long lastActive;

  /** Whether the client sends no more; on the loop. */
  private boolean inputEnded;

  TcpConnection(QueryPipeline pipeline, ConnectionLimiter limiter) {
    this.pipeline = pipeline;
    this.limiter = limiter;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    InetSocketAddress remote = (InetSocketAddress) ctx.channel().remoteAddress();
    address = remote.getAddress();
    client.set(remote);
    lastActive = System.nanoTime();
    if (!limiter.enter(this)) {
      var _ = ctx.close();
      return;
    }
    checkIdleIn(ctx, TimeUnit.MILLISECONDS.toNanos(limiter.limits().idleMillis()));
  }

  private void checkIdleIn(ChannelHandlerContext ctx, long nanos) {
    idleCheck =
        ctx.channel().eventLoop().schedule(() -> checkIdle(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void checkIdle(ChannelHandlerContext ctx) {
    long allowed = TimeUnit.MILLISECONDS.toNanos(limiter.limits().idleMillis());
    long left = lastActive + allowed - System.nanoTime();
    // Waiting for our own answer is not idling. Not reading the answers is.
    if (left <= 0 && unanswered.get() == 0) {
      var _ = ctx.close();
    } else {
      checkIdleIn(ctx, Math.max(left, allowed / 4 + 1));
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
    lastActive = System.nanoTime();
    int length = message.readableBytes();
    byte[] octets = new byte[length];
    message.readBytes(octets);
    if (length < 12 || (octets[2] & 0x80) != 0) {
      // No query: whoever sends this does not speak DNS, or answers.
      var _ = ctx.close();
      return;
    }
    unanswered.incrementAndGet();
    if (underWay.incrementAndGet() >= MOST_UNDER_WAY) {
      ctx.channel().config().setAutoRead(false);
    }
    pipeline.handle(octets, length, client, this);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    pipeline.onTurnEnd();
    ctx.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!ctx.channel().isWritable()) {
      ctx.channel().config().setAutoRead(false);
    } else {
      readAgain(ctx);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      ctx.channel().config().setAutoRead(false);
      closeWhenAnswered(ctx);
    }
  }

  private void closeWhenAnswered(ChannelHandlerContext ctx) {
    if (inputEnded && underWay.get() == 0) {
      var _ = ctx.close();
    }
  }

  private void readAgain(ChannelHandlerContext ctx) {
    if (!inputEnded && underWay.get() <= LEAST_UNDER_WAY && ctx.channel().isWritable()) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ScheduledFuture<?> check = idleCheck;
    if (check != null) {
      check.cancel(false);
    }
    if (address != null) {
      limiter.leave(this);
    }
  }

  // A place, which another thread may take.

  /** The client's address. */
  InetAddress client() {
    return Objects.requireNonNull(address, "not connected yet");
  }

  /** Whether no query waits for its reply. */
  boolean idle() {
    return unanswered.get() == 0;
  }

  /** The last activity, on the clock of {@link System#nanoTime}. */
  long lastActive() {
    return lastActive;
  }

  /** Closes the connection. Any thread. */
  void close() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      var _ = ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }

  /** Any thread: another loop may have asked the question for us. */
  @Override
  public void reply(byte[] message, int length, PeerAddress to) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || !ctx.channel().isActive()) {
      return;
    }
    lastActive = System.nanoTime();
    unanswered.decrementAndGet();
    ByteBuf frame = ctx.alloc().ioBuffer(length + 2);
    frame.writeShort(length).writeBytes(message, 0, length);
    ctx.writeAndFlush(frame)
        .addListener(done -> {
          lastActive = System.nanoTime();
          if (underWay.decrementAndGet() == LEAST_UNDER_WAY) {
            readAgain(ctx);
          }
          closeWhenAnswered(ctx);
        });
  }

  @Override
  public boolean tcp() {
    return true;
  }

  @Override
  public ReplyPath onLoop(int loop) {
    return this;
  }
}
