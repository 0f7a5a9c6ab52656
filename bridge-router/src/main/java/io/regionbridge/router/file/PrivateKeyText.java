package io.regionbridge.router.file;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key in PEM. Java knows PKCS #8 alone; cert-manager and OpenSSL also write the
 * older forms of RSA (RFC 8017 appendix A.1.2) and EC (RFC 5915), which become PKCS #8 by what is
 * put before them.
 */
public final class PrivateKeyText {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^-]*)-----END \\1-----");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int CURVE = 0xA0;
  private static final byte[] VERSION = {0x02, 0x01, 0x00};
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private PrivateKeyText() {}

  /** Reads a key, or throws a GeneralSecurityException that says what is wrong with it. */
  public static PrivateKey read(String pem) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new GeneralSecurityException("no private key in PEM is in it");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("the private key in it is damaged", e);
    }
    return switch (block.group(1)) {
      case "PRIVATE KEY" -> key(der);
      case "RSA PRIVATE KEY" -> key(element(SEQUENCE, VERSION, RSA, element(OCTET_STRING, der)));
      case "EC PRIVATE KEY" ->
          key(
              element(
                  SEQUENCE,
                  VERSION,
                  element(SEQUENCE, EC, curve(der)),
                  element(OCTET_STRING, der)));
      case "ENCRYPTED PRIVATE KEY" ->
          throw new GeneralSecurityException("the private key in it is encrypted");
      default ->
          throw new GeneralSecurityException(
              "it holds a key of an unknown kind (" + block.group(1) + ")");
    };
  }

  private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
    InvalidKeySpecException last = new InvalidKeySpecException();
    for (String algorithm : new String[] {"EC", "RSA", "EdDSA"}) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        last = e; // of another algorithm, or damaged
      }
    }
    throw new GeneralSecurityException(
        "the private key in it is damaged, or not RSA, EC or EdDSA", last);
  }

  /** The name of the curve, which RFC 5915 keeps within the key and PKCS #8 outside of it. */
  private static byte[] curve(byte[] ec) throws GeneralSecurityException {
    try {
      int at = headLength(ec, 0);
      while (at < ec.length) {
        int head = headLength(ec, at);
        int end = at + head + contentLength(ec, at);
        if ((ec[at] & 0xFF) == CURVE) {
          return Arrays.copyOfRange(ec, at + head, end);
        }
        at = end;
      }
    } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
      throw new GeneralSecurityException("the private key in it is damaged", e);
    }
    throw new GeneralSecurityException("the EC key in it does not name its curve");
  }

  private static int headLength(byte[] der, int at) {
    int length = der[at + 1] & 0xFF;
    return length < 0x80 ? 2 : 2 + (length & 0x7F);
  }

  private static int contentLength(byte[] der, int at) {
    int length = der[at + 1] & 0xFF;
    if (length < 0x80) {
      return length;
    }
    int octets = length & 0x7F;
    int value = 0;
    for (int i = 0; i < octets; i++) {
      value = value << 8 | der[at + 2 + i] & 0xFF;
    }
    if (octets > 2 || value > der.length) {
      throw new IllegalArgumentException("longer than all of it");
    }
    return value;
  }

  /** An element in DER, with the length in as many octets as it needs. */
  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
