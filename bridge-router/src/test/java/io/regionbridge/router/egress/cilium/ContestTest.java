package io.regionbridge.router.egress.cilium;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContestTest {
  @ParameterizedTest(name = "{0} without {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          # destinations             | excluded     | what is taken of 10.42.0.0/16 and fd00:42::/48
          10.42.0.0/16               | -            | 10.42.0.0/16
          10.42.7.0/24               | -            | 10.42.0.0/16
          fd00:42:0:1::/64           | -            | fd00:42::/48
          192.0.2.0/24 10.42.7.9/32  | -            | 10.42.0.0/16
          0.0.0.0/0                  | -            | -
          0.0.0.0/0                  | 10.0.0.0/8   | -
          0.0.0.0/0                  | 10.42.0.0/16 | -
          0.0.0.0/0                  | 10.42.7.0/24 | 10.42.0.0/16
          10.42.0.0/16               | 10.42.0.0/16 | -
          10.42.0.0/16               | 10.0.0.0/8   | 10.42.0.0/16
          10.42.0.0/16               | 10.42.7.0/24 | 10.42.0.0/16
          10.0.0.0/8 10.43.0.0/16    | -            | -
          fd00::/8                   | -            | -
          """)
  void onlyTheSameRangeAndAPartOfItAreTaken(String destinations, String excluded, String taken) {
    assertThat(
            Contest.taken(
                ranges("10.42.0.0/16 fd00:42::/48"), ranges(destinations), ranges(excluded)))
        .isEqualTo(ranges(taken).stream().findFirst());
  }

  private static List<Cidr> ranges(String texts) {
    return texts == null ? List.of() : Stream.of(texts.split(" ")).map(Cidr::of).toList();
  }
}
