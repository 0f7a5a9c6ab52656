package io.regionbridge.dns;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/** The packages of the data plane, from the bottom up, each with all that it may know. */
@AnalyzeClasses(
    packages = "io.regionbridge.dns",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class LayersTest {
  private static final String DNS = "io.regionbridge.dns.";

  private static ArchRule mayUse(String layer, String because, String... packages) {
    String[] all = new String[packages.length + 3];
    all[0] = DNS + layer;
    all[1] = "java..";
    all[2] = "org.jspecify..";
    for (int i = 0; i < packages.length; i++) {
      boolean ours = packages[i].indexOf('.') < 0;
      all[i + 3] = ours ? DNS + packages[i] : packages[i];
    }
    return classes()
        .that()
        .resideInAPackage(DNS + layer)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(all)
        .because(because);
  }

  @ArchTest
  static final ArchRule wire =
      mayUse(
          "wire",
          "octets of messages are read and written without knowing who sends them",
          "org.xbill.DNS..");

  @ArchTest
  static final ArchRule messageObjectsStayOffTheHotPath =
      noClasses()
          .that(resideInAPackage(DNS + "wire"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.xbill.DNS..")
          .because(
              "only its constants are used, which the compiler copies: an object for each message"
                  + " or name would be garbage for each query");

  @ArchTest
  static final ArchRule net =
      mayUse("net", "addresses are numbers; what they mean is decided elsewhere", "wire");

  @ArchTest
  static final ArchRule zone =
      mayUse(
          "zone",
          "snapshots are plain values: no sockets, no cache, no gateways",
          "wire",
          "net",
          "org.xbill.DNS..");

  @ArchTest
  static final ArchRule cache =
      mayUse(
          "cache",
          "it keeps octets under numbers, whatever zone or gateway they are of",
          "wire",
          "org.xbill.DNS..");

  @ArchTest
  static final ArchRule socket =
      mayUse(
          "socket",
          "it moves packets and never looks into them",
          "net",
          "io.netty..",
          "org.slf4j..");

  @ArchTest
  static final ArchRule upstream =
      mayUse(
          "upstream",
          "who asks, and what becomes of the answer, is the relay's affair",
          "wire",
          "net",
          "zone",
          "socket",
          "io.netty..",
          "io.github.resilience4j..",
          "org.slf4j..",
          "org.xbill.DNS..");

  @ArchTest
  static final ArchRule relay =
      mayUse(
          "relay",
          "it joins the others, and sees clients as an address and a path back",
          "wire",
          "net",
          "zone",
          "cache",
          "socket",
          "upstream",
          "io.netty..",
          "org.slf4j..",
          "org.xbill.DNS..");

  @ArchTest
  static final ArchRule server =
      mayUse(
          "server",
          "it hands queries on and replies back, and reads nothing of them but their length",
          "net",
          "socket",
          "relay",
          "io.netty..",
          "org.slf4j..");

  @ArchTest
  static final ArchRule gatewaysAreAskedInOneDirection =
      SlicesRuleDefinition.slices()
          .assignedFrom(classesOf(DNS + "upstream"))
          .should()
          .beFreeOfCycles()
          .because("sockets know who takes replies by an interface, and nothing of who asks");

  /** Each class of a package, with those nested in it, is a slice. */
  private static SliceAssignment classesOf(String packageName) {
    return new SliceAssignment() {
      @Override
      public String getDescription() {
        return "classes of " + packageName;
      }

      @Override
      public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
        if (!javaClass.getPackageName().equals(packageName)) {
          return SliceIdentifier.ignore();
        }
        String name = javaClass.getName();
        int nested = name.indexOf('$');
        return SliceIdentifier.of(nested < 0 ? name : name.substring(0, nested));
      }
    };
  }

  @ArchTest
  static final ArchRule timeIsGiven =
      noClasses()
          .that()
          .resideInAnyPackage(DNS + "wire", DNS + "net", DNS + "zone", DNS + "cache")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("what is told the time can be tested without waiting");

  @ArchTest
  static final ArchRule threadsBelongToTheLoops =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class)
          .orShould()
          .accessClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.Executors")
          .because("a query stays on one event loop, and loops never wait");
}
