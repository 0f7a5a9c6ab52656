package io.regionbridge.router.directory;

import org.jspecify.annotations.Nullable;

/** The value of a Service's annotation {@value #KEY}. */
public enum ExportAnnotation {
  NONE,
  TRUE,
  FALSE;

  public static final String KEY = "region-bridge.io/export";

  /** The meaning of the annotation's value: anything but true and false says nothing. */
  public static ExportAnnotation of(@Nullable String value) {
    return "true".equals(value) ? TRUE : "false".equals(value) ? FALSE : NONE;
  }
}
