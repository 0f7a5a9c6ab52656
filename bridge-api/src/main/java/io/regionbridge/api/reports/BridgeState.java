package io.regionbridge.api.reports;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.metrics.Measured.Imports;
import io.regionbridge.api.metrics.Measured.Share;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.tls.TlsFiles;
import io.regionbridge.api.zones.CompiledZones;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.topology.Topology;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.Name;

/** What reports are made from: the state of a bridge at the moment of each call. Any thread. */
public interface BridgeState {
  /** The configuration in force. */
  BridgeConfig config();

  /** Why the last change of the configuration file was refused; empty if it was not. */
  List<ConfigProblem> refusedConfig();

  /** The keys of the configuration file whose new values wait for a restart. */
  List<String> waitingConfig();

  /** How many changes of the configuration file were refused. */
  long reloadFailures();

  /** The local Services. */
  Directory directory();

  /** What is wrong with the source of the local Services. */
  List<String> directoryProblems();

  /** The local zones in force, if any were made. */
  Optional<CompiledZones> zones();

  /** The regions as they are known now. */
  Topology topology();

  /** What is known of the peers' directories, by region; nothing of one that is not followed. */
  Map<String, FollowerState> replicas();

  /** The regions that names over all regions are made of, in order of preference. */
  List<RegionServices> regions();

  /** Which regions were considered for a name over all regions, and which answer. */
  List<String> explain(Name name);

  /** The regions that answer for a name over all regions. */
  List<String> answering(Name name);

  /** How much of the heap each part that grows may take and takes. */
  List<Share> memory();

  /** How many Services are exported and imported; empty where that is switched off. */
  Optional<Imports> imports();

  /** Whether this node is the active gateway; no node is where none is elected. */
  boolean active();

  /** How traffic gets to the peers' pods. */
  EgressReport egress();

  /** The tunnels of this node. */
  List<BridgeStatus.Tunnel> tunnels();

  /** When the last handshake with each region was, by the region's name. */
  Map<String, Instant> handshakes();

  /** When this node's key on the overlay expires, where its agent says so. */
  Optional<Instant> keyExpiry();

  /**
   * What the peer with this key may know of this region.
   *
   * @param key of the peer that asks, base64
   */
  JsonNode announcement(Optional<String> key);

  /** The conditions of everything around the data plane, without times. */
  List<Condition> surroundings();

  /** The data plane. */
  DnsBridge dns();

  /** Where DNS is served, as bound. */
  List<InetSocketAddress> dnsAddresses();

  /** Keys and certificates. */
  TlsFiles tls();

  /** The health of the background loops. */
  List<LoopHealth> loops();

  /** Why queries should not be sent here; empty if they should. */
  List<String> notReady();
}
