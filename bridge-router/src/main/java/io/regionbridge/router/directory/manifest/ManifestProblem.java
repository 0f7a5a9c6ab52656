package io.regionbridge.router.directory.manifest;

/**
 * A problem of a manifest.
 *
 * @param line from 1, or 0 for the whole file, as is {@code column}
 * @param object kind, namespace and name, such as {@code Service messaging/nats}, or its place,
 *     such as {@code document 2}; may be empty
 * @param path of the field, such as {@code spec.ports[1].port}; may be empty
 * @param reason what is wrong, and what would be right
 */
public record ManifestProblem(
    String file, int line, int column, String object, String path, String reason) {

  /** One line for logs and terminals: place, object, field, reason. */
  @Override
  public String toString() {
    return line("");
  }

  /** As {@link #toString}, marked as a warning. */
  public String asWarning() {
    return line("warning: ");
  }

  private String line(String mark) {
    StringBuilder text = new StringBuilder(file);
    if (line > 0) {
      text.append(':').append(line).append(':').append(column);
    }
    text.append(": ").append(mark);
    if (!object.isEmpty()) {
      text.append(object).append(": ");
    }
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    return text.append(reason).toString();
  }
}
