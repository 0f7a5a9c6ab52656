package io.regionbridge.dns.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.wire.NameHash;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Type;

class RecentFailuresTest {
  private static final byte[] NAME = Records.name("web.prod.svc.mn.internal").toWire();

  private final RecentFailures failures = new RecentFailures();

  private void fail(byte[] name, int type, int recoveries, long now) {
    Explanation why = Explanation.of(22, "at " + now);
    failures.add(name, name.length, hash(name), type, 1, recoveries, now, why);
  }

  private @Nullable String find(byte[] name, int type, int epoch, int recoveries, long now) {
    Explanation why = failures.find(name, name.length, hash(name), type, epoch, recoveries, now);
    return why == null ? null : new String(why.text(), StandardCharsets.UTF_8);
  }

  private static long hash(byte[] name) {
    return NameHash.of(name, 0, name.length);
  }

  @Test
  void aFailureIsRememberedForASecond() {
    assertThat(find(NAME, Type.A, 1, 0, 0)).isNull();
    fail(NAME, Type.A, 0, 10_000);
    assertThat(find(NAME, Type.A, 1, 0, 10_999)).isEqualTo("at 10000");
    assertThat(find(NAME, Type.A, 1, 0, 11_000)).isNull();
  }

  @Test
  void eachFurtherFailureIsRememberedLongerUpToFiveSeconds() {
    long now = 10_000;
    for (int lifetime : new int[] {1_000, 2_000, 4_000, 5_000, 5_000}) {
      fail(NAME, Type.A, 0, now);
      assertThat(find(NAME, Type.A, 1, 0, now + lifetime - 1)).isNotNull();
      now += lifetime;
      assertThat(find(NAME, Type.A, 1, 0, now)).isNull();
    }
    now += 5_000;
    fail(NAME, Type.A, 0, now);
    assertThat(find(NAME, Type.A, 1, 0, now + 1_000)).as("it was well in between").isNull();
  }

  @Test
  void aRecoveryOfAGatewayEndsIt() {
    fail(NAME, Type.A, 3, 10_000);
    assertThat(find(NAME, Type.A, 1, 3, 10_001)).isNotNull();
    assertThat(find(NAME, Type.A, 1, 4, 10_001)).isNull();
  }

  @Test
  void itIsOfOneNameTypeAndEpoch() {
    fail(NAME, Type.A, 0, 10_000);
    assertThat(find(NAME, Type.AAAA, 1, 0, 10_001)).isNull();
    assertThat(find(NAME, Type.A, 2, 0, 10_001)).isNull();
    assertThat(find(Records.name("b.mn.internal").toWire(), Type.A, 1, 0, 10_001)).isNull();
  }
}
