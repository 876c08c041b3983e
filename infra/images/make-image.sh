#!/usr/bin/env bash
# Makes an image out of programs of this machine and the libraries they need, where no registry can be reached:
#
#   infra/images/make-image.sh mcp-windtunnel-base node             the base of the reference servers' image
#   infra/images/make-image.sh mcp-windtunnel-redis redis-server    for --store redis
#
# A program is a name on the PATH or a path. DOCKER names another client than docker, such as podman.
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 64
fi
image=$1
shift

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{etc,tmp,usr/local/bin}
chmod 755 "$root"
chmod 1777 "$root/tmp"
printf 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"

for program in "$@"; do
  path=$(command -v "$program") || { echo "there is no program $program on this machine" >&2; exit 64; }
  path=$(realpath "$path")
  # A shebang would need its interpreter, and that whatever it reads.
  [ "$(head -c 4 "$path" | od -An -tx1 | tr -d ' \n')" = 7f454c46 ] ||
    { echo "$path is no program that stands for itself (a script?); name the program behind it" >&2; exit 64; }
  install -m 755 "$path" "$root/usr/local/bin/$(basename "$program")"
  # What is linked statically has none.
  { ldd "$path" 2>/dev/null || true; } | grep -o '/[^ )]*' | sort -u | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -nL "$library" "$root$library"
  done
done

tar -C "$root" --owner=0 --group=0 --numeric-owner -c . |
  "${DOCKER:-docker}" import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - "$image" >/dev/null
echo "$image"
