package io.regionbridge.router.wireguard;

import java.util.Optional;

/** Whole decimal numbers, strictly: digits only, no sign, no overflow. */
final class Numbers {
  private Numbers() {}

  static Optional<Integer> parse(String text, int least, int most) {
    if (text.isEmpty() || text.length() > 10) {
      return Optional.empty();
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return Optional.empty();
      }
      value = value * 10 + (c - '0');
    }
    return value < least || value > most ? Optional.empty() : Optional.of((int) value);
  }
}
