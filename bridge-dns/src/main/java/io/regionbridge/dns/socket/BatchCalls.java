package io.regionbridge.dns.socket;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** {@code recvmmsg(2)} and {@code sendmmsg(2)}. */
final class BatchCalls {
  static final int EAGAIN = 11;
  static final int EINTR = 4;
  static final int ECONNREFUSED = 111;
  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_TRUNC = 0x20;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle RECVMMSG =
      link(
          "recvmmsg",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              POINTER,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              POINTER));
  private static final MethodHandle SENDMMSG =
      link(
          "sendmmsg",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              POINTER,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));

  private BatchCalls() {}

  private static MethodHandle link(String name, FunctionDescriptor descriptor) {
    MemorySegment symbol = LINKER.defaultLookup().findOrThrow(name);
    return LINKER.downcallHandle(symbol, descriptor, Linker.Option.captureCallState("errno"));
  }

  /** Where a call leaves its error number; one for each thread that calls. */
  static MemorySegment newState() {
    return Arena.ofAuto().allocate(STATE);
  }

  /** Messages received, or the error number made negative. */
  static int recvmmsg(MemorySegment state, int fd, MemorySegment messages, int count) {
    try {
      int n =
          (int) RECVMMSG.invokeExact(state, fd, messages, count, MSG_DONTWAIT, MemorySegment.NULL);
      return n >= 0 ? n : -(int) ERRNO.get(state, 0L);
    } catch (Throwable e) {
      throw new IllegalStateException("recvmmsg", e);
    }
  }

  /** Messages sent, or the error number of the first made negative. */
  static int sendmmsg(MemorySegment state, int fd, MemorySegment messages, int count) {
    try {
      int n = (int) SENDMMSG.invokeExact(state, fd, messages, count, MSG_DONTWAIT);
      return n >= 0 ? n : -(int) ERRNO.get(state, 0L);
    } catch (Throwable e) {
      throw new IllegalStateException("sendmmsg", e);
    }
  }
}
