package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterClientTest {
  @ParameterizedTest(name = "{0} by {1} but not {2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          https://10.43.0.1:443      | http://192.0.2.99:3128 | 192.168.0.0/16     | 192.0.2.99:3128, as HTTPS_PROXY
          https://10.43.0.1:443      | https://me:a@b@192.0.2.99:3128 | -          | 192.0.2.99:3128, as HTTPS_PROXY
          https://10.43.0.1:443      | no proxy               | -                  | no proxy, as HTTPS_PROXY
          https://10.43.0.1:443      | 192.0.2.99:3128        | -                  | 192.0.2.99:3128, as HTTPS_PROXY
          https://10.43.0.1:443      | http://192.0.2.99:3128 | x.y,10.0.0.0/8     | -
          https://10.43.0.1:443      | http://192.0.2.99:3128 | 10.43.0.1          | -
          https://api.example:6443   | http://192.0.2.99:3128 | .example           | -
          https://api.example:6443   | -                      | -                  | -
          http://api.example:8080    | http://192.0.2.99:3128 | -                  | -
          """)
  void aProxyIsNamedWithTheVariableThatItComesFrom(
      String server, String proxy, String spared, String said) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(server)
            .withHttpsProxy(proxy)
            .withNoProxy(spared == null ? null : spared.split(","))
            .build();
    if (said == null) {
      assertThat(ClusterClient.proxy(config)).isEmpty();
    } else {
      assertThat(ClusterClient.proxy(config).orElseThrow())
          .contains("the proxy " + said, " to NO_PROXY");
    }
  }
}
