package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a router node fares. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RouterNodeStatus(
    @JsonPropertyDescription("Active or Standby.") @Nullable String role,
    @JsonPropertyDescription(
            "How often the active gateway has changed, as of this role: of two that say Active, the"
                + " greater one is.")
        @Nullable Integer transitions,
    @JsonPropertyDescription("The last request to rotate its key that was taken up.")
        @Nullable String keyRotation,
    @JsonPropertyDescription(
            "What nodes with an agent send to this node while it is the active gateway.")
        @Nullable List<Egress> egress,
    @JsonPropertyDescription(
            "The router node that nodes with an agent send it to instead, where the overlay accepts"
                + " packets of pods from that one only.")
        @Nullable String carrier,
    @JsonPropertyDescription(
            "The addresses of the region's nodes, as ranges: an agent on this node accepts"
                + " encapsulated packets from these only.")
        @Nullable List<String> nodes,
    @JsonPropertyDescription(
            "Regions that nothing but the overlay tells of. A bridge that starts knows them by"
                + " this.")
        @Size(max = RouterNodeStatus.MOST_UNDECLARED)
        @Nullable List<OverlayRegion> overlayRegions,
    @Nullable Long observedGeneration,
    @Nullable List<Condition> conditions) {

  /** As the border has it; see io.regionbridge.router.border. */
  static final int MOST_UNDECLARED = 64;

  private static final int LONGEST_REGION = 63;

  /** Ranges of one peer region. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Egress(
      @Required String region, @JsonProperty("CIDRs") @Required List<String> cidrs) {
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
          @JsonPropertyDescription("What it calls itself.")
          String name,
      @Required
          @Size(max = RegionSpec.MOST_GATEWAYS)
          @JsonPropertyDescription(
              "The keys that spoke for it first: no other key does unless a Region object declares"
                  + " it.")
          List<@Size(max = RegionSpec.LONGEST_KEY) String> overlayKeys,
      @Required
          @JsonProperty("CIDRs")
          @Size(max = RegionSpec.MOST_RANGES)
          @JsonPropertyDescription("Its ranges, which no other undeclared region gets.")
          List<@Size(max = RegionSpec.LONGEST_CIDR) String> cidrs) {
    public OverlayRegion {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(overlayKeys, "overlayKeys");
      Objects.requireNonNull(cidrs, "cidrs");
    }
  }
}
