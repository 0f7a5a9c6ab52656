package io.regionbridge.dns.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What reading a question costs: the first stage of every query. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class QueryBenchmark {
  private static final byte[] OPT = {0, 0, 41, 4, (byte) 0xd0, 0, 0, 0, 0, 0, 0};

  private final Query query = new Query();
  private byte[] plain = new byte[0];
  private byte[] edns = new byte[0];

  /** A question for a Service, without EDNS and with it. */
  @Setup
  public void prepare() {
    byte[] name =
        "\4shop\6team-1\3svc\2mn\10internal\0\0\1\0\1".getBytes(StandardCharsets.ISO_8859_1);
    plain = new byte[Query.HEADER + name.length];
    plain[2] = 1; // recursion desired
    plain[5] = 1; // one question
    System.arraycopy(name, 0, plain, Query.HEADER, name.length);
    edns = Arrays.copyOf(plain, plain.length + OPT.length);
    edns[11] = 1; // one additional record
    System.arraycopy(OPT, 0, edns, plain.length, OPT.length);
  }

  /** As a stub resolver without EDNS asks. */
  @Benchmark
  public Query.Verdict plain() {
    return query.parse(plain, plain.length);
  }

  /** With an OPT record behind the question. */
  @Benchmark
  public Query.Verdict edns() {
    return query.parse(edns, edns.length);
  }
}
