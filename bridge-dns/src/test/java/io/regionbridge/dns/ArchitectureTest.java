package io.regionbridge.dns;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.regionbridge.testkit.ArchitectureRules;

@AnalyzeClasses(
    packages = "io.regionbridge.dns",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest static final ArchRule noPackageCycles = ArchitectureRules.NO_PACKAGE_CYCLES;
  @ArchTest static final ArchRule tellingNames = ArchitectureRules.TELLING_NAMES;
  @ArchTest static final ArchRule nullMarked = ArchitectureRules.NULL_MARKED;

  @ArchTest
  static final ArchRule knowsNeitherTheControlPlaneNorTheProcess =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.regionbridge.router..", "io.regionbridge.api..")
          .because("the data plane is given zones and gateways, and works with whoever gives them");

  @ArchTest
  static final ArchRule knowsNeitherKubernetesNorManifestsNorNativeCalls =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.fabric8..", "com.fasterxml..", "org.yaml..", "com.sun.jna..")
          .because(
              "what answers queries must not wait for, or break with, what finds out the truth");
}
