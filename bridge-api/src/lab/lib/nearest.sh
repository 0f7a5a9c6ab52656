# shellcheck shell=bash
# One name over all regions: a Service "web" in each, and a client in the first region that reaches it by that name.

readonly web_name=web.web.svc.any.internal web_port=8080 home_region=mn near_region=mgmt far_region=fsn1

# --- The Service --------------------------------------------------------------------------------------------------------

web_objects() { # REGION
  namespace_object web
  service web web "$(web_cluster_ip "$1")" http $web_port
  slice "$1" web web http $web_port web-0
}

# NATS, since it is there and small: all that is asked of it is to take connections.
start_web() { # REGION
  spawn "$1-web-0" web env GOMAXPROCS=1 nats-server --addr 0.0.0.0 --port $web_port
}

# The pods end, and what follows pods says so.
web_goes() { # REGION
  touch "$state/place/$1-cp/web-gone"
  stop "$1-web-0" web KILL
  web_endpoints "$1" '[]'
}

# web_endpoints REGION JSON: by curl, since kubectl takes longer to start than what is measured.
web_endpoints() {
  local dir=$state/place/$1-cp
  ip netns exec "$(namespace "$1-cp")" curl -fsk -m 5 -X PATCH -H "Authorization: Bearer $(cat "$dir/admin.token")" \
    -H 'Content-Type: application/merge-patch+json' --data "{\"endpoints\":$2}" \
    "$(api_url "$1")/apis/discovery.k8s.io/v1/namespaces/web/endpointslices/web-1" >/dev/null
}

# Pods are ready before anybody says so.
web_comes() { # REGION
  start_web "$1"
  await 10 "web of $1" connects_from "$1-client" "$(pod_address "$1" web-0)" $web_port
  [[ -e $state/place/$1-cp/web-gone ]] || return 0
  web_endpoints "$1" "[{\"addresses\":[\"$(pod_address "$1" web-0)\"],\"hostname\":\"web-0\",\"conditions\":{\"ready\":true}}]"
  rm -f "$state/place/$1-cp/web-gone"
}

# Whether the name leads the pods of a region to their own.
web_is_local() { # REGION
  [[ $(in_place "$1-client" dig +short +time=2 +tries=1 $web_name 2>/dev/null) == "$(pod_address "$1" web-0)" ]]
}

# --- The client ---------------------------------------------------------------------------------------------------------

client_pid='' client_input=''
start_client() { # FILE: gets what it saw
  rm -f "$1.in"
  mkfifo "$1.in"
  in_place $home_region-client "$(java_program)" "${small_java[@]}" -cp "$state/classes" io.regionbridge.lab.Client \
    "$(cluster_dns $home_region)" $web_name $web_port <"$1.in" >"$1" 2>"$state/log/client.log" 9>&- &
  client_pid=$!
  exec {client_input}>"$1.in"
}

phase() { # WORD REGION: from now on, the name should lead there
  local address
  address=$(known_pod_address "$2" web-0)
  [[ $2 != "$home_region" ]] || address=$(pod_address "$2" web-0)
  echo "phase $1 $address" >&"$client_input"
}

stop_client() {
  echo stop >&"$client_input"
  exec {client_input}>&-
  wait "$client_pid" || fail "the client failed; see $state/log/client.log"
  client_pid=''
  sed 's/^/lab:          /' "$state/log/client.log" >&2
}

abandon_client() { [[ -z $client_pid ]] || kill "$client_pid" 2>/dev/null || true; }

# --- From the local pods to the nearest region, to the next one, and back ------------------------------------------------

readonly phases=(here gone cut returned back)
declare -A phase_meaning=(
  [here]='local pods serve'
  [gone]="local pods end: the nearest region, $near_region"
  [cut]="$near_region is cut off: the next one, $far_region"
  [returned]="$near_region is reachable again"
  [back]='local pods are back'
)

nearest() {
  local runs=1 results='' run word
  while [[ $# -gt 0 ]]; do
    case $1 in
      --runs) runs=$2 && shift ;;
      --results) results=$2 && shift ;;
      *) fail "nearest takes --runs and --results, not $1" ;;
    esac
    shift
  done
  if [[ -z $results ]]; then
    results=$state/results
    rm -rf "$results"
  fi
  mkdir -p "$results"
  prepare_web
  for ((run = 1; run <= runs; run++)); do
    [[ ! -s $results/nearest.$run ]] || continue
    say "nearest, run $run of $runs"
    await 60 'the name to lead to local pods' web_is_local $home_region
    one_nearest "$results/nearest.$run"
    mend
  done
  printf '| %s | %s | %s | %s | %s |\n' "$web_name, asked in $home_region" runs 'all led there after' 'connections: failed' 'last failed after'
  printf '|---|---|---|---|---|\n'
  for word in "${phases[@]}"; do
    printf '| %s | %d | %s | %s | %s |\n' "${phase_meaning[$word]}" "$runs" "$(timed "${word}_moved" "$results"/nearest.*)" \
      "$(counted "${word}_failed" "${word}_tries" "$results"/nearest.*)" "$(timed "${word}_failing" "$results"/nearest.*)"
  done
}

prepare_web() {
  local r
  for r in $home_region $near_region $far_region; do has_region "$r" || fail "this takes the regions $home_region, $near_region and $far_region"; done
  compile
  trap 'abandon_client; mend' EXIT
  mend
  await 120 'a lab that is well; is it up?' healthy
}

one_nearest() { # FILE
  local load
  load=$(cut -d' ' -f1 /proc/loadavg)
  start_client "$1.part"
  pause 1 # it has to load its classes
  phase here $home_region
  pause 4
  phase gone $near_region
  web_goes $home_region
  pause 8
  phase cut $far_region
  ip_in wan link set to-$near_region down
  pause 8
  phase returned $near_region
  attach_region $near_region
  pause 12
  web_comes $home_region &
  phase back $home_region
  wait $!
  pause 5
  stop_client
  rm -f "$1.part.in"
  echo "load=$load" >>"$1.part"
  mv "$1.part" "$1"
  say "  $(tr '\n' ' ' <"$1")"
}

# --- A line that loses packets ------------------------------------------------------------------------------------------

# steady [--loss PERCENT] [--for SECONDS]: the name leads to the nearest region, whose line loses packets. What ought to stay as
# it is, and how often it changed.
steady() {
  local loss=30 seconds=600 file=$state/steady
  while [[ $# -gt 0 ]]; do
    case $1 in
      --loss) loss=$2 && shift ;;
      --for) seconds=$2 && shift ;;
      *) fail "steady takes --loss and --for, not $1" ;;
    esac
    shift
  done
  prepare_web
  trap 'abandon_client; kill "${watching-}" 2>/dev/null || true; mend' EXIT
  web_goes $home_region
  start_client "$file.client"
  pause 10
  phase before $near_region
  pause 10
  say "steady: the line of $near_region loses $loss % of the packets each way for $seconds s"
  : >"$file"
  while true; do
    look_at_bridges || true # one that is away for a moment is looked at again
    sleep 1
  done >>"$file" 2>/dev/null 9>&- &
  watching=$!
  pause 3
  set_loss "$loss" $near_region
  phase lossy $near_region
  pause "$seconds"
  kill "$watching"
  set_loss 0
  phase after $near_region
  pause 5
  stop_client
  rm -f "$file.client.in"
  changes_table "$file" "$file.client"
}

# Of each bridge, in lines of place, what it is, and its value: what it says of gateways, replicas, conditions and the election, and
# the order of the regions for the name, with a star at those that answer.
look_at_bridges() {
  local r node place
  for r in "${regions[@]}"; do
    for node in ${routers[$r]}; do
      place=$r-$node
      from_bridge "$place" /metrics |
        sed -n "s/^region_bridge_\(\(gateway_up\|condition_ok\|replica_current\|active_gateway\)[^ ]*\) \(.*\)/$place \1 \3/p"
      from_bridge "$place" "/api/v1/trace?name=$web_name&type=A" |
        jq -r --arg place "$place" '$place + " order " + (.regions | map((split(":")[0]) +
          (if test("not reachable") then "-unreachable" else "" end) + (if endswith(", answers") then "*" else "" end)) | join(">"))'
    done
  done
}

from_bridge() { # PLACE PATH
  ip netns exec "$(namespace "$1")" curl -fs -m 2 "http://127.0.0.1:8053$2"
}

changes_table() { # LOOKS CLIENT
  local key looks
  looks=$(grep -c " order " "$1")
  printf '| %s | %s |\n|---|---|\n' "in $looks looks, each at one bridge" changes
  for key in order gateway_up condition_ok replica_current active_gateway; do
    printf '| %s | %s |\n' "${change_meaning[$key]}" "$(changes_of "$key" "$1")"
  done
  printf '| addresses that clients got | %s, in %s answers |\n' "$(column lossy_changes "$2")" "$(column lossy_tries "$2")"
  awk '{ k = $1 " " $2; if (k in v && v[k] != $3) print k ": " v[k] " to " $3; v[k] = $3 }' "$1" | sed 's/^/lab:          /' >&2
}

declare -A change_meaning=(
  [order]='regions of the name: order, reachable, which of them answer'
  [gateway_up]='gateways up or down'
  [condition_ok]='conditions'
  [replica_current]='replicas current or interrupted'
  [active_gateway]='active gateways'
)

changes_of() { # KEY LOOKS
  awk -v key="$1" 'index($2, key) == 1 { k = $1 " " $2; if (k in v && v[k] != $3) n++; v[k] = $3 } END { print n + 0 }' "$2"
}
