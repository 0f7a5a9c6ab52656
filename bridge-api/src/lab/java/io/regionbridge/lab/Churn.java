package io.regionbridge.lab;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Changes endpoints: {@code Churn URL TOKEN-FILE PREFIX SLICES RATE SECONDS PROGRESS}. Each change
 * gives one of the EndpointSlices churn-0, churn-1, … below the URL three other addresses, which
 * begin with PREFIX, by turns; so many a second, evenly. Prints what became of it, and then which
 * addresses each slice has in the end. The file PROGRESS says meanwhile how many were made.
 */
final class Churn {
  /** Fewer than the API server takes at once. */
  private static final int MOST_AT_ONCE = 16;

  private static final int ADDRESSES = 25_000;
  private static final int PER_SLICE = 3;
  private static final int MOST_TRIES = 5;
  private static final int FAILURES_TOLD = 20;

  /**
   * Whole objects cost the API server less than patches. It keeps no record of who set which field,
   * which would cost it as much again.
   */
  private static final String OBJECT =
      """
      {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
       "metadata": {"name": "NAME", "labels": {"kubernetes.io/service-name": "NAME"}, "managedFields": [{}]},
       "addressType": "IPv4", "ports": [{"name": "any", "port": 80, "protocol": "TCP"}],
       "endpoints": [ENDPOINTS]}\
      """;

  private final HttpClient client;
  private final String url;
  private final String token;
  private final String prefix;
  private final AtomicInteger repeated = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();

  private Churn(HttpClient client, String url, String token, String prefix) {
    this.client = client;
    this.url = url;
    this.token = token;
    this.prefix = prefix;
  }

  public static void main(String[] args)
      throws IOException, InterruptedException, GeneralSecurityException {
    // The certificate is of the lab's own making.
    System.setProperty("jdk.internal.httpclient.disableHostnameVerification", "true");
    SSLContext trusting = SSLContext.getInstance("TLS");
    trusting.init(null, new TrustManager[] {new Trusting()}, null);
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(trusting)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build()) {
      String token = Files.readString(Path.of(args[1])).strip();
      Churn churn = new Churn(client, args[0], token, args[2]);
      Path progress = Path.of(args[6]);
      Thread.ofPlatform().daemon().start(() -> churn.tell(progress));
      churn.run(Integer.parseInt(args[3]), Integer.parseInt(args[4]), Integer.parseInt(args[5]));
      Files.writeString(progress, churn.made.get() + "\n");
    }
  }

  private void run(int slices, int rate, int seconds) throws InterruptedException {
    long[] took = new long[rate * seconds];
    // One change of a slice at a time, so that the last one is the last one.
    Semaphore[] turns = new Semaphore[slices];
    Arrays.setAll(turns, _ -> new Semaphore(1, true));
    int[] last = new int[slices];
    Semaphore room = new Semaphore(MOST_AT_ONCE);
    long began = System.nanoTime();
    try (ExecutorService changes = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int n = 0; n < took.length; n++) {
        int change = n;
        int slice = n % slices;
        room.acquire();
        turns[slice].acquire();
        changes.submit(() -> {
          long sent = System.nanoTime();
          boolean done = false;
          for (int tries = 0; !done && tries < MOST_TRIES; tries++) {
            done = replaced(slice, change);
          }
          if (done) {
            last[slice] = change;
            made.incrementAndGet();
          }
          took[change] = System.nanoTime() - sent;
          turns[slice].release();
          room.release();
        });
        LockSupport.parkNanos(began + (n + 1) * (1_000_000_000L / rate) - System.nanoTime());
      }
    }
    double lasted = (System.nanoTime() - began) / 1e9;
    Arrays.sort(took);
    System.out.printf(
        "changes=%d failed=%d repeated=%d per_second=%.1f median_ms=%.1f p99_ms=%.1f%n",
        took.length,
        took.length - made.get(),
        repeated.get(),
        took.length / lasted,
        took[took.length / 2] / 1e6,
        took[took.length * 99 / 100] / 1e6);
    for (int slice = 0; slice < slices; slice++) {
      StringBuilder line = new StringBuilder("churn-" + slice);
      for (int i = 0; i < PER_SLICE; i++) {
        line.append(' ').append(address(last[slice], i));
      }
      System.out.println(line);
    }
  }

  private boolean replaced(int slice, int change) {
    StringBuilder endpoints = new StringBuilder();
    for (int i = 0; i < PER_SLICE; i++) {
      endpoints
          .append(i == 0 ? "" : ",")
          .append("{\"addresses\":[\"")
          .append(address(change, i))
          .append("\"],\"conditions\":{\"ready\":true,\"serving\":true}}");
    }
    String name = "churn-" + slice;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/" + name))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .PUT(
                HttpRequest.BodyPublishers.ofString(
                    OBJECT.replace("NAME", name).replace("ENDPOINTS", endpoints)))
            .build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        return true;
      }
      report(response.statusCode() + " " + response.body());
    } catch (IOException e) {
      report(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private void report(String why) {
    if (repeated.incrementAndGet() <= FAILURES_TOLD) {
      System.err.println(why);
    }
  }

  private void tell(Path progress) {
    while (true) {
      try {
        Files.writeString(progress, made.get() + "\n");
      } catch (IOException e) {
        System.err.println(e);
      }
      LockSupport.parkNanos(1_000_000_000L);
    }
  }

  private String address(int change, int i) {
    int n = (change * PER_SLICE + i) % ADDRESSES;
    return prefix + (100 + n / 250) + "." + (n % 250 + 1);
  }

  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
