# shellcheck shell=bash
# Cassandra, when asked for: one cluster of two data centres, each region one, whose nodes find each other by the names of
# their pods over there. `.ci/tools cassandra` brings its jars.

readonly cassandra_jars=${XDG_CACHE_HOME:-$HOME/.cache}/region-bridge/cassandra

has_cassandra() { [[ -e $state/with-cassandra ]]; }

cassandra_pods() { # REGION
  local pod
  for pod in ${region_pods[$1]}; do
    case $pod in cassandra-*) printf '%s ' "$pod" ;; esac
  done
}

# Java 11 or 17: Cassandra runs on no later one.
cassandra_java() {
  local home
  for home in "${JAVA_HOME-}" /usr/lib/jvm/* /opt/java/*; do
    if [[ -x $home/bin/java ]] && grep -qE '^JAVA_VERSION="(11|17)[."]' "$home/release" 2>/dev/null; then
      echo "$home/bin/java"
      return
    fi
  done
  return 1
}

need_cassandra() {
  [[ -d $cassandra_jars ]] || fail 'not installed: Cassandra; run .ci/tools cassandra'
  cassandra_java >/dev/null || fail 'Cassandra runs on Java 11 or 17, and there is none; run .ci/tools cassandra'
}

cassandra_name() { echo "$2.cassandra.data.svc.$(domain "$1")"; } # REGION POD

cassandra_objects() { # REGION
  local own
  read -r -a own <<<"$(cassandra_pods "$1")"
  namespace_object data
  service data cassandra None cql 9042
  slice "$1" data cassandra cql 9042 "${own[@]}"
}

up_cassandra() {
  has_cassandra || return 0
  local r pod began
  compile_cql
  for r in $(workload_regions); do cassandra_objects "$r" | kubectl_in "$r" apply --server-side -f - >/dev/null; done
  # One after the other: those that join at the same time would choose the same tokens, and two cores have enough of one.
  for r in $(workload_regions); do
    for pod in $(cassandra_pods "$r"); do
      runs "$r-$pod" cassandra && continue
      began=$SECONDS
      start_cassandra "$r" "$pod"
      await 240 "Cassandra in $r-$pod" cassandra_listens "$r" "$pod"
      say "Cassandra: $r-$pod has joined after $((SECONDS - began)) s, with $(cassandra_resident "$r" "$pod") MiB"
    done
  done
  if [[ ! -e $state/keyspace ]]; then
    await 90 'a keyspace in both data centres' up_keyspace "${regions[0]}"
    touch "$state/keyspace"
  fi
}

start_cassandra() {
  local r=$1 pod=$2 place=$1-$2 dir=$state/place/$1-$2 seeds='' peer
  for peer in $(workload_regions); do seeds+=${seeds:+,}$(cassandra_name "$peer" cassandra-0); done
  printf 'dc=%s\nrack=%s\n' "$r" "$pod" >"$dir/cassandra-rackdc.properties"
  cat >"$dir/logback.xml" <<'XML'
<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="out"/></root>
  <logger name="org.apache.cassandra.db" level="WARN"/>
  <logger name="com.datastax" level="ERROR"/>
</configuration>
XML
  cat >"$dir/cassandra.yaml" <<YAML
cluster_name: lab
endpoint_snitch: GossipingPropertyFileSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{ seeds: "$seeds" }]
listen_address: $(pod_address "$r" "$pod")
rpc_address: $(pod_address "$r" "$pod")
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
num_tokens: 4
auto_bootstrap: false
commitlog_sync: periodic
commitlog_sync_period: 10s
commitlog_segment_size: 8MiB
commitlog_total_space: 64MiB
memtable_heap_space: 32MiB
memtable_offheap_space: 16MiB
file_cache_size: 16MiB
networking_cache_size: 16MiB
key_cache_size: 1MiB
concurrent_reads: 4
concurrent_writes: 4
concurrent_counter_writes: 2
concurrent_compactors: 1
native_transport_max_threads: 4
YAML
  spawn "$place" cassandra nice -n 5 "$(cassandra_java)" "@$here/cassandra/java.options" \
    "-Dcassandra.config=file://$dir/cassandra.yaml" "-Dcassandra.storagedir=$dir" "-Dlogback.configurationFile=$dir/logback.xml" \
    -cp "$dir:$cassandra_jars/*" org.apache.cassandra.service.CassandraDaemon
}

cassandra_listens() { # REGION POD
  runs "$1-$2" cassandra || fail "Cassandra in $1-$2 has ended: $(tail -n 1 "$state/log/$1-$2-cassandra.log")"
  connects_from "$1-$2" "$(pod_address "$1" "$2")" 9042
}

cassandra_resident() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$(pid_of "$1-$2" cassandra)/status"; } # REGION POD

# As many copies in each data centre as it has nodes, so that each of them has every row.
up_keyspace() { # REGION: that asks for it
  local r replication=''
  for r in $(workload_regions); do replication+=", '$r': $(cassandra_pods "$r" | wc -w)"; done
  cql "$1-client" "$1" EACH_QUORUM \
    "create keyspace if not exists lab with replication = {'class': 'NetworkTopologyStrategy'$replication}" \
    "create table if not exists lab.orders (id text primary key, at timestamp)"
}

compile_cql() {
  local stamp=$state/cql/.compiled
  if [[ -f $stamp && $here/cassandra/Cql.java -ot $stamp ]]; then return; fi
  mkdir -p "$state/cql"
  "$(java_program)c" --release 11 -cp "$cassandra_jars/*" -d "$state/cql" "$here/cassandra/Cql.java"
  touch "$stamp"
}

# cql PLACE DATA-CENTRE CONSISTENCY STATEMENT...: from that place, by the name of the data centre's first node.
cql() {
  in_place "$1" "$(cassandra_java)" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$state/cql:$cassandra_jars/*" \
    "-Dlogback.configurationFile=$state/place/$2-cassandra-0/logback.xml" io.regionbridge.lab.Cql \
    "$(cassandra_name "$2" cassandra-0)" "${@:2}"
}

# nodetool PLACE ARGUMENT...: Cassandra's own, which keeps a history at home.
nodetool() {
  in_place "$1" "$(cassandra_java)" "@$here/cassandra/java.options" -Xms16m -Xmx64m "-Duser.home=$state/place/$1" \
    "-Dcassandra.config=file://$state/place/$1/cassandra.yaml" "-Dlogback.configurationFile=$state/place/$1/logback.xml" \
    -cp "$cassandra_jars/*" org.apache.cassandra.tools.NodeTool "${@:2}"
}

# cassandra_is_whole REGION: whether its first node sees every node of both data centres up, and as a full member.
cassandra_is_whole() {
  local all=0 r seen
  for r in $(workload_regions); do ((all += $(cassandra_pods "$r" | wc -w))); done
  seen=$(nodetool "$1-cassandra-0" status) || return 1
  echo "$seen"
  [[ $(grep -c '^UN ' <<<"$seen") == "$all" && $(grep -c '^Datacenter: ' <<<"$seen") == 2 ]]
}

# As an operator does from the management cluster: whether a pod of the region can ask that data centre.
cassandra_answers() { # REGION PEER
  cql "$1-client" "$2" LOCAL_QUORUM 'select data_center from system.local' | grep -qx "$2"
}

# cassandra_carries FROM TO: a row that a quorum of each data centre has taken, written in one and read in the other.
cassandra_carries() {
  local id=order-$RANDOM$RANDOM
  cql "$1-client" "$1" EACH_QUORUM "insert into lab.orders (id, at) values ('$id', toTimestamp(now()))" || return 1
  cql "$2-client" "$2" LOCAL_QUORUM "select id from lab.orders where id = '$id'" | grep -qx "$id"
}
