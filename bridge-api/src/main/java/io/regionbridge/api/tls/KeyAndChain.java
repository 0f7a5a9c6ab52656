package io.regionbridge.api.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a server shows who it is with; compared by value.
 *
 * @param chain its own certificate first
 */
record KeyAndChain(PrivateKey key, List<X509Certificate> chain) {
  /** Without the key. */
  @Override
  public String toString() {
    X509Certificate own = chain.getFirst();
    return "%s, valid until %s"
        .formatted(own.getSubjectX500Principal().getName(), own.getNotAfter().toInstant());
  }
}
