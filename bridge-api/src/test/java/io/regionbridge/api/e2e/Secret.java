package io.regionbridge.api.e2e;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What nobody may ever read, and in which forms it could be written somewhere.
 *
 * @param what it is, for whoever reads that a test has failed
 * @param forms text; hexadecimal digits; base64, wherever in the coded text it begins
 */
record Secret(String what, List<String> forms) {
  /** Shorter pieces could be there by chance. */
  private static final int LEAST = 12;

  /** A text that is the secret itself. */
  static Secret text(String what, String text) {
    List<String> forms = new ArrayList<>(List.of(text));
    forms.addAll(codings(text.getBytes(StandardCharsets.UTF_8)));
    return of(what, forms);
  }

  /** Octets that are the secret, as a key is. */
  static Secret octets(String what, byte[] octets) {
    List<String> forms = new ArrayList<>(codings(octets));
    forms.add(Arrays.toString(octets));
    return of(what, forms);
  }

  /** A key in PEM: each of its lines. */
  static Secret pem(String what, String pem) {
    return of(what, pem.lines().filter(line -> !line.startsWith("-----")).toList());
  }

  private static Secret of(String what, List<String> forms) {
    return new Secret(
        what, forms.stream().filter(form -> form.length() >= LEAST).map(Secret::plain).toList());
  }

  private static List<String> codings(byte[] octets) {
    List<String> codings = new ArrayList<>(List.of(HexFormat.of().formatHex(octets)));
    codings.add(HexFormat.ofDelimiter(":").formatHex(octets));
    codings.add(HexFormat.ofDelimiter(" ").formatHex(octets));
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + octets.length];
      System.arraycopy(octets, 0, shifted, before, octets.length);
      String coded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
      // The characters at the ends also depend on what comes before and after.
      codings.add(coded.substring(before == 0 ? 0 : before + 1, coded.length() - 1));
    }
    return codings;
  }

  /** The form of it that is in a text, if one is. */
  Optional<String> in(String text) {
    String searched = plain(text);
    return forms.stream().filter(searched::contains).findFirst();
  }

  /** Without what differs between ways to write the same: case, escapes, base64 for URLs. */
  private static String plain(String text) {
    return text.replace("\\", "").replace('-', '+').replace('_', '/').toLowerCase(Locale.ROOT);
  }
}
