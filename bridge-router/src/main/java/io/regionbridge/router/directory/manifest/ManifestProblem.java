package io.regionbridge.router.directory.manifest;

/**
 * Something wrong with a manifest, and where.
 *
 * @param file as it was named in the configuration
 * @param line from 1, or 0 if the trouble is with the file as a whole
 * @param column from 1, or 0 if the trouble is with the file as a whole
 * @param object kind, namespace and name, such as {@code Service messaging/nats}; where it has none
 *     to go by, its place, such as {@code document 2}. Empty if no object is to blame
 * @param path the field within the object, such as {@code spec.ports[1].port}; may be empty
 * @param reason what is wrong, and what would be right
 */
public record ManifestProblem(
    String file, int line, int column, String object, String path, String reason) {

  /** One line for logs and terminals: place, object, field, reason. */
  @Override
  public String toString() {
    return line("");
  }

  /** As {@link #toString}, with the word that it does no harm. */
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
