package io.regionbridge.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

  /**
   * One class with all that is nested in it is one slice, in a package and those below it.
   *
   * @param root as {@code io.regionbridge.router}
   */
  public static ArchRule noClassCycles(String root) {
    return slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                return type.getPackageName().startsWith(root)
                    ? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""))
                    : SliceIdentifier.ignore();
              }

              @Override
              public String getDescription() {
                return "classes of " + root;
              }
            })
        .should()
        .beFreeOfCycles()
        .because("of two classes that know each other neither can be understood alone");
  }

  public static final ArchRule TELLING_NAMES =
      noClasses()
          .should()
          .haveNameMatching(".*(Manager|Utils?|Helpers?|Impl)(\\$.*)?")
          .because("such a name does not say what the class is for");

  public static final ArchRule EXCEPTIONS_SAY_SO =
      classes()
          .that()
          .areAssignableTo(Exception.class)
          .should()
          .haveSimpleNameEndingWith("Exception")
          .because("whoever reads a throws clause knows it by that");

  public static final ArchRule DISTINCT_NAMES =
      classes()
          .that()
          .areTopLevelClasses()
          .and()
          .doNotHaveSimpleName("package-info")
          .should(haveANameOfTheirOwn())
          .because("of two classes with one name a reader takes one for the other");

  public static final ArchRule NULL_MARKED =
      classes()
          .should(beInANullMarkedPackage())
          .because("NullAway only checks what is marked, and would silently pass over the rest");

  /** Methods by which the Kubernetes client changes an object. */
  private static final Set<String> WRITING =
      Set.of(
          "accept",
          "create",
          "createOr",
          "createOrReplace",
          "delete",
          "edit",
          "editStatus",
          "patch",
          "patchStatus",
          "replace",
          "replaceStatus",
          "scale",
          "serverSideApply",
          "update",
          "updateStatus");

  private ArchitectureRules() {}

  /**
   * A call that has the API server change an object, except from some methods.
   *
   * @param methods that may, as {@code Type.method}
   */
  public static DescribedPredicate<JavaMethodCall> writesObjectOutside(Set<String> methods) {
    return DescribedPredicate.describe(
        "changes a Kubernetes object outside of " + new TreeSet<>(methods),
        call ->
            call.getTargetOwner().getName().startsWith("io.fabric8.kubernetes.client.dsl.")
                && WRITING.contains(call.getTarget().getName())
                && !methods.contains(
                    call.getOriginOwner().getSimpleName() + "." + call.getOrigin().getName()));
  }

  private static ArchCondition<JavaClass> haveANameOfTheirOwn() {
    return new ArchCondition<>("have a name that no other class of the module has") {
      private final Map<String, String> known = new HashMap<>();

      @Override
      public void check(JavaClass type, ConditionEvents events) {
        String other = known.putIfAbsent(type.getSimpleName(), type.getFullName());
        if (other != null) {
          events.add(SimpleConditionEvent.violated(type, type.getFullName() + " and " + other));
        }
      }
    };
  }

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
