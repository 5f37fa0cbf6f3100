#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Rows a second that the collector stores, from a real sender (loggen) on the same machine, over TCP, parsed into columns:
#
#   benchmarks/collector-speed.sh [sqlite | postgres JDBC_URL] [MESSAGES] [CONNECTIONS]
#
# Needs loggen (Debian's syslog-ng-core) and `mvn -DskipTests package`. The time runs from the first message sent to the last
# row stored; the best and the worst second between are those of the collector's own counter; nothing may be lost, dropped or doubled, or the script ends with 1. PostgreSQL is yours to start: leave its fsync on.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-sqlite}
work=$(mktemp -d)
case $kind in
  sqlite) db=jdbc:sqlite:$work/speed.db ;;
  postgres) db=${2:?the JDBC URL of the PostgreSQL database}; shift ;;
  *) echo "sqlite or postgres, not '$kind'"; exit 2 ;;
esac
messages=${2:-1000000}
connections=${3:-2}

java ${COLLECTOR_JVM:--Xmx512m} -jar examples/target/collector.jar --udp 0 --tcp 0 --http 0 --db "$db" ${COLLECTOR_OPTIONS:-} \
    > "$work/out" 2> "$work/err" &
collector=$!
trap 'kill -9 $collector ${sampler:-} 2> /dev/null || true; rm -rf "$work"' EXIT
until grep -q 'collector: ready' "$work/err"; do
  kill -0 $collector 2> /dev/null || { cat "$work/err"; exit 1; }
  sleep 0.1
done
port=$(sed -n 's/.*tcp 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/err")
page=$(sed -n 's/.*page http:\/\/\(127\.0\.0\.1:[0-9]*\).*/\1/p' "$work/err")

delivered() {
  curl -s "http://$page/metrics" | awk '/^esclusa_pipeline_settled_messages_total/ && /outcome="delivered"/ { printf "%d", $2 }'
}

# Once a second, for the best and the worst of them.
sample() { while sleep 1; do echo "$(date +%s%N) $(delivered)"; done; }
sample > "$work/samples" 2> /dev/null &
sampler=$!

start=$(date +%s%N)
loggen -i -S -P -s 256 -r 1000000 -I 600 -n $((messages / connections)) --active-connections "$connections" \
    127.0.0.1 "$port" > "$work/loggen" 2>&1
sent=$(date +%s%N)
total=$((messages / connections * connections))
until [ "$(delivered)" -ge "$total" ]; do sleep 0.05; done
end=$(date +%s%N)
kill $sampler
kill -TERM $collector
status=0
wait $collector || status=$?
tail -n 1 "$work/out"
awk -v n="$total" -v a="$start" -v s="$sent" -v b="$end" 'BEGIN {
  printf "%d messages stored in %.2f s: %d rows a second (sent in %.2f s)\n", n, (b - a) / 1e9, n / ((b - a) / 1e9), (s - a) / 1e9 }'
awk '$2 > 0 && last > 0 && $2 > last { r = ($2 - last) / ($1 - at) * 1e9; if (r > best) best = r; if (low == 0 || r < low) low = r }
    { last = $2; at = $1 } END { printf "best second %d, worst %d rows a second\n", best, low }' "$work/samples"
exit $status
