package io.regionbridge.router.directory;

/** The kinds of names that the API server takes, as far as they end up in DNS. */
public enum NameSyntax {
  /** RFC 1123, section 2.1, in lower case. */
  LABEL("a DNS label: up to 63 of a-z, 0-9 and -, the first and last not a -") {
    @Override
    public boolean matches(String text) {
      return isLabel(text, 0, text.length(), LONGEST_LABEL);
    }
  },
  /** Labels with dots between. */
  SUBDOMAIN("a DNS name: labels of a-z, 0-9 and - with dots between, up to 253 in all") {
    @Override
    public boolean matches(String text) {
      return isSubdomain(text, LONGEST_LABEL);
    }
  },
  /** The name of an object, which need not fit DNS: a label may be as long as the whole. */
  OBJECT("an object's name: parts of a-z, 0-9 and - with dots between, up to 253 in all") {
    @Override
    public boolean matches(String text) {
      return isSubdomain(text, LONGEST_NAME);
    }
  },
  /** As {@link #SUBDOMAIN}, with or without a dot at the end. */
  EXTERNAL_NAME("a DNS name: labels of a-z, 0-9 and - with dots between, up to 253 in all") {
    @Override
    public boolean matches(String text) {
      String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
      return isSubdomain(name, LONGEST_LABEL);
    }
  },
  /** RFC 6335, section 5.1, in lower case: the name of a container's port. */
  PORT("a port's name: up to 15 of a-z, 0-9 and -, with a letter, no - first, last or doubled") {
    @Override
    public boolean matches(String text) {
      return text.length() <= 15
          && isLabel(text, 0, text.length(), LONGEST_LABEL)
          && !text.contains("--")
          && text.chars().anyMatch(c -> c >= 'a');
    }
  };

  private static final int LONGEST_LABEL = 63;
  private static final int LONGEST_NAME = 253;

  private final String description;

  NameSyntax(String description) {
    this.description = description;
  }

  /** Whether a text is such a name. */
  public abstract boolean matches(String text);

  /** What such a name is, for messages. */
  public String description() {
    return description;
  }

  private static boolean isSubdomain(String text, int longestLabel) {
    if (text.length() > LONGEST_NAME) {
      return false;
    }
    int start = 0;
    for (int dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', start)) {
      if (!isLabel(text, start, dot, longestLabel)) {
        return false;
      }
      start = dot + 1;
    }
    return isLabel(text, start, text.length(), longestLabel);
  }

  private static boolean isLabel(String text, int start, int end, int longest) {
    if (end <= start || end - start > longest) {
      return false;
    }
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      boolean dash = c == '-' && i > start && i < end - 1;
      if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || dash)) {
        return false;
      }
    }
    return true;
  }
}
