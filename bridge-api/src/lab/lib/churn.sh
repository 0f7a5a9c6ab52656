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
    "${pods[$broken_region]}." $churn_slices "$1" "$2" "$state/churn.made" >"$expected" 2>"$state/log/churn.log" ||
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
  echo 0 >"$state/churn.made"
  say "endure: $rate changes of endpoints a second for $seconds s, a look every $every s"
  : >"$series.native"
  while true; do
    sample
    sleep "$every"
  done >"$series" 9>&- &
  sampling=$!
  churn "$rate" "$seconds"
  kill "$sampling"
  sample >>"$series"
  series_table <"$series"
  [[ ! -s $series.native ]] || native_table <"$series.native"
}

# A line for each bridge of the region: time, place, resident KiB, heap KiB after a collection, descriptors, threads, CPU ms, changes so far.
sample() {
  local node pid heap jcmd
  jcmd=$(java_home)/bin/jcmd
  for node in ${routers[$broken_region]}; do
    pid=$(java_pid "$broken_region-$node") || continue
    "$jcmd" "$pid" GC.run >/dev/null 2>&1
    sample_native "$pid" "$broken_region-$node" >>"$state/endure.native"
    heap=$("$jcmd" "$pid" GC.heap_info 2>/dev/null |
      awk '!/Metaspace|class space|eden|from|to  *space|the space/ && match($0, /used [0-9]+K/) { s += substr($0, RSTART + 5, RLENGTH - 6) } END { print s + 0 }')
    printf '%s %s %s %s %s %s %s %s\n' "$EPOCHSECONDS" "$broken_region-$node" \
      "$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")" "$heap" "$(find "/proc/$pid/fd" -mindepth 1 | wc -l)" \
      "$(awk '/^Threads/ { print $2 }' "/proc/$pid/status")" "$(awk '{ print ($14 + $15) * 10 }' "/proc/$pid/stat")" "$(cat "$state/churn.made")"
  done
}

# Lines of time, place, what for, KiB: what the JVM says that it has taken from the system, if it was started to count that
# (-XX:NativeMemoryTracking=summary), and what of the process is resident, by what it is mapped from.
sample_native() { # PID PLACE
  local committed
  committed=$("$jcmd" "$1" VM.native_memory summary scale=KB 2>/dev/null | grep 'committed=') || return 0
  sed -n 's/^-* *\(.*\) (reserved=.*committed=\([0-9]*\)KB.*/\1\t\2/p' <<<"$committed" |
    awk -F '\t' -v at="$EPOCHSECONDS" -v place="$2" '{ gsub(/ /, "-", $1); print at, place, "committed:" $1, $2 }'
  awk -v at="$EPOCHSECONDS" -v place="$2" '
    /^[0-9a-f]+-[0-9a-f]+ / { n = split($6, path, "/"); from = $6 == "" ? "anonymous" : path[n] }
    /^Rss:/ { resident[from] += $2 }
    END { for (from in resident) if (resident[from] >= 512) print at, place, "resident:" from, resident[from] }
  ' "/proc/$1/smaps"
}

java_pid() { # PLACE: the bridge itself, whatever has started it
  local pid
  for pid in $(ip netns pids "$(namespace "$1")"); do
    if { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -q 'java.* serve --config'; then
      echo "$pid"
      return
    fi
  done
  return 1
}

# Of each bridge the medians of the first and of the last third, and what memory gains in a minute, by least squares over the
# last two thirds, when all code is compiled: flat is where both say the same and the slope is about nothing.
series_table() {
  echo '| bridge | minutes | changes | resident MiB | a minute | heap after collection MiB | a minute | descriptors | threads | CPU ms for 1,000 changes |'
  echo '|---|---|---|---|---|---|---|---|---|---|'
  sort -s -k2,2 | awk '
    function median(k, from, to,   i, j, m, t, a) {
      m = 0
      for (i = from; i <= to; i++) a[++m] = v[i, k]
      for (i = 2; i <= m; i++) for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
      return (a[int((m + 1) / 2)] + a[int((m + 2) / 2)]) / 2
    }
    function slope(k, from,   i, x, y, m, sx, sy, sxx, sxy, d) {
      for (i = from; i <= n; i++) { x = (v[i, 1] - v[1, 1]) / 60; y = v[i, k] / 1024; sx += x; sy += y; sxx += x * x; sxy += x * y; m++ }
      d = m * sxx - sx * sx
      return d ? (m * sxy - sx * sy) / d : 0
    }
    function cost(from, to) { return v[to, 8] > v[from, 8] ? (v[to, 7] - v[from, 7]) / (v[to, 8] - v[from, 8]) * 1000 : 0 }
    function flush(   a, b) {
      if (!n) return
      a = int((n + 2) / 3); b = n - a + 1
      printf "| %s | %.0f | %d | %.0f, %.0f | %+.2f | %.1f, %.1f | %+.2f | %d, %d | %d, %d | %.0f, %.0f |\n", place,
        (v[n, 1] - v[1, 1]) / 60, v[n, 8], median(3, 1, a) / 1024, median(3, b, n) / 1024, slope(3, a + 1),
        median(4, 1, a) / 1024, median(4, b, n) / 1024, slope(4, a + 1), median(5, 1, a), median(5, b, n),
        median(6, 1, a), median(6, b, n), cost(1, a), cost(b, n)
      n = 0
    }
    $2 != place { flush(); place = $2 }
    { n++; for (k = 1; k <= 8; k++) v[n, k] = $k }
    END { flush() }'
}

# The same for each use of native memory that changed by more than a quarter of a MiB.
native_table() {
  echo
  echo '| bridge | of what | MiB | a minute |'
  echo '|---|---|---|---|'
  sort -s -k2,3 | awk '
    function median(from, to,   i, j, m, t, a) {
      m = 0
      for (i = from; i <= to; i++) a[++m] = v[i]
      for (i = 2; i <= m; i++) for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
      return (a[int((m + 1) / 2)] + a[int((m + 2) / 2)]) / 2 / 1024
    }
    function slope(from,   i, x, y, m, sx, sy, sxx, sxy, d) {
      for (i = from; i <= n; i++) { x = (at[i] - at[1]) / 60; y = v[i] / 1024; sx += x; sy += y; sxx += x * x; sxy += x * y; m++ }
      d = m * sxx - sx * sx
      return d ? (m * sxy - sx * sy) / d : 0
    }
    function flush(   a, first, last) {
      if (n < 3) { n = 0; return }
      a = int((n + 2) / 3); first = median(1, a); last = median(n - a + 1, n)
      if (last - first > 0.25 || first - last > 0.25) printf "| %s | %s | %.1f, %.1f | %+.2f |\n", place, what, first, last, slope(a + 1)
      n = 0
    }
    $2 != place || $3 != what { flush(); place = $2; what = $3 }
    { n++; at[n] = $1; v[n] = $4 }
    END { flush() }'
}
