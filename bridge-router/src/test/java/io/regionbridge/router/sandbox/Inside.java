package io.regionbridge.router.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Runs the {@code @Test} methods of the classes named on its command line, in the order of their
 * names, and prints for each {@code PASSED}, {@code SKIPPED} or {@code FAILED} with what is to be
 * said about it. {@link #note} adds lines that the outside may want to show.
 */
public final class Inside {
  static final String PASSED = "#PASSED ";
  static final String SKIPPED = "#SKIPPED ";
  static final String FAILED = "#FAILED ";
  static final String NOTE = "#NOTE ";
  static final String END = "#END";

  private static final PrintStream out = System.out;

  private Inside() {}

  public static void main(String[] classes) throws ReflectiveOperationException {
    for (String name : classes) {
      run(Class.forName(name));
    }
    out.println(END);
    out.flush();
  }

  /** Says something to whoever runs the tests, such as a measurement. */
  public static void note(String text) {
    out.println(NOTE + text);
  }

  /**
   * A program's output, for use as an oracle.
   *
   * @throws AssertionError if it does not end well
   */
  public static String output(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new AssertionError(List.of(command) + " ended with " + status + ": " + output);
      }
      return output;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(List.of(command) + " did not run", e);
    }
  }

  private static void run(Class<?> type) throws ReflectiveOperationException {
    List<Method> tests =
        Arrays.stream(type.getDeclaredMethods())
            .filter(m -> m.isAnnotationPresent(Test.class))
            .sorted(Comparator.comparing(Method::getName))
            .toList();
    for (Method test : tests) {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      test.setAccessible(true);
      try {
        test.invoke(constructor.newInstance());
        out.println(PASSED + type.getSimpleName() + "." + test.getName());
      } catch (InvocationTargetException e) {
        Throwable cause = Objects.requireNonNull(e.getCause());
        String what = cause instanceof TestAbortedException ? SKIPPED : FAILED;
        out.println(what + type.getSimpleName() + "." + test.getName() + " " + words(cause));
      }
    }
  }

  /** A failure on one line, so that it survives a serial console. */
  private static String words(Throwable failure) {
    if (failure instanceof TestAbortedException) {
      return String.valueOf(failure.getMessage());
    }
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString().strip().replace("\n", "\\n");
  }
}
