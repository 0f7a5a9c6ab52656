package io.regionbridge.router;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.regionbridge.router.kubernetes.ObjectWriter;
import io.regionbridge.testkit.ArchitectureRules;
import java.util.Set;

@AnalyzeClasses(
    packages = "io.regionbridge.router",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest static final ArchRule noPackageCycles = ArchitectureRules.NO_PACKAGE_CYCLES;
  @ArchTest static final ArchRule tellingNames = ArchitectureRules.TELLING_NAMES;
  @ArchTest static final ArchRule exceptionsSaySo = ArchitectureRules.EXCEPTIONS_SAY_SO;
  @ArchTest static final ArchRule distinctNames = ArchitectureRules.DISTINCT_NAMES;
  @ArchTest static final ArchRule nullMarked = ArchitectureRules.NULL_MARKED;

  @ArchTest
  static final ArchRule noClassCycles = ArchitectureRules.noClassCycles("io.regionbridge.router");

  private static final Set<String> WRITES = Set.of("write", "delete");

  /** These have threads that carry out one request each and end. */
  private static final String LOOP_OR_REQUEST =
      ".*[.](Loop|EventRecorder|GatewayElection|OverlayDiscovery|UserspaceProcess)([$].*)?";

  @ArchTest
  static final ArchRule loopsAloneHaveThreads =
      noClasses()
          .that()
          .haveNameNotMatching(LOOP_OR_REQUEST)
          .should()
          .callMethod(Thread.class, "ofVirtual")
          .orShould()
          .callMethod(Thread.class, "ofPlatform")
          .orShould()
          .callMethod(Thread.class, "startVirtualThread", Runnable.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class, String.class)
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.Executors")
          .because("/healthz and a condition name a loop that fails, and no other thread");

  /** These change objects by themselves, each for the reason that its type's Javadoc gives. */
  private static final Set<String> WRITE_BY_THEMSELVES =
      Set.of(
          "EventRecorder.write",
          "KeyRotationRequest.send",
          "KubernetesLease.send",
          "MultiCluster.withdraw",
          "SecretKeyStore.apply",
          "Uninstall.remove");

  @ArchTest
  static final ArchRule oneWriterOfObjects =
      noClasses()
          .that(
              describe(
                  "do not give their writes to ObjectWriter",
                  type ->
                      !type.isEquivalentTo(ObjectWriter.class)
                          && type.getMethodCallsFromSelf().stream()
                              .noneMatch(call ->
                                  call.getTargetOwner().isEquivalentTo(ObjectWriter.class)
                                      && WRITES.contains(call.getTarget().getName()))))
          .should()
          .callMethodWhere(ArchitectureRules.writesObjectOutside(WRITE_BY_THEMSELVES))
          .because(
              "one place knows when a write is due, what a conflict or a missing right means, and"
                  + " when to try again");

  @ArchTest
  static final ArchRule knowsNeitherTheDataPlaneNorTheProcess =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.regionbridge.dns..", "io.regionbridge.api..")
          .because("regions and gateways are facts, whether or not they are served by DNS");

  @ArchTest
  static final ArchRule knowsNeitherDnsMessagesNorEventLoops =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.xbill.DNS..", "io.netty..")
          .because("the control plane never touches a query, nor a thread that answers one");
}
