# shellcheck shell=bash
# Servers that need names across regions, as Debian ships them: a NATS super-cluster, Postgres with logical replication in
# both directions, and etcd members that know each other by the names of pods, as in a StatefulSet.

up_workloads() {
  local r
  for r in "${regions[@]}"; do
    [[ " ${region_pods[$r]} " == *' nats-0 '* ]] || continue
    if ! runs "$r-nats-0" nats || ! runs "$r-postgres-0" postgres || ! runs "$r-db-0" etcd; then
      say "workloads of $r: NATS, Postgres, etcd"
    fi
    start_nats "$r"
    start_postgres "$r"
    start_store "$r"
  done
  for r in $(workload_regions); do up_replication "$r"; done
  for r in "${regions[@]}"; do start_web "$r"; done
  up_cassandra
}

# Those that have workloads; the management cluster has none.
workload_regions() {
  local r
  for r in "${regions[@]}"; do
    if [[ " ${region_pods[$r]} " == *' nats-0 '* ]]; then echo "$r"; fi
  done
}

workload_objects() { # REGION
  local r=$1 members
  web_objects "$r"
  for name in nats pgedge store; do namespace_object $name; done
  [[ " ${region_pods[$r]} " == *' nats-0 '* ]] || return 0
  read -r -a members <<<"$(members "$r")"
  service nats "nats-$r-headless" None gateway 7522
  slice "$r" nats "nats-$r-headless" gateway 7522 nats-0
  service pgedge postgres-primary "$(postgres_cluster_ip "$r")" postgres 5432
  slice "$r" pgedge postgres-primary postgres 5432 postgres-0
  service store db None peer 2380
  slice "$r" store db peer 2380 "${members[@]}"
}

members() { # REGION: the pods of its StatefulSet
  local pod
  for pod in ${region_pods[$1]}; do
    case $pod in db-*) printf '%s ' "$pod" ;; esac
  done
}

# --- NATS ---------------------------------------------------------------------------------------------------------------

start_nats() {
  local r=$1 config=$state/place/$1-nats-0/nats.conf peer
  {
    printf 'server_name: nats-%s-0\nlisten: 0.0.0.0:4222\nhttp: 127.0.0.1:8222\n' "$r"
    printf 'gateway {\n  name: %s\n  listen: 0.0.0.0:7522\n  advertise: %s:7522\n  gateways: [\n' \
      "$r" "$(known_pod_address "$r" nats-0)"
    for peer in $(workload_regions); do
      printf '    { name: %s, url: nats://nats-%s-headless.nats.%s:7522 }\n' "$peer" "$peer" "$(domain "$peer")"
    done
    printf '  ]\n}\n'
  } >"$config"
  spawn "$r-nats-0" nats env GOMAXPROCS=1 nats-server --config "$config"
}

# nats_carries FROM TO: whether a message that is published in one region arrives in the other.
nats_carries() {
  local text=hello-$RANDOM$RANDOM
  local script="exec 3<>/dev/tcp/127.0.0.1/4222; printf"
  timeout 10 ip netns exec "$(namespace "$2-nats-0")" bash -c "$script"' "CONNECT {\"verbose\":false}\r\nSUB lab.greetings 1\r\nPING\r\n" >&3
    while read -r -t 9 line <&3; do [[ $line != *"$0"* ]] || exit 0; done; exit 1' "$text" &
  local listener=$! n
  for n in {1..12}; do
    sleep 0.5
    kill -0 $listener 2>/dev/null || break
    ip netns exec "$(namespace "$1-nats-0")" bash -c "$script"' "CONNECT {\"verbose\":false}\r\nPUB lab.greetings ${#0}\r\n$0\r\nPING\r\n" >&3
      read -r -t 2 line <&3; read -r -t 2 line <&3' "$text" || true
  done
  wait $listener
}

# --- Postgres -----------------------------------------------------------------------------------------------------------

postgres_bin() {
  local dirs=(/usr/lib/postgresql/*/bin)
  echo "${dirs[-1]}"
}

start_postgres() {
  local r=$1 data=$state/place/$1-postgres-0/data
  runs "$r-postgres-0" postgres && return
  if [[ ! -e $data/PG_VERSION ]]; then
    if [[ ! -e $state/initdb/PG_VERSION ]]; then
      install -d -o postgres -g postgres -m 700 "$state/initdb"
      runuser -u postgres -- "$(postgres_bin)/initdb" -D "$state/initdb" -A trust -N >/dev/null
    fi
    cp -a "$state/initdb" "$data"
    cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '*'
unix_socket_directories = ''
wal_level = logical
fsync = off
shared_buffers = 16MB
max_connections = 20
wal_receiver_timeout = 5s
wal_sender_timeout = 5s
wal_retrieve_retry_interval = 500ms
autovacuum = off
CONF
    # The workload's own business; the pods of all regions may come in.
    echo 'host all all 10.0.0.0/8 trust' >>"$data/pg_hba.conf"
  fi
  rm -f "$data/postmaster.pid"
  spawn "$r-postgres-0" postgres nice -n 5 runuser -u postgres -- "$(postgres_bin)/postgres" -D "$data"
  await 30 "Postgres of $r" postgres_answers "$r"
}

postgres_answers() { psql_in "$1" 'select 1' 2>/dev/null; }

psql_in() { # REGION SQL
  in_place "$1-postgres-0" psql -X -q -A -t -h 127.0.0.1 -U postgres -v ON_ERROR_STOP=1 -c "$2"
}

# Each region publishes its own table and subscribes to the other's, by the other's short name.
up_replication() {
  local r=$1 peer
  psql_in "$r" "set client_min_messages = warning; create table if not exists orders_$r (id text primary key, at timestamptz default now())"
  [[ $(psql_in "$r" "select count(*) from pg_publication") != 0 ]] ||
    psql_in "$r" "create publication lab for table orders_$r"
  for peer in $(workload_regions); do
    [[ $peer != "$r" ]] || continue
    psql_in "$r" "set client_min_messages = warning; create table if not exists orders_$peer (id text primary key, at timestamptz default now())"
  done
}

# subscribe REGION PEER: needs the name to resolve and the way to be open.
subscribe() {
  [[ $(psql_in "$1" "select count(*) from pg_subscription where subname = 'from_$2'") == 0 ]] || return 0
  psql_in "$1" "create subscription from_$2 connection
    'host=postgres-primary.pgedge.$(domain "$2") user=postgres dbname=postgres connect_timeout=5'
    publication lab with (slot_name = 'to_$1')"
}

# postgres_replicates FROM TO
postgres_replicates() {
  local id=order-$RANDOM$RANDOM n
  subscribe "$2" "$1" || return 1
  psql_in "$1" "insert into orders_$1 (id) values ('$id')"
  for n in {1..50}; do
    [[ $(psql_in "$2" "select count(*) from orders_$1 where id = '$id'") != 1 ]] || return 0
    sleep 0.2
  done
  return 1
}

# --- etcd, as any StatefulSet whose members know each other by name -----------------------------------------------------

store_name() { echo "http://$2.db.store.svc.$(domain "$1"):2380"; } # REGION POD

start_store() {
  local r=$1 pod peer all='' place
  for peer in $(workload_regions); do
    for pod in $(members "$peer"); do all+=${all:+,}$peer-$pod=$(store_name "$peer" "$pod"); done
  done
  for pod in $(members "$r"); do
    place=$r-$pod
    spawn "$place" etcd nice -n 10 env GOMAXPROCS=1 etcd --name="$place" --data-dir="$state/place/$place/etcd" \
      --log-level=warn --unsafe-no-fsync --heartbeat-interval=500 --election-timeout=5000 \
      --listen-client-urls=http://0.0.0.0:2379 --advertise-client-urls="http://$(pod_address "$r" "$pod"):2379" \
      --listen-peer-urls=http://0.0.0.0:2380 --initial-advertise-peer-urls="$(store_name "$r" "$pod")" \
      --initial-cluster="$all" --initial-cluster-token="$lab"
  done
}

# store_agrees FROM TO: what is written by a member of one region can be read at each member of the other.
store_agrees() {
  local value pod
  value=$(printf 'v%s' $RANDOM$RANDOM | base64)
  in_place "$1-db-0" curl -fsS -m 10 http://127.0.0.1:2379/v3/kv/put -d "{\"key\":\"bGFi\",\"value\":\"$value\"}" >/dev/null ||
    return 1
  for pod in $(members "$2"); do
    in_place "$2-$pod" curl -fsS -m 10 http://127.0.0.1:2379/v3/kv/range -d '{"key":"bGFi"}' | grep -qF "$value" || return 1
  done
}

# --- All of it, once ----------------------------------------------------------------------------------------------------

# check [--within SECONDS]: the scenario, a line for each thing that has to hold, by then at the latest.
check() {
  local r peer pod failed='' deadline=$((SECONDS + 20))
  [[ ${1-} != --within ]] || deadline=$((SECONDS + $2))
  for r in "${regions[@]}"; do
    holds "$web_name leads a pod of $r to the pods of its own region" web_is_local "$r"
    for peer in $(workload_regions); do
      [[ $peer != "$r" ]] || continue
      holds "a pod of $r finds NATS of $peer" finds "$r" "nats-$peer-headless.nats.$(domain "$peer")" nats-0 "$peer"
      holds "a pod of $r knows whose address that of NATS of $peer is" \
        names "$r" "$(known_pod_address "$peer" nats-0)" "nats-0.nats-$peer-headless.nats.svc.$(domain "$peer")"
      holds "a pod of $r finds Postgres of $peer by its short name" \
        finds "$r" "postgres-primary.pgedge.$(domain "$peer")" postgres-0 "$peer"
      for pod in $(members "$peer"); do
        holds "a pod of $r finds $pod of $peer" finds "$r" "$pod.db.store.svc.$(domain "$peer")" "$pod" "$peer"
      done
      for pod in $(cassandra_pods "$peer"); do
        holds "a pod of $r finds $pod of $peer" finds "$r" "$pod.cassandra.data.svc.$(domain "$peer")" "$pod" "$peer"
        holds "a pod of $r connects to $pod of $peer" connects "$r" "$(known_pod_address "$peer" "$pod")" 9042
      done
      ! has_cassandra || holds "a client in $r asks Cassandra of $peer" cassandra_answers "$r" "$peer"
      holds "a pod of $r connects to Postgres of $peer" connects "$r" "$(known_pod_address "$peer" postgres-0)" 5432
      [[ " ${region_pods[$r]} " == *' nats-0 '* ]] || continue
      holds "a message published in $peer arrives in $r" nats_carries "$peer" "$r"
      holds "a row inserted in $peer appears in $r" postgres_replicates "$peer" "$r"
      holds "what a member of the store writes in $peer, each in $r reads" store_agrees "$peer" "$r"
      ! has_cassandra ||
        holds "a row that both data centres of Cassandra took in $peer is read in $r" cassandra_carries "$peer" "$r"
    done
    if has_cassandra && [[ " ${region_pods[$r]} " == *' cassandra-0 '* ]]; then
      holds "Cassandra of $r sees every node of both data centres up and normal" cassandra_is_whole "$r"
    fi
  done
  [[ -z $failed ]]
}

holds() { # WHAT COMMAND...
  until "${@:2}" >>"$state/log/check.log" 2>&1; do
    if ((SECONDS >= deadline)); then
      printf 'FAILED  %s\n' "$1"
      failed=yes
      return
    fi
    sleep 0.5
  done
  printf 'ok      %s\n' "$1"
}

# finds REGION NAME POD PEER: whether the name means that pod, to a real resolver with its search list.
finds() {
  in_place "$1-client" getent ahostsv4 "$2" | grep -q "^$(known_pod_address "$4" "$3") "
}

# names REGION ADDRESS NAME: whether the address has that name, to a pod.
names() {
  in_place "$1-client" dig +short +time=2 +tries=1 -x "$2" | grep -qxF "$3."
}
