package io.regionbridge.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

/** What holds in every module. Each module's ArchitectureTest adds its own boundaries. */
public final class ArchitectureRules {
  /** One package is one slice: a subpackage is not part of the package above it. */
  public static final ArchRule NO_PACKAGE_CYCLES =
      slices()
          .matching("io.regionbridge.(**)")
          .should()
          .beFreeOfCycles()
          .because("packages that need each other can only be understood and changed together");

  public static final ArchRule TELLING_NAMES =
      noClasses()
          .should()
          .haveNameMatching(".*(Manager|Utils?|Helpers?|Impl)(\\$.*)?")
          .because("such a name does not say what the class is for");

  public static final ArchRule NULL_MARKED =
      classes()
          .should(beInANullMarkedPackage())
          .because("NullAway only checks what is marked, and would silently pass over the rest");

  private ArchitectureRules() {}

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package whose package-info is @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
          events.add(SimpleConditionEvent.violated(type, type.getFullName() + " is not"));
        }
      }
    };
  }
}
