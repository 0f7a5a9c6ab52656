package io.regionbridge.api.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.NamesReport;
import io.regionbridge.api.text.Printable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code __complete}: what the last word on a command line may become, where only a bridge or a
 * cluster knows that: regions, names, contexts, namespaces and pods. The scripts of {@code
 * completion} call it for words that they know nothing for. It prints one word in each line, and
 * nothing if no bridge answers in time.
 */
@CommandLine.Command(
    name = "__complete",
    hidden = true,
    header = "Print what the last word may become, for completion scripts.")
final class CompleteCommand implements Command {
  /** Short, since a person waits at a prompt. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /** The most words to offer. */
  private static final int MOST = 500;

  private final Terminal terminal;
  private final Duration timeout;

  @Spec
  @SuppressWarnings("NullAway.Init") // by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "WORD",
      description =
          "After --: the words of the command line without the program's name. The last one is"
              + " completed.")
  private List<String> words = List.of();

  CompleteCommand(Terminal terminal) {
    this(terminal, TIMEOUT);
  }

  CompleteCommand(Terminal terminal, Duration timeout) {
    this.terminal = terminal;
    this.timeout = timeout;
  }

  /** Which bridge or cluster the line is about, as far as it is typed; the rest is left alone. */
  @CommandLine.Command(name = "line")
  private static final class Typed {
    @Mixin private final TargetOptions target = new TargetOptions();

    @Parameters(arity = "0..*")
    @SuppressWarnings("unused") // so that the other words are no errors
    private List<String> others = List.of();

    static TargetOptions in(List<String> words) {
      Typed typed = new Typed();
      CommandLine line = new CommandLine(typed);
      line.getCommandSpec().parser().collectErrors(true);
      line.setUnmatchedArgumentsAllowed(true).setUnmatchedOptionsArePositionalParams(true);
      line.setExpandAtFiles(false);
      line.parseArgs(words.toArray(String[]::new));
      return typed.target;
    }
  }

  @Override
  public int run() {
    if (words.isEmpty()) {
      return ExitCode.OK;
    }
    List<String> before = words.subList(0, words.size() - 1);
    String word = words.getLast();
    Optional<ArgSpec> wanted = wanted(before);
    if (wanted.isPresent()) {
      Iterable<String> known = wanted.get().completionCandidates();
      List<String> candidates =
          known == null
              ? inTime(() -> ask(before.getFirst(), label(wanted.get()), Typed.in(before), word))
              : StreamSupport.stream(known.spliterator(), false).toList();
      candidates.stream()
          .filter(candidate -> candidate.startsWith(word) && Printable.isPrintable(candidate))
          .distinct()
          .sorted()
          .limit(MOST)
          .forEach(terminal.out()::println);
    }
    return ExitCode.OK;
  }

  /** What the next word is a value of; empty: it is none of a command. */
  private Optional<ArgSpec> wanted(List<String> before) {
    CommandLine line = before.isEmpty() ? null : spec.root().subcommands().get(before.getFirst());
    if (line == null) {
      return Optional.empty();
    }
    CommandSpec command = line.getCommandSpec();
    int position = 0;
    for (int i = 1; i < before.size(); i++) {
      String each = before.get(i);
      OptionSpec option = command.findOption(each);
      if (option != null && option.arity().max() > 0) {
        if (++i == before.size()) {
          return Optional.of(option);
        }
      } else if (!each.startsWith("-")) {
        position++;
      }
    }
    int at = position;
    return command.positionalParameters().stream()
        .filter(parameter -> parameter.index().contains(at))
        .map(ArgSpec.class::cast)
        .findFirst();
  }

  /** An option by its longest name, an operand by what the help text calls it. */
  private static String label(ArgSpec wanted) {
    return wanted instanceof OptionSpec option ? option.longestName() : wanted.paramLabel();
  }

  private static Stream<String> ofCluster(String label, TargetOptions target) {
    try (KubernetesClient client = PodTarget.client(target.context())) {
      return switch (label) {
        case "--pod" -> PodTarget.names(client, target.namespace()).stream();
        case "--from" ->
            client.pods().inAnyNamespace().list().getItems().stream()
                .map(pod -> pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName());
        default ->
            client.namespaces().list().getItems().stream()
                .map(namespace -> namespace.getMetadata().getName());
      };
    }
  }

  private static List<String> ask(String command, String label, TargetOptions target, String word) {
    boolean ofDirectory = command.equals("names") && label.equals("--namespace");
    return switch (label) {
      case "--context" ->
          Config.autoConfigure(null).getContexts().stream().map(c -> c.getName()).toList();
      case "--namespace", "--bridge-namespace", "--pod", "--from" ->
          ofDirectory
              ? names(target, "").map(NamesReport.Entry::namespace).toList()
              : ofCluster(label, target).toList();
      case "REGION" ->
          command.equals("verify") && word.contains(".")
              ? withColon(target, word)
              : regions(target, command.equals("names"));
      case "NAME:PORT" -> withColon(target, word);
      case "NAME" -> names(target, word).map(NamesReport.Entry::name).toList();
      case "--zone" -> domains(target);
      default -> List.of();
    };
  }

  /** A port follows, which the user types. */
  private static List<String> withColon(TargetOptions target, String word) {
    return names(target, word).map(entry -> entry.name() + ":").toList();
  }

  /** The peers, and the region itself where it is one of those that are asked for. */
  private static List<String> regions(TargetOptions target, boolean own) {
    BridgeStatus status = status(target);
    return Stream.concat(
            status.peers().stream().map(BridgeStatus.Peer::name),
            Stream.of(status.region().name()).filter(_ -> own))
        .toList();
  }

  private static List<String> domains(TargetOptions target) {
    BridgeStatus status = status(target);
    return Stream.concat(
            status.peers().stream().map(BridgeStatus.Peer::domain),
            Stream.of(status.region().domain()))
        .toList();
  }

  private static BridgeStatus status(TargetOptions target) {
    try (AdminClient client = target.bridge()) {
      return client.status();
    }
  }

  private static Stream<NamesReport.Entry> names(TargetOptions target, String match) {
    try (AdminClient client = target.bridge()) {
      return client.names("", "", match).names().stream();
    }
  }

  /** On any failure offers nothing: a prompt has no place for an error. */
  private List<String> inTime(Supplier<List<String>> look) {
    CompletableFuture<List<String>> found = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            found.complete(look.get());
          } catch (RuntimeException e) {
            found.completeExceptionally(e);
          }
        });
    try {
      return found.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException _) {
      return List.of();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }
}
