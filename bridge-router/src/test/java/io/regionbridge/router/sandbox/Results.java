package io.regionbridge.router.sandbox;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/** What {@link Inside} printed, as JUnit tests of the outside. */
final class Results {
  private Results() {}

  static List<DynamicTest> of(String output) {
    List<DynamicTest> tests = new ArrayList<>();
    for (String raw : output.lines().toList()) {
      String line = raw.strip();
      if (line.startsWith(Inside.PASSED)) {
        tests.add(dynamicTest(line.substring(Inside.PASSED.length()), () -> {}));
      } else if (line.startsWith(Inside.SKIPPED)) {
        String[] words = line.substring(Inside.SKIPPED.length()).split(" ", 2);
        tests.add(dynamicTest(words[0], () -> Assumptions.abort(words[1])));
      } else if (line.startsWith(Inside.FAILED)) {
        String[] words = line.substring(Inside.FAILED.length()).split(" ", 2);
        tests.add(dynamicTest(words[0], () -> Assertions.fail(words[1].replace("\\n", "\n"))));
      } else if (line.startsWith(Inside.NOTE)) {
        System.out.println(line.substring(Inside.NOTE.length()));
      }
    }
    boolean ended = output.lines().anyMatch(l -> l.strip().equals(Inside.END));
    tests.add(
        dynamicTest(
            "ranToTheEnd",
            () -> Assertions.assertTrue(ended, () -> "the tests inside broke off:\n" + output)));
    return tests;
  }
}
