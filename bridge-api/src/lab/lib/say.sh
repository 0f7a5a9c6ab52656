# shellcheck shell=bash
# What the lab says: progress and failures on standard error, results on standard output.

say() { printf 'lab: %3d s  %s\n' "$SECONDS" "$*" >&2; }

fail() {
  printf 'lab: %s\n' "$*" >&2
  exit 1
}

need_root() {
  [[ $(id -u) == 0 ]] || fail 'makes network namespaces and so needs root; run it with sudo'
}

# need PROGRAM...: fails with what to do unless all of them are there.
need() {
  local program missing=()
  for program in "$@"; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [[ ${#missing[@]} == 0 ]] || fail "not installed: ${missing[*]}; run .ci/tools lab"
}

# await SECONDS WHAT COMMAND...: until the command succeeds; fails when it does not in time.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null; do
    ((SECONDS < deadline)) || fail "waited too long for $what; logs are in $state/log"
    sleep 0.2
  done
}

# pause SECONDS: like sleep, but a signal to the lab is heard at once, and what still sleeps then holds no lock.
pause() {
  sleep "$1" 9>&- &
  wait $!
}

# locked FUNCTION ARGUMENT...: one at a time in this lab.
locked() {
  mkdir -p "$state"
  exec 9>"${state%/*}/.$lab.lock"
  flock -n 9 || fail "another command is at work on lab '$lab'; wait for it"
  "$@"
}
