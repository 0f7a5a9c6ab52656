package io.regionbridge.api.assembly;

/** Which version of the program this is. */
public final class Version {
  private Version() {}

  /** What the build wrote into the jar's manifest. */
  public static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
