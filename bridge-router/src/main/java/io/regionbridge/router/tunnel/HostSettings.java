package io.regionbridge.router.tunnel;

import io.regionbridge.router.linux.KernelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Kernel settings that decide whether a node forwards between the overlay and its pods. Only read:
 * they are the node's, not this process's.
 *
 * @param proc where {@code /proc} is mounted
 */
public record HostSettings(Path proc) {
  /** Of this system. */
  public static final HostSettings SYSTEM = new HostSettings(Path.of("/proc"));

  /** A setting that prevents forwarding, as {@code sysctl(8)} names it. */
  public record Finding(String setting, String value, String advice) {}

  /** The settings that prevent forwarding through an interface. */
  public List<Finding> check(String interfaceName, boolean ipv6) {
    List<Finding> findings = new ArrayList<>();
    expect(
        findings,
        "net.ipv4.ip_forward",
        "1",
        "set it to 1: this node would drop what pods and peers send through it");
    if (ipv6) {
      expect(
          findings,
          "net.ipv6.conf.all.forwarding",
          "1",
          "set it to 1: this node would drop what pods and peers send through it over IPv6");
    }
    // The kernel takes the greater of the two; 1 is strict, 2 is loose.
    String own = "net.ipv4.conf." + interfaceName + ".rp_filter";
    String ofOwn = value(own).orElse("0");
    String ofAll = value("net.ipv4.conf.all.rp_filter").orElse("0");
    if ((ofOwn.equals("1") || ofAll.equals("1")) && !ofOwn.equals("2") && !ofAll.equals("2")) {
      findings.add(
          new Finding(
              own,
              "1",
              "set it to 2: strict reverse path filtering drops replies that come by another"
                  + " gateway"));
    }
    return findings;
  }

  private void expect(List<Finding> findings, String setting, String wanted, String advice) {
    value(setting)
        .filter(v -> !v.equals(wanted))
        .ifPresent(v -> findings.add(new Finding(setting, v, advice)));
  }

  /** A setting, or nothing where this kernel or container has none. */
  private Optional<String> value(String setting) {
    // Interface names may hold dots, which separate the parts of a setting's name.
    String prefix = "net.ipv4.conf.";
    String suffix = ".rp_filter";
    Path path =
        setting.startsWith(prefix)
            ? proc.resolve("sys/net/ipv4/conf")
                .resolve(setting.substring(prefix.length(), setting.length() - suffix.length()))
                .resolve("rp_filter")
            : proc.resolve("sys").resolve(setting.replace('.', '/'));
    try {
      return Optional.of(KernelFile.read(path));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
