package io.regionbridge.api;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.regionbridge.testkit.ArchitectureRules;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

@AnalyzeClasses(
    packages = "io.regionbridge.api",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String DNS = "io.regionbridge.dns..";
  private static final String ROUTER = "io.regionbridge.router..";
  private static final String ROUTER_ROOT = "io.regionbridge.router.";

  /** Records the AOT cache during the build; it is in no jar. */
  private static final String TRAINING = "io.regionbridge.api.training..";

  /** Values and watchers that belong to neither plane. */
  private static final String[] SHARED = {
    "io.regionbridge.router.net..", "io.regionbridge.router.file..", "io.regionbridge.router.loop.."
  };

  /** What settings can have: enums and values of the control plane. */
  private static final Set<String> WORDS =
      Set.of(
          ROUTER_ROOT + "settings.RegionSettings$ClusterIp",
          ROUTER_ROOT + "settings.RegionSettings$Export",
          ROUTER_ROOT + "settings.RegionSettings$Engine",
          ROUTER_ROOT + "settings.RegionSettings$Encapsulation",
          ROUTER_ROOT + "settings.RegionSettings$OverlayMode",
          "io.regionbridge.api.log.LogFormat");

  @ArchTest static final ArchRule noPackageCycles = ArchitectureRules.NO_PACKAGE_CYCLES;
  @ArchTest static final ArchRule tellingNames = ArchitectureRules.TELLING_NAMES;
  @ArchTest static final ArchRule nullMarked = ArchitectureRules.NULL_MARKED;

  @ArchTest
  static final ArchRule exceptionsAreCalledSo =
      classes()
          .that()
          .areAssignableTo(
              describe(
                  "an exception",
                  type ->
                      type.getName().matches("java\\.(lang|io)\\..*(Exception|Error|Throwable)")))
          .should()
          .haveSimpleNameEndingWith("Exception")
          .because("a reader of a throw clause should not have to look the type up");

  @ArchTest
  static final ArchRule noClassCycles =
      slices()
          .assignedFrom(eachTopLevelClass())
          .should()
          .beFreeOfCycles()
          .because("classes that need each other cannot be started one after the other");

  @ArchTest
  static final ArchRule onlyThesePackagesSeeBothPlanes =
      classes()
          .that()
          .resideOutsideOfPackages(
              "io.regionbridge.api.lifecycle..",
              "io.regionbridge.api.zones..",
              "io.regionbridge.api.reports..")
          .should(notSeeBothPlanes())
          .because(
              "there is one translation between the planes, in zones; lifecycle connects them, and"
                  + " reports read both");

  @ArchTest
  static final ArchRule configurationKnowsNothingThatRuns =
      noClasses()
          .that()
          .resideInAPackage("io.regionbridge.api.config..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(DNS, ROUTER, "io.regionbridge.api..", "io.netty..", "io.fabric8..")
                  .and(not(resideInAnyPackage(SHARED)))
                  .and(not(describe("a word", type -> WORDS.contains(type.getName()))))
                  .and(not(resideInAPackage("io.regionbridge.api.config..")))
                  .and(not(resideInAPackage("io.regionbridge.api.text.."))))
          .because(
              "what an operator wants is read and checked before anything is started; the words"
                  + " that a setting can have are said once, where they take effect");

  @ArchTest
  static final ArchRule theControlPlaneWritesObjects =
      noClasses()
          .should()
          .callMethodWhere(ArchitectureRules.writesObjectOutside(Set.of("PodProbe.run")))
          .because(
              "the process writes no object itself; the command verify adds a container to a pod"
                  + " that a person names");

  @ArchTest
  static void theControlPlaneShowsLittle(JavaClasses classes) {
    SortedSet<String> used =
        classes.stream()
            .filter(not(resideInAPackage(TRAINING)))
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
            .filter(resideInAPackage(ROUTER).and(not(resideInAnyPackage(SHARED))))
            .map(type -> type.getName().replaceFirst("\\$.*", "").substring(ROUTER_ROOT.length()))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(used)
        .as(
            "what the process knows of the control plane, besides values that belong to neither"
                + " plane: each type is one more that cannot be changed on one side alone, so the"
                + " list has 25 at most, and may get shorter")
        .isEqualTo(new TreeSet<>(ControlPlaneFacade.TYPES));
  }

  private static SliceAssignment eachTopLevelClass() {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        return SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""));
      }

      @Override
      public String getDescription() {
        return "each class";
      }
    };
  }

  private static ArchCondition<JavaClass> notSeeBothPlanes() {
    return new ArchCondition<>("not see both planes") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Set<String> planes =
            type.getDirectDependenciesFromSelf().stream()
                .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                .filter(not(resideInAnyPackage(SHARED)))
                .filter(resideInAnyPackage(DNS, ROUTER))
                .map(target -> resideInAPackage(DNS).test(target) ? "dns" : "router")
                .collect(Collectors.toSet());
        if (planes.size() > 1) {
          events.add(SimpleConditionEvent.violated(type, type.getFullName() + " sees both"));
        }
      }
    };
  }
}
