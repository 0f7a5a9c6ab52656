package io.regionbridge.api.diagnosis;

import io.regionbridge.router.loop.FailureReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes one archive for a bug report. Each part is collected by itself: one that fails leaves its
 * reason in the archive and costs nothing else. Secrets are removed from every part. The archive is
 * smaller than {@link #MAX_OCTETS}: a part that would not fit any more is cut to its end, then left
 * out.
 */
public final class BundleWriter implements AutoCloseable {
  /** Maximum size of the archive, in octets. */
  public static final int MAX_OCTETS = 5_000_000;

  /** Bound of one part before it is compressed, in octets. */
  static final int MAX_PART_OCTETS = 4_000_000;

  /** What the list of parts and the archive's own index may take. */
  private static final int RESERVE = 200_000;

  /** Collects one part. */
  @FunctionalInterface
  public interface Part {
    /** The text, secrets included. */
    String collect() throws Exception;
  }

  private final CountingStream counting;
  private final ZipOutputStream zip;
  private final String title;
  private final List<String> contents = new ArrayList<>();

  /** Creates an archive whose description begins with {@code title}. */
  public BundleWriter(OutputStream out, String title) {
    counting = new CountingStream(out);
    zip = new ZipOutputStream(counting, StandardCharsets.UTF_8);
    this.title = title;
  }

  /**
   * Adds a file. If the part fails, its error becomes the content.
   *
   * @throws IOException if the archive cannot be written
   */
  public void add(String name, Part part) throws IOException {
    String text;
    try {
      text = Redactor.redact(part.collect());
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      contents.add(name + ": not collected: " + Redactor.redact(FailureReason.describe(e)));
      return;
    }
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    long room = MAX_OCTETS - RESERVE - counting.written;
    // Even text that does not compress at all fits.
    int most = (int) Math.min(MAX_PART_OCTETS, Math.max(0, room));
    if (most == 0) {
      contents.add(name + ": left out, the archive is full");
      return;
    }
    int from = Math.max(0, octets.length - most);
    zip.putNextEntry(new ZipEntry(name));
    zip.write(octets, from, octets.length - from);
    zip.closeEntry();
    contents.add(
        from == 0 ? name : "%s: the last %d of %d octets".formatted(name, most, octets.length));
  }

  /** What is in the archive, one line for each part, with the reason for each that is not. */
  public List<String> contents() {
    return List.copyOf(contents);
  }

  @Override
  public void close() throws IOException {
    zip.putNextEntry(new ZipEntry("README.txt"));
    String text =
        title
            + "\nSecrets are removed: values that are called like secrets, tokens, private keys."
            + "\nNames, addresses and public keys are in it.\n\n"
            + String.join("\n", contents)
            + "\n";
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
    zip.close();
  }

  private static final class CountingStream extends OutputStream {
    private final OutputStream out;
    private long written;

    CountingStream(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
      out.write(octet);
      written++;
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
      out.write(octets, offset, length);
      written += length;
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
