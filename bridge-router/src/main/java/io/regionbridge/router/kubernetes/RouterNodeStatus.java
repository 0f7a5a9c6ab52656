package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a router node fares. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RouterNodeStatus(
    @JsonPropertyDescription("Active or Standby.") @Nullable String role,
    @Nullable Long observedGeneration,
    @Nullable List<Condition> conditions) {}
