package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A condition of Kubernetes objects (API conventions, "Typical status properties").
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param lastTransitionTime when {@code status} changed, RFC 3339 in whole seconds
 * @param observedGeneration of the spec
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
    @Required @JsonPropertyDescription("Name of the condition.") String type,
    @Required @JsonPropertyDescription("True, False or Unknown.") String status,
    @Required @JsonPropertyDescription("The cause, one word in CamelCase.") String reason,
    @Required @JsonPropertyDescription("The cause, one sentence.") String message,
    @Required @JsonPropertyDescription("When status last changed.") String lastTransitionTime,
    @JsonPropertyDescription("Generation of the spec that was observed.")
        @Nullable Long observedGeneration) {
  public Condition {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(lastTransitionTime, "lastTransitionTime");
  }
}
