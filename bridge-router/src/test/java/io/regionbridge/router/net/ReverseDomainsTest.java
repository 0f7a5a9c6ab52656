package io.regionbridge.router.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReverseDomainsTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # range,           zones, first,                     last
          10.0.0.0/8,         1,   10.in-addr.arpa,          10.in-addr.arpa
          10.42.0.0/16,       1,   42.10.in-addr.arpa,       42.10.in-addr.arpa
          10.42.0.0/15,       2,   42.10.in-addr.arpa,       43.10.in-addr.arpa
          10.42.128.0/17,     128, 128.42.10.in-addr.arpa,   255.42.10.in-addr.arpa
          10.42.16.0/22,      4,   16.42.10.in-addr.arpa,    19.42.10.in-addr.arpa
          10.42.1.0/24,       1,   1.42.10.in-addr.arpa,     1.42.10.in-addr.arpa
          10.42.1.4/30,       4,   4.1.42.10.in-addr.arpa,   7.1.42.10.in-addr.arpa
          10.42.1.4/32,       1,   4.1.42.10.in-addr.arpa,   4.1.42.10.in-addr.arpa
          0.0.0.0/0,          1,   in-addr.arpa,             in-addr.arpa
          fd00:42::/32,       1,   2.4.0.0.0.0.d.f.ip6.arpa, 2.4.0.0.0.0.d.f.ip6.arpa
          fd00:42::/31,       2,   2.4.0.0.0.0.d.f.ip6.arpa, 3.4.0.0.0.0.d.f.ip6.arpa
          fd00:40::/26,       4,   4.0.0.0.0.d.f.ip6.arpa,   7.0.0.0.0.d.f.ip6.arpa
          fd00:40::/29,       8,   0.4.0.0.0.0.d.f.ip6.arpa, 7.4.0.0.0.0.d.f.ip6.arpa
          """)
  void rangeIsMadeOfTheDomainsWhoseLabelsItFixes(
      String range, int count, String first, String last) {
    Cidr cidr = Cidr.of(range);

    List<String> domains = ReverseDomains.of(cidr);

    assertThat(domains).hasSize(count).doesNotHaveDuplicates();
    assertThat(domains.getFirst()).hasToString(first);
    assertThat(domains.getLast()).hasToString(last);
  }
}
