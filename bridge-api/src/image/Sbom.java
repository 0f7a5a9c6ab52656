import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The bill of materials of the Java libraries, as CycloneDX has it, with Debian's packages added.
 */
final class Sbom {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Sbom() {}

  static void write(Path libraries, Map<String, String> packages, String architecture, Path file)
      throws IOException {
    ObjectNode bom = (ObjectNode) JSON.readTree(libraries.toFile());
    ArrayNode components = bom.withArrayProperty("components");
    packages.forEach((name, version) -> {
      String purl =
          "pkg:deb/debian/%s@%s?arch=%s".formatted(name, version.replace("+", "%2B"), architecture);
      components
          .addObject()
          .put("type", "library")
          .put("bom-ref", purl)
          .put("name", name)
          .put("version", version)
          .put("purl", purl);
    });
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), bom);
  }
}
