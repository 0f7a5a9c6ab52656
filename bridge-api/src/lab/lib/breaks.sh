# shellcheck shell=bash
# What can go wrong, and how it is undone. For each KIND: break_KIND breaks and heals within the time of the measurement.
# Where one gateway is meant, it is the active one of the second region, on which all of its traffic depends.

readonly kinds=(gateway node tunnel loss5 loss30 apiserver coredns upgrade clock churn region)
declare -A meaning=(
  [gateway]='bridge of the active gateway killed, back after 10 s'
  [node]='active router node cut off for 20 s'
  [tunnel]='tunnels of the active gateway black for 20 s'
  [loss5]='WAN loses 5 % for 20 s'
  [loss30]='WAN loses 30 % for 20 s'
  [apiserver]='API server of a region stopped for 15 s'
  [coredns]='CoreDNS of both regions restarted'
  [upgrade]='bridges of a region upgraded, one node at a time'
  [clock]='clock of the active gateway jumps by an hour, and back'
  [churn]='100 changes of endpoints a second'
  [region]='a region gone, and back'
)
broken_region=fsn1
break_for=''

break_gateway() {
  local node
  node=$(active $broken_region)
  mark
  stop "$broken_region-$node" bridge KILL
  sleep 10
  start_bridge $broken_region "$node"
  await 120 'the bridge' bridge_ready $broken_region "$node"
  sleep 2
}

break_node() {
  local node
  node=$(active $broken_region)
  mark
  ip_in $broken_region-edge link set "$node" down
  sleep 20
  ip_in $broken_region-edge link set "$node" up
  sleep 8
}

break_tunnel() {
  local node
  node=$(active $broken_region)
  mark
  in_place "$broken_region-$node" nft -f - <<NFT
table ip black {
  chain in { type filter hook input priority 0; iifname eth0 udp dport $overlay_port drop; }
  chain out { type filter hook output priority 0; oifname eth0 udp sport $overlay_port drop; }
}
NFT
  sleep 20
  in_place "$broken_region-$node" nft delete table ip black
  sleep 8
}

break_loss5() { lose 5; }
break_loss30() { lose 30; }
lose() {
  mark
  set_loss "$1"
  sleep 20
  set_loss 0
  sleep 3
}

break_apiserver() {
  mark
  stop $broken_region-cp apiserver KILL
  sleep 15
  start_api_server $broken_region
  await 60 'the API server' api_ready $broken_region
  sleep 5
}

break_coredns() {
  local r
  mark
  for r in mn fsn1; do
    stop "$r-coredns" coredns
    start_coredns "$r"
  done
  sleep 8
}

break_upgrade() {
  local node
  mark
  for node in ${routers[$broken_region]}; do
    stop "$broken_region-$node" bridge
    start_bridge $broken_region "$node"
    await 120 "the bridge of $broken_region-$node" bridge_ready $broken_region "$node"
    sleep 3
  done
  sleep 3
}

break_region() {
  local seconds=${break_for:-600}
  mark
  ip_in wan link set to-$broken_region down
  sleep "$seconds"
  ip_in wan link set to-$broken_region up
  # A link that goes down takes its routes along.
  [[ -n ${behind_nat[$broken_region]-} ]] ||
    ip_in wan route replace "${lan[$broken_region]}.0/24" via "198.18.${number[$broken_region]}.2"
  await 60 'the region' healthy
}

# The bridge alone lives in another time: libfaketime reads how far off it is from a file.
break_clock() {
  local node library file
  node=$(active $broken_region)
  file=$state/place/$broken_region-$node/clock
  library=$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)
  [[ -e $library ]] || fail 'libfaketime is not installed; run .ci/tools lab'
  echo '+0' >"$file"
  stop "$broken_region-$node" bridge
  start_bridge $broken_region "$node" "LD_PRELOAD=$library" "FAKETIME_TIMESTAMP_FILE=$file" FAKETIME_NO_CACHE=1 \
    FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1
  await 120 'the bridge' bridge_ready $broken_region "$node"
  sleep 3
  mark
  echo '+3600' >"$file"
  sleep 10
  echo '-3600' >"$file"
  sleep 10
  echo '+0' >"$file"
  sleep 2
  stop "$broken_region-$node" bridge
  start_bridge $broken_region "$node"
  await 120 'the bridge' bridge_ready $broken_region "$node"
}

break_churn() {
  local seconds=${break_for:-20} file=$state/churn.curl dir=$state/place/$broken_region-cp
  churn_requests $((seconds * 100)) >"$file"
  mark
  in_place $broken_region-cp curl -sk --rate 6000/m --config "$file" --output /dev/null \
    -H "Authorization: Bearer $(cat "$dir/admin.token")" || true
  rm -f "$file"
  sleep 3
  kubectl_in $broken_region -n store delete service,endpointslice churn churn-1 --ignore-not-found >/dev/null
}

# A Service whose one pod is replaced at each change.
churn_requests() {
  local n api
  api=$(api_url $broken_region)/apis/discovery.k8s.io/v1/namespaces/store/endpointslices/churn-1
  { service store churn None any 80; slice $broken_region store churn any 80; } | sed 's/^endpoints:$/endpoints: []/' |
    kubectl_in $broken_region apply --server-side -f - >/dev/null
  for ((n = 0; n < $1; n++)); do
    ((n == 0)) || echo next
    printf 'url = "%s"\nrequest = PATCH\nheader = "Content-Type: application/merge-patch+json"\n' "$api"
    printf 'data = "{\\"endpoints\\":[{\\"addresses\\":[\\"%s.2.%d\\"],\\"conditions\\":{\\"ready\\":true}}]}"\n' \
      "${pods[$broken_region]}" $((n % 250 + 1))
  done
}

mark() { tell_probes mark; }

# --- The table ----------------------------------------------------------------------------------------------------------

break_things() {
  local chosen=() runs=1 kind
  while [[ $# -gt 0 ]]; do
    case $1 in
      --runs) runs=$2 && shift ;;
      --for) break_for=$2 && shift ;;
      all) chosen=("${kinds[@]}") ;;
      *)
        [[ -n ${meaning[$1]-} ]] || fail "no such kind of break: $1; there are: ${kinds[*]}"
        chosen+=("$1")
        ;;
    esac
    shift
  done
  [[ ${#chosen[@]} -gt 0 ]] || fail "say what to break: ${kinds[*]}, or all"
  compile
  trap abandon_probes EXIT
  await 60 'a lab that is well; is it up?' healthy
  echo '| what happens | names known: lost | new names: lost | slowest answer | names well after | connections: failed | well after |'
  echo '|---|---|---|---|---|---|---|'
  for kind in "${chosen[@]}"; do measure "$kind" "$runs"; done
}

# measure KIND RUNS: one line of the table, medians of the runs.
measure() {
  local kind=$1 runs=$2 run report key
  declare -A seen=()
  for ((run = 1; run <= runs; run++)); do
    say "break $kind, run $run of $runs: ${meaning[$kind]}"
    await 120 'the lab to be well' healthy
    start_probes "$state/probe"
    sleep 3
    "break_$kind"
    stop_probes "$state/probe"
    say "  $(tr '\n' ' ' <<<"$report")"
    for key in known_lost known new_lost new dns_slowest dns_recovered tcp_failed tcp tcp_recovered; do
      seen[$key]+=" $(field $key "$report")"
    done
  done
  of() {
    # shellcheck disable=SC2086
    median ${seen[$1]}
  }
  printf '| %s | %s of %s | %s of %s | %s ms | %s ms | %s of %s | %s ms |\n' "${meaning[$kind]}" \
    "$(of known_lost)" "$(of known)" "$(of new_lost)" "$(of new)" "$(of dns_slowest)" "$(of dns_recovered)" \
    "$(of tcp_failed)" "$(of tcp)" "$(of tcp_recovered)"
}
