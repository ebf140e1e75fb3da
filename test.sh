#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test. Safe to run twice. `./test.sh --no-install` leaves the machine as it is.
# `./test.sh NAME…` runs only the named test projects (folders under test/, or `console`).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Whoever starts this in the background hands down an ignored SIGINT, and no program under test would stop on Ctrl-C.
if [ -z "${NULLIUS_TEST_SIGNALS:-}" ] && env --default-signal=INT true 2>/dev/null; then
  NULLIUS_TEST_SIGNALS=default exec env --default-signal=INT,QUIT "$BASH" "${BASH_SOURCE[0]##*/}" "$@"
fi

install=yes
names=()
for argument in "$@"; do
  case "$argument" in
    --no-install) install=no ;;
    -h|--help) sed -n '2,3s/^# //p' "$0"; exit 0 ;;
    *) names+=("$argument") ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
if ! command -v dotnet >/dev/null || ! dotnet --list-sdks 2>/dev/null | grep -q '^1[0-9]\.'; then
  echo "test.sh: the .NET SDK 10 is missing: install the package \`dotnet-sdk-10.0\` (https://learn.microsoft.com/dotnet/core/install/linux-debian), then run this again" >&2
  exit 2
fi

if [ "$install" = yes ]; then
  missing=()
  while read -r package; do
    case "$package" in ''|'#'*) continue ;; esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done < test/packages.txt
  if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ]; then as_root=(env)
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo true; }; }; then as_root=(sudo)
    else
      echo "test.sh: the tests need these Debian packages, and this user can install none: ${missing[*]}" >&2
      echo "         run: apt-get install --no-install-recommends ${missing[*]}" >&2
      exit 2
    fi
    echo "Installing ${missing[*]} …" >&2
    # A package that starts a server at once would take ports that the tests do not own.
    "${as_root[@]}" apt-get -qq update >&2
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
      "${as_root[@]}" chmod +x "$policy"
      trap '"${as_root[@]}" rm -f "$policy"' EXIT
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
  fi
fi

passed=0 failed=0
node_major() { node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/'; }
wanted() { [ ${#names[@]} -eq 0 ] || printf '%s\n' "${names[@]}" | grep -qx "$1"; }

echo "Building …" >&2
if [ -f console/package.json ] && wanted console || wanted EndToEnd; then
  if [ "$(node_major || true)" -ge 20 ] 2>/dev/null; then
    (cd console && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build) >&2
  else
    echo "test.sh: Node.js 20 or later is missing: the console is neither built nor tested" >&2
  fi
fi
dotnet build Nullius.slnx -c Release --nologo -v quiet >&2

run() { # name, command…: runs a suite and adds up its counts
  local name=$1 log status=0; shift
  log=$(mktemp)
  echo "== $name" >&2
  "$@" >"$log" 2>&1 || status=$?
  sed -i 's/\x1b\[[0-9;]*m//g' "$log"
  local ok bad
  # The .NET runner says `succeeded: 3`, vitest `Tests  1 failed | 3 passed (4)`.
  ok=$(grep -oE '^ *succeeded: [0-9]+|^ *Tests .*' "$log" | grep -oE 'succeeded: [0-9]+|[0-9]+ passed' | grep -oE '[0-9]+' | tail -1 || true)
  bad=$(grep -oE '^ *failed: [0-9]+|^ *Tests .*' "$log" | grep -oE 'failed: [0-9]+|[0-9]+ failed' | grep -oE '[0-9]+' | tail -1 || true)
  passed=$((passed + ${ok:-0}))
  failed=$((failed + ${bad:-0}))
  if [ "$status" -ne 0 ] || [ -z "$ok" ]; then
    [ "${bad:-0}" -gt 0 ] || failed=$((failed + 1))
    tail -n 200 "$log" >&2
  fi
  echo "   ${ok:-0} passed, ${bad:-0} failed (exit $status)" >&2
  rm -f "$log"
}

for project in test/*/*.csproj; do
  name=$(basename "$(dirname "$project")")
  wanted "$name" || continue
  run "$name" dotnet test --project "$project" -c Release --no-build
done
if [ -f console/package.json ] && [ -d console/node_modules ] && wanted console; then
  run console bash -c 'cd console && npm run --silent typecheck && npm test --silent'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
