package io.regionbridge.api.config;

import java.util.List;

/** A value and the place that it was read from. */
record Located<T>(String path, T value) {
  static <T> List<T> values(List<Located<T>> located) {
    return located.stream().map(Located::value).toList();
  }
}
