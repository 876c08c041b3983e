#!/usr/bin/env bash
# Makes an image of a foreign server that `npm run foreign` has prepared, with the Node or Python of this machine, and
# prints its name. Nothing is made where there is an image of the same content. It listens on port 3000.
#
#   infra/foreign/make-image.sh go-sdk
#
# DOCKER names another client than docker, such as podman.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
name=${1-}
prepared=$here/../../.cache/foreign/$name
[ -n "$name" ] && [ -f "$prepared/.stamp" ] ||
  { echo "usage: $0 NAME, of a server that \`npm run foreign\` has prepared" >&2; exit 64; }
docker=${DOCKER:-docker}
command -v "$docker" >/dev/null || { echo "there is no program $docker on this machine" >&2; exit 64; }

# What the image holds at /app, the program that runs it, and with which arguments.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/app"
case $name in
  everything) program=node command='["node","node_modules/@modelcontextprotocol/server-everything/dist/index.js","streamableHttp"]' ;;
  fastmcp-ts) program=node command='["node","server.mjs","3000"]' ;;
  go-sdk) program=$prepared/server command='["server","3000"]' ;;
  # Not the virtual environment's, which is a link: with the libraries beside it, it is one of its own.
  python-sdk) program=$("$prepared/.venv/bin/python" -c 'import os, sys; print(os.path.realpath(sys.executable))') command= ;;
  *) echo "$0: no image of $name is known" >&2; exit 64 ;;
esac

made_of=$(cat "$prepared/.stamp" "$0" "$here/../images/make-image.sh"; [ "$program" = "$prepared/server" ] || "$program" --version)
image=mcp-windtunnel-foreign-$name:$(sha256sum <<<"$made_of" | cut -c 1-16)
if "$docker" image inspect "$image" >/dev/null 2>&1; then
  echo "$image"
  exit
fi

changes=(--change 'WORKDIR /app' --change 'USER 65532:65532')
case $name in
  everything | fastmcp-ts) cp -a "$prepared/." "$root/app" ;;
  python-sdk)
    python=$(basename "$program")
    command="[\"$python\",\"server.py\",\"3000\"]"
    changes+=(--change 'ENV PYTHONPATH=/app/packages')
    cp -a "$prepared/server.py" "$root/app/"
    cp -a "$prepared/.venv/lib/$python/site-packages" "$root/app/packages"
    # Where a Python in /usr/local/bin looks for what belongs to it; compiled files are valid by the times of their sources.
    mkdir -p "$root/usr/local/lib/$python"
    library=$("$program" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
    tar -C "$library" --exclude=./test --exclude=./site-packages --exclude=./dist-packages --exclude='./config-*' -c . |
      tar -C "$root/usr/local/lib/$python" -x
    ;;
esac
"$here/../images/make-image.sh" --add "$root" "${changes[@]}" --change "CMD $command" "$image" "$program"
