package io.regionbridge.router.peers;

import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.topology.PeerClaim;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Region objects claim, over time: one that makes sense no more goes on claiming what it did
 * while it made sense. One that never did claims what of it does. Used by one thread.
 */
public final class DeclaredRegions {
  private static final Logger log = LoggerFactory.getLogger(DeclaredRegions.class);

  /** An object that was deleted and made anew is another one. */
  private record Key(String name, String uid) {}

  private Map<Key, PeerClaim> good = new HashMap<>();
  private Map<Key, List<String>> flawed = new HashMap<>();

  /** The readings of these objects, in their order. */
  public Map<RegionFacts, RegionClaims.Reading> look(List<RegionFacts> regions) {
    Map<RegionFacts, RegionClaims.Reading> readings = new LinkedHashMap<>();
    Map<Key, PeerClaim> nowGood = new HashMap<>();
    Map<Key, List<String>> nowFlawed = new HashMap<>();
    for (RegionFacts region : regions) {
      Key key = new Key(region.name(), region.uid());
      RegionClaims.Reading reading = RegionClaims.of(region);
      PeerClaim before = good.get(key);
      if (reading.problems().isEmpty()) {
        nowGood.put(key, reading.claim());
      } else {
        nowFlawed.put(key, reading.problems());
        if (before != null) {
          nowGood.put(key, before);
          reading = new RegionClaims.Reading(before, reading.problems());
        }
        logProblems(key, reading.problems(), before != null);
      }
      readings.put(region, reading);
    }
    good = nowGood;
    flawed = nowFlawed;
    return readings;
  }

  /** What is wrong with objects, each in one text. */
  public static List<String> flaws(Map<RegionFacts, RegionClaims.Reading> readings) {
    return readings.entrySet().stream()
        .filter(entry -> !entry.getValue().problems().isEmpty())
        .map(entry -> flaws(entry.getKey().name(), entry.getValue().problems()))
        .toList();
  }

  private void logProblems(Key key, List<String> problems, boolean keeps) {
    if (!problems.equals(flawed.get(key))) {
      log.warn(
          "{}; {}",
          flaws(key.name(), problems),
          keeps ? "what it said before stays in force" : "the rest of it is in force");
    }
  }

  private static String flaws(String region, List<String> problems) {
    return "Region " + region + ": " + String.join("; ", problems);
  }
}
