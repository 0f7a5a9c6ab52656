#!/usr/bin/env bash
# Fetches and unpacks Debian's kernel for clouds without installing it, and prints where it is.
# Nothing happens when that version is there already. The place is a cache outside the tree.
set -euo pipefail

for tool in apt-get apt-cache dpkg-deb; do
  command -v "$tool" >/dev/null || { echo "kernel.sh: no $tool; Debian or Ubuntu is needed" >&2; exit 1; }
done

kernel_package() { apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: //p' | head -n 1; }

package=$(kernel_package)
if [ -z "$package" ]; then
  # The lists of packages are missing on a fresh machine.
  apt-get update -qq >&2
  package=$(kernel_package)
fi
[ -n "$package" ] || { echo "kernel.sh: apt knows no linux-image-cloud-amd64" >&2; exit 1; }
version=$(apt-cache show --no-all-versions "$package" | sed -n 's/^Version: //p')
cache=${XDG_CACHE_HOME:-$HOME/.cache}/region-bridge/kernel
place=$cache/$package-$version

if [ ! -d "$place" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/.fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  # apt's sandbox user may not write here; that costs a warning and nothing else.
  (cd "$work" && apt-get download -q "$package" >&2)
  dpkg-deb -x "$work"/*.deb "$work/unpacked"
  mv -T "$work/unpacked" "$place" 2>/dev/null || [ -d "$place" ]
fi
echo "$place"
