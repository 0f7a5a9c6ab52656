package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The status of a router node. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RouterNodeStatus(
    @JsonPropertyDescription("Active or Standby.") @Nullable String role,
    @JsonPropertyDescription(
            "Number of changes of the active gateway when this node took its role. If two nodes"
                + " claim Active, the one with the greater number is.")
        @Nullable Integer transitions,
    @JsonPropertyDescription("The last request to rotate the key that was carried out.")
        @Nullable String keyRotation,
    @JsonPropertyDescription(
            "Routes engine: the ranges that agents send to this node while it is the active"
                + " gateway.")
        @Nullable List<Egress> egress,
    @JsonPropertyDescription(
            "Routes engine: the router node that agents send these ranges to instead, because the"
                + " overlay accepts packets of pods from that one only.")
        @Nullable String carrier,
    @JsonPropertyDescription(
            "Routes engine: addresses of the region's nodes, as ranges. The agent on this node"
                + " accepts encapsulated packets from these only.")
        @Nullable List<String> nodes,
    @JsonPropertyDescription(
            "Regions that are known from the overlay only. Read when a bridge starts.")
        @Size(max = RouterNodeStatus.MOST_UNDECLARED)
        @Nullable List<OverlayRegion> overlayRegions,
    @JsonPropertyDescription("Generation of the spec that was observed.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Conditions of the router node.")
        @Nullable List<Condition> conditions) {

  /** As the border has it; see io.regionbridge.router.border. */
  static final int MOST_UNDECLARED = 64;

  private static final int LONGEST_REGION = 63;

  /** Ranges of one peer region. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Egress(
      @Required @JsonPropertyDescription("Name of the peer region.") String region,
      @Required @JsonProperty("CIDRs") @JsonPropertyDescription("Its ranges.") List<String> cidrs) {
    public Egress {
      Objects.requireNonNull(region, "region");
      Objects.requireNonNull(cidrs, "cidrs");
    }
  }

  /** A region that no Region object and no configuration declares. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record OverlayRegion(
      @Required
          @Size(max = RouterNodeStatus.LONGEST_REGION)
          @JsonPropertyDescription("The name that the region announces.")
          String name,
      @Required
          @Size(max = RegionSpec.MOST_GATEWAYS)
          @JsonPropertyDescription(
              "The keys that announced the region first. Other keys are refused unless a Region"
                  + " object declares them.")
          List<@Size(max = RegionSpec.LONGEST_KEY) String> overlayKeys,
      @Required
          @JsonProperty("CIDRs")
          @Size(max = RegionSpec.MOST_RANGES)
          @JsonPropertyDescription("Its ranges. No other undeclared region gets them.")
          List<@Size(max = RegionSpec.LONGEST_CIDR) String> cidrs) {
    public OverlayRegion {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(overlayKeys, "overlayKeys");
      Objects.requireNonNull(cidrs, "cidrs");
    }
  }
}
