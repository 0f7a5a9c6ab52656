package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRotationTest {
  private static final InetAddress ONE = IpLiteral.parse("100.99.1.1").orElseThrow();
  private static final InetAddress OTHER = IpLiteral.parse("100.99.1.2").orElseThrow();

  @TempDir private Path directory;
  private FileKeyStore keys;
  private KeyRotation rotation;
  private PublicKey first;
  private long nanos;

  @BeforeEach
  void makeKey() throws IOException {
    keys = new FileKeyStore(directory);
    rotation = new KeyRotation(keys, () -> nanos);
    first = publicHalf(keys.current());
  }

  @Test
  void withoutARequestTheKeyStays() throws IOException {
    assertThat(look(Set.of()).nextPublicKey()).isEmpty();
    assertThat(look(Set.of()).publicKey()).isEqualTo(first);
  }

  @Test
  void theNextKeyIsUsedOnceAllGatewaysKnowItAndNoSooner() throws IOException {
    PublicKey next = publicHalf(keys.prepareNext());
    KeyRotation.Standing published = look(Set.of(ONE, OTHER));
    assertThat(published.publicKey()).as("published before it is used").isEqualTo(first);
    assertThat(published.nextPublicKey()).contains(next);
    assertThat(look(Set.of(ONE)).waitingFor()).containsExactly("mn/m2");
    KeyRotation.Standing used = look(Set.of(ONE, OTHER));
    assertThat(used.publicKey()).isEqualTo(next);
    assertThat(used.nextPublicKey()).isEmpty();
    assertThat(look(Set.of())).isEqualTo(used);
  }

  @Test
  void whoDoesNotAnswerIsNotWaitedForForEver() throws IOException {
    PublicKey next = publicHalf(keys.prepareNext());
    assertThat(look(Set.of()).publicKey()).isEqualTo(first);
    nanos += KeyRotation.GRACE_PERIOD.toNanos() - 1;
    assertThat(look(Set.of()).publicKey()).isEqualTo(first);
    nanos++;
    assertThat(look(Set.of()).publicKey()).isEqualTo(next);
  }

  @Test
  void nothingIsDecidedBeforeAllPeersAreKnown() throws IOException {
    publicHalf(keys.prepareNext());
    assertThat(rotation.look(List.of(), false, _ -> Set.of()).publicKey()).isEqualTo(first);
    nanos += 2 * KeyRotation.GRACE_PERIOD.toNanos();
    assertThat(rotation.look(List.of(), false, _ -> Set.of()).publicKey()).isEqualTo(first);
  }

  @Test
  void aProcessThatStartsInTheMiddleGoesOn() throws IOException {
    PublicKey next = publicHalf(keys.prepareNext());
    look(Set.of());
    rotation = new KeyRotation(new FileKeyStore(directory), () -> nanos);
    assertThat(look(Set.of(ONE, OTHER)).nextPublicKey()).contains(next);
    assertThat(look(Set.of(ONE, OTHER)).publicKey()).isEqualTo(next);
  }

  private KeyRotation.Standing look(Set<InetAddress> accepted) throws IOException {
    return rotation.look(List.of(gateway("m1", ONE), gateway("m2", OTHER)), true, _ -> accepted);
  }

  private static RemoteGateway gateway(String name, InetAddress address) {
    return new RemoteGateway(
        "mn",
        name,
        PublicKey.of(new byte[32]),
        Optional.empty(),
        address,
        Optional.empty(),
        Optional.empty(),
        true,
        List.of());
  }

  private static PublicKey publicHalf(PrivateKey key) {
    try (key) {
      return key.publicKey();
    }
  }
}
