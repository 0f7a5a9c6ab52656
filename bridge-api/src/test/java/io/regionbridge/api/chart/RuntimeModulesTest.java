package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The image's Java runtime has the modules that the program's own classes use. */
final class RuntimeModulesTest {
  private static final Pattern MODULES = Pattern.compile("\"((?:java|jdk)\\.[a-z.,]+)\"");

  @Test
  void theRuntimeHasWhatTheClassesUse() throws IOException {
    Set<String> used = new TreeSet<>();
    for (JavaClass each :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(
                "io.regionbridge.api", "io.regionbridge.dns", "io.regionbridge.router")) {
      if (each.getPackageName().startsWith("io.regionbridge.api.training")) {
        continue; // records the AOT cache during the build, and is in no image
      }
      each.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().matches("(java|javax|jdk|com\\.sun)\\..*"))
          .map(target -> target.reflect().getModule())
          .filter(Module::isNamed)
          .map(Module::getName)
          .forEach(used::add);
    }
    assertThat(used).contains("java.base", "java.net.http");
    assertThat(modules()).containsAll(used);
  }

  /** The first list of modules in the source. */
  private static Set<String> modules() throws IOException {
    String source = Files.readString(Path.of("src/image/RootFs.java"));
    Matcher constant = Pattern.compile("(?s)MODULES =(.*?);").matcher(source);
    assertThat(constant.find()).isTrue();
    return MODULES
        .matcher(constant.group(1))
        .results()
        .flatMap(part -> Arrays.stream(part.group(1).split(",")))
        .collect(Collectors.toSet());
  }
}
