package io.regionbridge.api.config;

/**
 * One key of the configuration: everything that is to be known of it. {@link ConfigKeys} lists all
 * of them; reading, names in the environment, changes and the reference page follow from there.
 *
 * @param path in the file; for a key of the entries of a list, {@code list[].key}
 * @param effect what a change of it takes
 * @param shape how it is written and what holds where it is not there
 * @param fallback what holds where it is not there, in the words of the reference page
 * @param meaning for the reference page, in Markdown
 * @param <T> what it is read as
 */
public record ConfigKey<T>(
    String path, Effect effect, Shape<T> shape, String fallback, String meaning) {

  /** What a change of a key takes. */
  public enum Effect {
    /** Nothing: it holds from the next query on. */
    LIVE,
    /** A restart. Until then the value that the process started with holds. */
    RESTART
  }

  /** How a key is written. Reports what is wrong with it to the section and never throws. */
  @FunctionalInterface
  interface Shape<T> {
    /**
     * Reads the key.
     *
     * @param section that it stands in
     * @param name of the key within the section
     * @param before the keys before it in the table
     */
    ReadValue<T> read(Section section, String name, Values before);
  }

  /** The list whose entries have the key; empty for a key of the file itself. */
  String list() {
    return path.substring(0, Math.max(path.lastIndexOf("[]"), 0));
  }

  /** The sections that it stands in, outermost first: of the file, or of the list's entry. */
  String section() {
    String inner = list().isEmpty() ? path : path.substring(list().length() + "[].".length());
    return inner.substring(0, Math.max(inner.lastIndexOf('.'), 0));
  }

  /** What it is called within its section. */
  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  @Override
  public String toString() {
    return path;
  }
}
