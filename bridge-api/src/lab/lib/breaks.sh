# shellcheck shell=bash
# What can go wrong, and how it is undone. For each KIND, break_KIND breaks and heals within the time of the measurement;
# prepare_KIND, where there is one, does before it what clients are not to notice, and mend puts everything right after it,
# however it ended. Where one gateway is meant, it is the active one of the second region, on which all of its traffic depends.

readonly kinds=(gateway followed node tunnel interface loss5 loss30 apiserver coredns upgrade clock churn region)
declare -A meaning=(
  [gateway]='bridge of the active gateway killed, back after 10 s'
  [followed]='bridge of the gateway killed whose directory feed is followed, back after 10 s'
  [node]='active router node cut off for 20 s'
  [tunnel]='tunnels of the active gateway black for 20 s'
  [interface]="interface of the active gateway's overlay made anew, by a restart of its agent"
  [cilium]="Cilium's agent of the active gateway killed, back after 10 s"
  [loss5]='WAN loses 5 % of the packets for 20 s; times from its end'
  [loss30]='WAN loses 30 % of the packets for 20 s; times from its end'
  [apiserver]='API server of a region killed, back after 15 s'
  [coredns]='CoreDNS of both regions replaced, the new one first'
  [upgrade]='bridges of a region upgraded, one node at a time'
  [clock]='clock of the active gateway an hour ahead, an hour behind, right'
  [churn]='endpoints change 100 times a second'
  [region]='a region gone, and back; times from its return'
)
broken_region=fsn1
break_for=''
gone_for=600
churn_rate=100

break_gateway() {
  local node
  node=$(active $broken_region)
  mark
  stop "$broken_region-$node" bridge KILL
  pause 10
  start_bridge $broken_region "$node"
  await 120 'the bridge' bridge_ready $broken_region "$node"
  pause 2
}

# Says how long the killed one's follower had no current replica, as $extra.
break_followed() {
  local node address since last=0
  address=$(from_bridge mn-r1 /api/v1/status |
    jq -r --arg region $broken_region '.peers[] | select(.name == $region).replica.message | sub(":[0-9]+$"; "")')
  for node in ${routers[$broken_region]}; do
    [[ $(overlay_address $broken_region "$node") != "$address" ]] || break
  done
  mark
  since=$EPOCHREALTIME
  stop "$broken_region-$node" bridge KILL
  while (($(bc_ms "$since") < 10000)); do
    [[ $(from_bridge mn-r1 /metrics) == *"region_bridge_replica_current{region=\"$broken_region\"} 1"* ]] || last=$(bc_ms "$since")
    sleep 0.02
  done
  extra="replica_behind=$last"
  start_bridge $broken_region "$node"
  await 120 'the bridge' bridge_ready $broken_region "$node"
  pause 2
}

break_node() {
  local node
  node=$(carrying $broken_region)
  mark
  ip_in $broken_region-edge link set "$node" down
  pause 20
  ip_in $broken_region-edge link set "$node" up
  pause 8
}

break_tunnel() {
  local node
  node=$(carrying $broken_region)
  mark
  in_place "$broken_region-$node" nft -f - <<NFT
table ip black {
  chain in { type filter hook input priority 0; iifname eth0 udp dport $overlay_port drop; }
  chain out {
    type filter hook output priority 0
    oifname eth0 udp sport $overlay_port drop
    ip daddr $tailnet_address tcp dport $((tailnet_port + 2)) drop # Tailscale's relay
  }
}
NFT
  pause 20
  in_place "$broken_region-$node" nft delete table ip black
  pause 8
}

break_interface() {
  local node
  node=$(carrying $broken_region)
  mark
  if on_tailscale; then
    stop "$broken_region-$node" tailscaled
    start_tailscaled "$broken_region-$node"
  else
    stop "$broken_region-$node" wireguard
    up_device "$broken_region" "$node"
  fi
  pause 15
}

prepare_cilium() { on_cilium || fail 'there is no Cilium in this lab; run lab down, and lab up --cni cilium'; }

break_cilium() {
  local node
  node=$(active $broken_region)
  mark
  stop "$broken_region-$node" cilium KILL
  pause 10
  start_cilium $broken_region
  await 120 "Cilium of $broken_region-$node" cilium_healthy "$broken_region-$node"
  pause 5
}

break_loss5() { lose 5; }
break_loss30() { lose 30; }
lose() {
  set_loss "$1"
  pause "${break_for:-20}"
  set_loss 0
  mark
  pause 5
}

break_apiserver() {
  mark
  stop $broken_region-cp apiserver KILL
  pause 15
  start_api_server $broken_region
  await 60 'the API server' api_ready $broken_region
  pause 5
}

# As a Deployment does it: the old one goes when the new one answers. Both have the port for a moment.
break_coredns() {
  local r
  mark
  for r in mn fsn1; do
    mv "$state/pid/$r-coredns/coredns" "$state/pid/$r-coredns/coredns-old"
    start_coredns "$r"
  done
  pause 3
  for r in mn fsn1; do stop "$r-coredns" coredns-old; done
  pause 8
}

break_upgrade() {
  local node
  mark
  for node in ${routers[$broken_region]}; do
    stop "$broken_region-$node" bridge
    start_bridge $broken_region "$node"
    await 120 "the bridge of $broken_region-$node" bridge_ready $broken_region "$node"
    pause 3
  done
  pause 3
}

break_region() {
  ip_in wan link set to-$broken_region down
  pause "$gone_for"
  attach_region $broken_region
  mark
  pause 10
}

# A link that went down took its routes along.
attach_region() { # REGION
  ip_in wan link set "to-$1" up
  [[ -n ${behind_nat[$1]-} ]] || ip_in wan route replace "${lan[$1]}.0/24" via "$(public_net "$1").2"
}

# The bridge alone lives in another time: libfaketime looks once a second how far off it is.
prepare_clock() {
  local node other library file
  library=$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)
  [[ -e $library ]] || fail 'libfaketime is not installed; run .ci/tools lab'
  other=$(active $broken_region)
  for node in ${routers[$broken_region]}; do
    [[ $node == "$other" ]] || break
  done
  file=$state/place/$broken_region-$node/clock
  echo '+0' >"$file"
  replace_bridge $broken_region "$node" "LD_PRELOAD=$library" "FAKETIME_TIMESTAMP_FILE=$file" \
    FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1
  replace_bridge $broken_region "$other" # which hands its role over
  faked=$node
}

break_clock() {
  local file=$state/place/$broken_region-$faked/clock
  [[ $(active $broken_region) == "$faked" ]] || fail "the bridge with the clock is not the active one"
  mark
  echo '+3600' >"$file"
  pause 10
  echo '-3600' >"$file"
  pause 10
  echo '+0' >"$file"
  pause 5
}

replace_bridge() { # REGION NODE [PREFIX...]
  stop "$1-$2" bridge
  start_bridge "$@"
  await 120 "the bridge of $1-$2" bridge_ready "$1" "$2"
  pause 3
}

prepare_churn() {
  churn_objects | kubectl_in $broken_region apply --server-side --force-conflicts -f - >/dev/null ||
    fail 'the objects that are to change cannot be written'
}

break_churn() {
  mark
  churn "$churn_rate" "${break_for:-20}"
  pause 3
}

# mend: whatever was broken, by whichever kind of break, is whole again. Does nothing where nothing is broken.
mend() {
  local r node
  set_loss 0
  up_overlay
  for r in "${regions[@]}"; do attach_region "$r"; done
  for r in "${regions[@]}"; do
    for node in ${routers[$r]}; do
      ip_in "$r-edge" link set "$node" up
      in_place "$r-$node" nft delete table ip black 2>/dev/null || true
      [[ ! -e $state/place/$r-$node/clock ]] || { stop "$r-$node" bridge && rm -f "$state/place/$r-$node/clock"; }
    done
    ! on_cilium || start_cilium "$r"
    stop "$r-coredns" coredns-old
    start_api_server "$r"
    start_coredns "$r"
  done
  for r in "${regions[@]}"; do await 60 "the API server of $r" api_ready "$r"; done
  for r in "${regions[@]}"; do
    for node in $(nodes "$r"); do start_bridges "$r" "$node"; done
  done
  for r in "${regions[@]}"; do web_comes "$r"; done
  if [[ -e $state/place/$broken_region-cp/churns ]]; then
    # The namespace stays: nobody here finishes what a deletion begins.
    kubectl_in $broken_region -n churn delete services,endpointslices --all >/dev/null
    rm -f "$state/place/$broken_region-cp/churns"
  fi
}

mark() { tell_probes mark; }

# --- The table ----------------------------------------------------------------------------------------------------------

break_things() {
  local chosen=() runs=1 kind results=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --runs) runs=$2 && shift ;;
      --for) break_for=$2 && shift ;;
      --gone) gone_for=$2 && shift ;;
      --rate) churn_rate=$2 && shift ;;
      --results) results=$2 && shift ;;
      all)
        chosen=("${kinds[@]}")
        ! on_cilium || chosen+=(cilium)
        ;;
      *)
        [[ -n ${meaning[$1]-} ]] || fail "no such kind of break: $1; there are: ${kinds[*]}"
        chosen+=("$1")
        ;;
    esac
    shift
  done
  [[ ${#chosen[@]} -gt 0 ]] || fail "say what to break: ${kinds[*]}, or all"
  meaning[region]="a region gone for $gone_for s, and back; times from its return"
  meaning[churn]="endpoints change $churn_rate times a second for ${break_for:-20} s"
  compile
  if [[ -z $results ]]; then
    results=$state/results
    rm -rf "$results"
  fi
  mkdir -p "$results"
  trap 'abandon_probes; mend' EXIT
  mend
  printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' 'what happens' runs 'known names: lost' 'new names: lost' \
    'slowest answer' 'names well after' 'connections: failed' 'connections well after' 'role moved'
  printf '|---|---|---|---|---|---|---|---|---|\n'
  for kind in "${chosen[@]}"; do measure "$kind" "$runs" "$results"; done
}

# measure KIND RUNS DIRECTORY: one line of the table. What a run found is a file there; those that are there are not repeated.
measure() {
  local kind=$1 runs=$2 dir=$3 run report
  for ((run = 1; run <= runs; run++)); do
    [[ ! -s $dir/$kind.$run ]] || continue
    say "break $kind, run $run of $runs: ${meaning[$kind]}"
    await 120 'the lab to be well' healthy
    ! declare -F "prepare_$kind" >/dev/null || { "prepare_$kind" && await 120 'the lab to be well' healthy; }
    one_run "$kind" "$dir/$kind.$run"
    mend
  done
  row "${meaning[$kind]}" "$dir/$kind".*
}

one_run() { # KIND FILE
  local before after load extra=''
  before=$(transitions)
  load=$(cut -d' ' -f1 /proc/loadavg)
  start_probes "$state/probe"
  pause 3
  "break_$1"
  stop_probes "$state/probe"
  after=$(transitions)
  printf '%s\nmoves=%d\nload=%s\n%s' "$report" $((after - before)) "$load" "${extra:+$extra$'\n'}" >"$2.part"
  mv "$2.part" "$2"
  say "  $(tr '\n' ' ' <"$2")"
}

# How often the role of the active gateway has moved, over all regions.
transitions() {
  local r sum=0
  for r in "${regions[@]}"; do
    ((sum += $(kubectl_in "$r" -n region-bridge get lease region-bridge -o 'jsonpath={.spec.leaseTransitions}'))) || true
  done
  echo $sum
}

# row TITLE FILE...: medians; the worst beside them where it is another.
row() {
  local title=$1
  shift
  [[ -z $(column replica_behind "$@") ]] || title+="; a current replica again after $(timed replica_behind "$@")"
  printf '| %s | %d | %s | %s | %s | %s | %s | %s | %s |\n' "$title" $# \
    "$(counted known_lost known "$@")" "$(counted new_lost new "$@")" "$(timed dns_slowest "$@")" \
    "$(timed dns_recovered "$@")" "$(counted tcp_failed tcp "$@")" "$(timed tcp_recovered "$@")" \
    "$(column moves "$@" | sort -n | uniq | paste -sd, | sed 's/,/, /g')"
}

# counted LOST OF FILE...: both are keys.
counted() {
  local lost worst
  lost=$(column "$1" "${@:3}" | median)
  worst=$(column "$1" "${@:3}" | sort -n | tail -n 1)
  printf '%s of %s' "$lost" "$(column "$2" "${@:3}" | median)"
  [[ $worst == "$lost" ]] || printf ' (worst %s)' "$worst"
}

timed() { # KEY FILE...: in milliseconds
  column "$1" "${@:2}" | sort -n | awk '{ n[NR] = $1 }
    END { m = (n[int((NR + 1) / 2)] + n[int((NR + 2) / 2)]) / 2; w = n[NR]
      printf "%.1f s", m / 1000; if (sprintf("%.1f", w / 1000) != sprintf("%.1f", m / 1000)) printf " (worst %.1f)", w / 1000 }'
}

column() { # KEY FILE...
  local key=$1
  shift
  sed -n "s/^$key=//p" "$@"
}
