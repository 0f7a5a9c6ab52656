package io.regionbridge.api.log;

/** How log lines look. */
public enum LogFormat {
  /** TEXT on a terminal, JSON otherwise. */
  AUTO,
  TEXT,
  /** One object to a line. */
  JSON
}
