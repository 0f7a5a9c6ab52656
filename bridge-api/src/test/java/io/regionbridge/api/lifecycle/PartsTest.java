package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PartsTest {
  @Test
  void closesInReverseOrderOnceAndWhateverFails() {
    List<String> closed = new ArrayList<>();
    Parts parts = new Parts();
    parts.add(() -> closed.add("first"));
    parts.add(() -> {
      closed.add("second");
      throw new IllegalStateException("for the test");
    });
    parts.add(() -> closed.add("third"));
    parts.close();
    parts.close();
    assertThat(closed).containsExactly("third", "second", "first");
  }
}
