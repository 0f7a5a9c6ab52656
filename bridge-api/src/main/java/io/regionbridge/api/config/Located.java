package io.regionbridge.api.config;

/** A value and the place that it was read from. */
record Located<T>(String path, T value) {}
