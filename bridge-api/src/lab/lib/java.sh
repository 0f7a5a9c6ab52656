# shellcheck shell=bash
# The few programs of the lab that are Java: they are compiled once, into its state.

readonly small_java=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m -Xshare:auto --enable-native-access=ALL-UNNAMED)

# The runtime that the launcher has found, or the newest there is.
java_program() {
  local candidate
  for candidate in "${REGION_BRIDGE_JAVA_HOME-}" "${JAVA_HOME-}" /usr/lib/jvm/*25* /usr/lib/jvm/* /opt/java/*; do
    if [[ -x $candidate/bin/javac ]] && grep -q '^JAVA_VERSION="2[5-9]' "$candidate/release" 2>/dev/null; then
      echo "$candidate/bin/java"
      return
    fi
  done
  fail 'no JDK 25 or newer found; install one, or name one in REGION_BRIDGE_JAVA_HOME'
}

java_home() {
  local program
  program=$(java_program)
  echo "${program%/bin/java}"
}

compile() {
  local stamp=$state/classes/.compiled
  if [[ -f $stamp && -z $(find "$here/java" -newer "$stamp" -name '*.java') ]]; then return; fi
  mkdir -p "$state/classes"
  "$(java_program)c" -d "$state/classes" "$here"/java/io/regionbridge/lab/*.java
  touch "$stamp"
}
