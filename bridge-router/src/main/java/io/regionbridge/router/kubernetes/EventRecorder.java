package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of what happened to cluster-scoped objects by Events ({@code events.k8s.io/v1}), for people
 * who describe them. Nobody relies on them: one that cannot be written is logged and forgotten.
 * Never blocks; any thread.
 *
 * <p>Writes without {@link ObjectWriter}: each Event is a new object, which is neither compared nor
 * written again.
 */
public final class EventRecorder {
  /** Events about objects without a namespace have to be in this one. */
  private static final String NAMESPACE = "default";

  private static final int LONGEST_NOTE = 1024;
  private static final Logger log = LoggerFactory.getLogger(EventRecorder.class);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final String instance;
  private final Clock clock;

  /** What an event is about. */
  public record Subject(String apiVersion, String kind, String name, String uid) {}

  /** The type of an Event. */
  public enum Type {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String text;

    Type(String text) {
      this.text = text;
    }
  }

  /**
   * @param instance the reporting node's name
   */
  public EventRecorder(KubernetesClient client, String instance, Clock clock) {
    this.client = client;
    this.instance = instance;
    this.clock = clock;
  }

  /**
   * Records an Event.
   *
   * @param reason one word in CamelCase, as is {@code action}
   * @param note one sentence
   */
  public void record(Subject subject, Type type, String reason, String action, String note) {
    Event event =
        new EventBuilder()
            .withNewMetadata()
            .withName(
                subject.name() + "." + Long.toHexString(ThreadLocalRandom.current().nextLong()))
            .withNamespace(NAMESPACE)
            .endMetadata()
            .withEventTime(new MicroTime(MICROS.format(clock.instant())))
            .withType(type.text)
            .withReason(reason)
            .withAction(action)
            .withNote(note.length() > LONGEST_NOTE ? note.substring(0, LONGEST_NOTE) : note)
            .withReportingController("region-bridge.io/bridge")
            .withReportingInstance(instance)
            .withNewRegarding()
            .withApiVersion(subject.apiVersion())
            .withKind(subject.kind())
            .withName(subject.name())
            .withUid(subject.uid().isEmpty() ? null : subject.uid())
            .endRegarding()
            .build();
    Thread.ofVirtual().name("event").start(() -> write(event));
  }

  private void write(Event event) {
    try {
      client.events().v1().events().inNamespace(NAMESPACE).resource(event).create();
    } catch (KubernetesClientException e) {
      log.debug("cannot write an event about {}", event.getRegarding().getName(), e);
    }
  }
}
