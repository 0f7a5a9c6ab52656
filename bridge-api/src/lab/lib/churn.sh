# shellcheck shell=bash
# Endpoints that change all the time, and what that does to the bridges in the long run.

readonly churn_slices=25

# So many headless Services, each with one EndpointSlice.
churn_objects() {
  local n
  touch "$state/place/$broken_region-cp/churns"
  namespace_object churn
  for ((n = 0; n < churn_slices; n++)); do
    service churn "churn-$n" None any 80
    cat <<YAML
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: churn-$n, namespace: churn, labels: { kubernetes.io/service-name: churn-$n } }
addressType: IPv4
ports: [{ name: any, port: 80, protocol: TCP }]
endpoints: []
YAML
  done
}

# churn RATE SECONDS: fails unless every change was made, and every name has its last addresses in the end.
churn() {
  local dir=$state/place/$broken_region-cp expected=$state/churn.last summary name addresses began
  in_place $broken_region-cp nice "$(java_program)" "${small_java[@]}" -cp "$state/classes" io.regionbridge.lab.Churn \
    "$(api_url $broken_region)/apis/discovery.k8s.io/v1/namespaces/churn/endpointslices" "$dir/admin.token" \
    "${pods[$broken_region]}." $churn_slices "$1" "$2" >"$expected" 2>"$state/log/churn.log" ||
    fail "endpoints cannot be changed; see $state/log/churn.log"
  began=$EPOCHREALTIME
  summary=$(head -n 1 "$expected")
  [[ $summary == *' failed=0 '* ]] || fail "changes were refused ($summary); see $state/log/churn.log"
  while read -r name addresses; do
    await 20 "the last addresses of $name" churned "$name" "$addresses"
  done < <(tail -n +2 "$expected")
  say "  $summary; all $churn_slices names right after $(bc_ms "$began") ms"
}

# churned NAME ADDRESSES: whether both bridges of the region answer with these.
churned() {
  local node
  for node in ${routers[$broken_region]}; do
    [[ $(in_place "$broken_region-$node" dig +short +time=2 +tries=1 -p 1053 "@$(node_address $broken_region "$node")" \
      "$1.churn.svc.$(domain $broken_region)" A 2>/dev/null | sort | tr '\n' ' ') == "$(tr ' ' '\n' <<<"$2" | sort | tr '\n' ' ')" ]] ||
      return 1
  done
}

bc_ms() { echo $(((${EPOCHREALTIME/./} - ${1/./}) / 1000)); } # SINCE

# --- What bridges take --------------------------------------------------------------------------------------------------

# endure [--rate N] [--for SECONDS] [--every SECONDS]: churn, and what the bridges of its region take meanwhile, as a table.
endure() {
  local rate=100 seconds=600 every=30 series=$state/endure pid
  while [[ $# -gt 0 ]]; do
    case $1 in
      --rate) rate=$2 && shift ;;
      --for) seconds=$2 && shift ;;
      --every) every=$2 && shift ;;
      *) fail "endure takes --rate, --for and --every, not $1" ;;
    esac
    shift
  done
  compile
  trap 'kill "${sampling-}" 2>/dev/null || true; mend' EXIT
  await 60 'a lab that is well; is it up?' healthy
  prepare_churn
  sleep 5
  say "endure: $rate changes of endpoints a second for $seconds s, a look every $every s"
  while true; do
    sample
    sleep "$every"
  done >"$series" 9>&- &
  sampling=$!
  churn "$rate" "$seconds"
  kill "$sampling"
  sample >>"$series"
  series_table <"$series"
}

# A line for each bridge of the region: time, place, resident KiB, heap KiB after a collection, descriptors, threads, CPU ms.
sample() {
  local node pid heap jcmd
  jcmd=$(java_home)/bin/jcmd
  for node in ${routers[$broken_region]}; do
    pid=$(java_pid "$broken_region-$node") || continue
    "$jcmd" "$pid" GC.run >/dev/null 2>&1
    heap=$("$jcmd" "$pid" GC.heap_info 2>/dev/null |
      awk '!/Metaspace|class space|eden|from|to  *space|the space/ && match($0, /used [0-9]+K/) { s += substr($0, RSTART + 5, RLENGTH - 6) } END { print s + 0 }')
    printf '%s %s %s %s %s %s %s\n' "$EPOCHSECONDS" "$broken_region-$node" \
      "$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")" "$heap" "$(find "/proc/$pid/fd" -mindepth 1 | wc -l)" \
      "$(awk '/^Threads/ { print $2 }' "/proc/$pid/status")" "$(awk '{ print ($14 + $15) * 10 }' "/proc/$pid/stat")"
  done
}

java_pid() { # PLACE: the bridge itself, whatever has started it
  local pid
  for pid in $(ip netns pids "$(namespace "$1")"); do
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'java.* serve --config'; then
      echo "$pid"
      return
    fi
  done
  return 1
}

# The first and last of each series, and its slope by least squares, without the first fifth, in which code is compiled.
series_table() {
  echo '| bridge | minutes | resident MiB | a minute | heap after collection MiB | a minute | descriptors | threads | cores |'
  echo '|---|---|---|---|---|---|---|---|---|'
  sort -s -k2,2 | awk '
    function flush(   i, k, from, out) {
      if (!n) return
      from = int(n / 5) + 1
      for (k = 3; k <= 4; k++) {
        sx = sy = sxx = sxy = m = 0
        for (i = from; i <= n; i++) { x = (v[i, 1] - v[1, 1]) / 60; y = v[i, k] / 1024; sx += x; sy += y; sxx += x * x; sxy += x * y; m++ }
        d = m * sxx - sx * sx
        slope[k] = d ? (m * sxy - sx * sy) / d : 0
      }
      printf "| %s | %.0f | %.0f, %.0f | %+.2f | %.1f, %.1f | %+.2f | %d, %d | %d, %d | %.2f |\n", place, (v[n, 1] - v[1, 1]) / 60,
        v[from, 3] / 1024, v[n, 3] / 1024, slope[3], v[from, 4] / 1024, v[n, 4] / 1024, slope[4], v[from, 5], v[n, 5], v[from, 6], v[n, 6],
        (v[n, 7] - v[1, 7]) / 1000 / (v[n, 1] - v[1, 1] + 0.001)
      n = 0
    }
    $2 != place { flush(); place = $2 }
    { n++; for (k = 1; k <= 7; k++) v[n, k] = $k }
    END { flush() }'
}
