#!/usr/bin/env bash
# Makes an image out of programs of this machine and the libraries they need, where no registry can be reached:
#
#   infra/images/make-image.sh mcp-windtunnel-base node             the base of the reference servers' image
#   infra/images/make-image.sh mcp-windtunnel-redis redis-server    for --store redis
#
# A program is a name on the PATH or a path. DOCKER names another client than docker, such as podman. Before the name
# of the image may stand, each as often as wanted:
#
#   --add FOLDER            what is in it, at the root of the image, with the libraries its native modules need
#   --change INSTRUCTION    of a Dockerfile: CMD, ENV, LABEL, USER, WORKDIR
set -euo pipefail

usage() {
  sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
  exit 64
}

folders=()
changes=(--change 'ENV PATH=/usr/local/bin:/usr/bin:/bin')
while [ $# -gt 0 ]; do
  case $1 in
    --add) [ -d "${2-}" ] || { echo "--add ${2-}: there is no such folder" >&2; exit 64; }; folders+=("$2"); shift 2 ;;
    --change) [ -n "${2-}" ] || usage; changes+=(--change "$2"); shift 2 ;;
    -*) usage ;;
    *) break ;;
  esac
done
[ $# -ge 2 ] || usage
image=$1
shift

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{etc,tmp,usr/local/bin}
chmod 755 "$root"
chmod 1777 "$root/tmp"
printf 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"

# The libraries that programs or native modules are linked with. What is linked statically has none.
add_libraries() {
  { ldd "$1" 2>/dev/null | grep -o '/[^ )]*' || true; } | sort -u | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -nL "$library" "$root$library"
  done
}

for folder in ${folders[@]+"${folders[@]}"}; do
  cp -a "$folder/." "$root/"
  find "$folder" -name '*.so*' -type f -print0 | while IFS= read -r -d '' module; do add_libraries "$module"; done
done

for program in "$@"; do
  path=$(command -v "$program") || { echo "there is no program $program on this machine" >&2; exit 64; }
  path=$(realpath "$path")
  # A shebang would need its interpreter, and that whatever it reads.
  [ "$(head -c 4 "$path" | od -An -tx1 | tr -d ' \n')" = 7f454c46 ] ||
    { echo "$path is no program that stands for itself (a script?); name the program behind it" >&2; exit 64; }
  install -m 755 "$path" "$root/usr/local/bin/$(basename "$program")"
  add_libraries "$path"
done

# What mktemp made is for its owner alone.
chmod 755 "$root"
tar -C "$root" --owner=0 --group=0 --numeric-owner -c . |
  "${DOCKER:-docker}" import "${changes[@]}" - "$image" >/dev/null
echo "$image"
