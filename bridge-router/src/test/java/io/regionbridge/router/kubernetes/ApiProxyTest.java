package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiProxyTest {
  @ParameterizedTest(name = "{0} by {1} but not {2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          # server                   | HTTPS_PROXY              | NO_PROXY           | shown              | used
          https://10.43.0.1:443      | http://192.0.2.99:3128   | 192.168.0.0/16     | 192.0.2.99:3128    | http://192.0.2.99:3128
          https://10.43.0.1:443      | https://192.0.2.99       | -                  | 192.0.2.99         | https://192.0.2.99:443
          https://10.43.0.1:443      | proxy.example            | -                  | proxy.example      | http://proxy.example:80
          https://10.43.0.1:443      | http://[fd00::9]:3128/   | -                  | [fd00::9]:3128     | http://[fd00::9]:3128
          https://10.43.0.1:443      | http://me:a@b@192.0.2.99:3128 | -             | 192.0.2.99:3128    | http://192.0.2.99:3128
          https://10.43.0.1:443      | 192.0.2.99:3128          | -                  | 192.0.2.99:3128    | http://192.0.2.99:3128
          https://10.43.0.1:443      | no proxy                 | -                  | no proxy           | -
          https://10.43.0.1:443      | http://192.0.2.99:99999  | -                  | 192.0.2.99:99999   | -
          https://10.43.0.1:443      | socks5://me:x@192.0.2.99:1080 | -             | socks5://192.0.2.99:1080 | -
          https://10.43.0.1:443      | ://                      | -                  | :                  | -
          https://10.43.0.1:443      | http://192.0.2.99:3128   | x.y, 10.0.0.0/8    | -                  | -
          https://10.43.0.1:443      | http://192.0.2.99:3128   | 10.43.7.7/16       | -                  | -
          https://10.43.0.1:443      | http://192.0.2.99:3128   | 10.43.0.1          | -                  | -
          https://10.43.0.1:443      | http://192.0.2.99:3128   | 10.43.0.1:443      | -                  | -
          https://10.43.0.1:443      | http://192.0.2.99:3128   | 10.43.0.1:6443     | 192.0.2.99:3128    | http://192.0.2.99:3128
          https://10.43.0.1:443      | http://192.0.2.99:3128   | 10.43.0            | 192.0.2.99:3128    | http://192.0.2.99:3128
          https://10.43.0.1:443      | http://192.0.2.99:3128   | *                  | -                  | -
          https://10.43.0.1:443      | http://192.0.2.99:3128   | ,/,://,*.,[,:99    | 192.0.2.99:3128    | http://192.0.2.99:3128
          https://[fd00::1]:6443     | http://192.0.2.99:3128   | fd00::/8           | -                  | -
          https://[fd00::1]:6443     | http://192.0.2.99:3128   | [fd00::1]:6443     | -                  | -
          https://[fd00::1]:6443     | http://192.0.2.99:3128   | fd00::1            | -                  | -
          https://api.example:6443   | http://192.0.2.99:3128   | .example           | -                  | -
          https://api.example:6443   | http://192.0.2.99:3128   | *.example          | -                  | -
          https://api.example:6443   | http://192.0.2.99:3128   | EXAMPLE            | -                  | -
          https://api.example:6443   | http://192.0.2.99:3128   | .api.example       | 192.0.2.99:3128    | http://192.0.2.99:3128
          https://myexample:6443     | http://192.0.2.99:3128   | example            | 192.0.2.99:3128    | http://192.0.2.99:3128
          https://api.example:6443   | -                        | -                  | -                  | -
          http://api.example:8080    | http://192.0.2.99:3128   | -                  | -                  | -
          """)
  void aServerIsAskedByTheProxyThatKubectlUses(
      String server, String proxy, String spared, String shown, String used) {
    Map<String, String> environment = new HashMap<>();
    if (proxy != null) {
      environment.put("HTTPS_PROXY", proxy);
    }
    if (spared != null) {
      environment.put("no_proxy", spared);
    }
    Optional<ApiProxy> chosen = ApiProxy.of(config(server).build(), environment);
    assertThat(chosen.map(ApiProxy::shown)).isEqualTo(Optional.ofNullable(shown));
    assertThat(chosen.flatMap(ApiProxy::url).map(String::valueOf))
        .isEqualTo(Optional.ofNullable(used));
  }

  @Test
  void aConditionNamesTheProxyItsSourceAndTheRemedy() {
    assertThat(describe(config("https://10.43.0.1"), Map.of("https_proxy", "http://me:x@p:1")))
        .isEqualTo(
            "the API server is asked by way of the proxy p:1, as https_proxy says: add 10.43.0.1"
                + " to NO_PROXY to ask it directly");
    assertThat(describe(config("https://10.43.0.1"), Map.of("HTTPS_PROXY", "socks5://me:x@p:1")))
        .isEqualTo(
            "HTTPS_PROXY names socks5://p:1, which is no HTTP proxy: the API server is asked"
                + " directly");
    assertThat(
            describe(
                config("https://10.43.0.1").withHttpProxy("http://k:1"),
                Map.of("HTTPS_PROXY", "http://p:1", "NO_PROXY", "*")))
        .isEqualTo(
            "the API server is asked by way of the proxy k:1, as proxy-url of the kubeconfig says:"
                + " remove it to ask it directly");
  }

  @Test
  void aClientUsesTheProxyThatIsChosenAndNoOther() {
    Config config =
        config("https://10.43.0.1").withHttpProxy("http://other:1").withNoProxy("*").build();
    Map<String, String> environment =
        Map.of("HTTP_PROXY", "http://other:1", "HTTPS_PROXY", "http://me:a:b@p:1");

    ApiProxy.apply(ApiProxy.of(config, environment), config);

    assertThat(config.getHttpsProxy()).isEqualTo("http://p:1");
    assertThat(config.getProxyUsername()).isEqualTo("me");
    assertThat(config.getProxyPassword()).isEqualTo("a:b");
    assertThat(config.getNoProxy()).isEmpty();

    ApiProxy.apply(Optional.empty(), config);

    assertThat(config.getHttpsProxy()).isNull();
    assertThat(config.getHttpProxy()).isNull();
    assertThat(config.getProxyPassword()).isNull();
  }

  private static ConfigBuilder config(String server) {
    return new ConfigBuilder(Config.empty()).withMasterUrl(server);
  }

  private static String describe(ConfigBuilder config, Map<String, String> environment) {
    return ApiProxy.of(config.build(), environment).orElseThrow().describe();
  }
}
