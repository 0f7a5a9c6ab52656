package io.regionbridge.router.directory.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.regionbridge.router.loop.FailureReason;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads Services and EndpointSlices from Kubernetes manifests: YAML of any number of documents or
 * JSON, single objects or lists. Objects of other kinds may be among them and are passed over.
 *
 * <p>Memory grows with the facts, not with the text: one object is held at a time. Safe for use by
 * any number of threads.
 */
public final class ManifestReader {
  /**
   * In characters of one document. The library's default of 3 Mi keeps a server from choking on
   * what strangers send; here the operator's own list of 100,000 endpoints is ten times that.
   */
  private static final int LONGEST_DOCUMENT = 1 << 30;

  /** How far to look for what format a file has, in octets. */
  private static final int PEEK = 4096;

  /** What a parser quotes of the text: more than one character, or the name of something. */
  private static final Pattern QUOTED =
      Pattern.compile("'[^']{2,}'|(?<=(tag handle|alias|anchor|directive) )\\S+");

  private static final JsonFactory JSON = new JsonFactory();
  private static final YAMLFactory YAML = yaml();

  private ManifestReader() {}

  /** Reads a file without a limit of memory. Problems are in the result. */
  public static ManifestReading read(Path file) {
    return read(file, Long.MAX_VALUE);
  }

  /**
   * Reads a file. Problems are in the result.
   *
   * @param room octets for its directory; beyond it objects are counted and not kept
   */
  public static ManifestReading read(Path file, long room) {
    return read(file, room, false, new ObjectParser(file.toString())::parse);
  }

  /**
   * Reads a file.
   *
   * @param room octets of memory for its directory
   * @param allKeys whether to read keys that nothing here uses
   */
  static ManifestReading read(
      Path file, long room, boolean allKeys, DocumentReader.Objects objects) {
    try (InputStream in = Files.newInputStream(file)) {
      Stamp before = Stamp.of(file);
      ManifestReading reading = read(file.toString(), in, room, allKeys, objects);
      // Half a file may well be sound, with half of the Services.
      return before.equals(Stamp.of(file))
          ? reading
          : unreadable(file.toString(), 0, 0, "it is being written; it is read again after that");
    } catch (NoSuchFileException e) {
      return unreadable(file.toString(), 0, 0, "no such file; it is read when it appears");
    } catch (AccessDeniedException e) {
      return unreadable(file.toString(), 0, 0, "no permission to read it");
    } catch (IOException e) {
      return unreadable(
          file.toString(),
          0,
          0,
          Files.isDirectory(file)
              ? "it is a directory; list the files in it one by one"
              : "cannot be read: " + FailureReason.of(e));
    }
  }

  /**
   * Reads a stream to its end.
   *
   * @param file what to call it in problems
   * @throws IOException if the stream itself fails
   */
  public static ManifestReading read(String file, InputStream stream) throws IOException {
    return read(file, stream, Long.MAX_VALUE, false, new ObjectParser(file)::parse);
  }

  private static ManifestReading read(
      String file, InputStream stream, long room, boolean allKeys, DocumentReader.Objects objects)
      throws IOException {
    BufferedInputStream in = new BufferedInputStream(stream, 1 << 16);
    boolean json = looksLikeJson(in);
    try (JsonParser parser = (json ? JSON : YAML).createParser(in)) {
      parser.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
      ContentBuilder content = new ContentBuilder(file, room);
      int documents = new DocumentReader(parser, allKeys, objects, content).readAll();
      return documents == 0
          ? unreadable(
              file, 0, 0, "it is empty; for no Services at all write kind: List, items: []")
          : content.build();
    } catch (JsonProcessingException e) {
      return notParsed(file, json ? "JSON" : "YAML", e);
    } catch (CharacterCodingException e) {
      return unreadable(file, 0, 0, "not UTF-8");
    }
  }

  /** What tells that a file was written to. */
  private record Stamp(long size, FileTime modified) {
    static Stamp of(Path file) throws IOException {
      return new Stamp(Files.size(file), Files.getLastModifiedTime(file));
    }
  }

  private static YAMLFactory yaml() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(LONGEST_DOCUMENT);
    return YAMLFactory.builder().loaderOptions(options).build();
  }

  /**
   * Whether the text begins with an object whose first key is in quotes. JSON is YAML too, but
   * takes a tenth of the time when read as what it is.
   */
  private static boolean looksLikeJson(InputStream in) throws IOException {
    in.mark(PEEK);
    boolean json = false;
    if (nextVisible(in) == '{') {
      int first = nextVisible(in);
      json = first == '"' || first == '}';
    }
    in.reset();
    return json;
  }

  private static int nextVisible(InputStream in) throws IOException {
    int c = in.read();
    for (int i = 0; i < PEEK / 2 - 1 && (c == ' ' || c == '\t' || c == '\r' || c == '\n'); i++) {
      c = in.read();
    }
    return c;
  }

  private static ManifestReading notParsed(
      String file, String format, JsonProcessingException problem) {
    JsonLocation at = problem.getLocation();
    int line = at == null ? 0 : Math.max(at.getLineNr(), 0);
    int column = at == null ? 0 : Math.max(at.getColumnNr(), 0);
    String reason = firstLine(problem.getOriginalMessage());
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      // Knows better than the token before it where the trouble is.
      if (cause instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
        line = marked.getProblemMark().getLine() + 1;
        column = marked.getProblemMark().getColumn() + 1;
        reason = firstLine(marked.getProblem());
      }
    }
    // The file may hold secrets, and be named here by mistake.
    String sentence = QUOTED.matcher(reason).replaceAll("…");
    return unreadable(file, line, column, "not " + format + ": " + sentence);
  }

  private static ManifestReading unreadable(String file, int line, int column, String reason) {
    return new ManifestReading.Unreadable(new ManifestProblem(file, line, column, "", "", reason));
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return (end < 0 ? message : message.substring(0, end)).strip();
  }
}
