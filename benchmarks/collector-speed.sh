#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Rows a second that the collector stores, from a real sender (loggen) on the same machine, over TCP, parsed into columns:
#
#   benchmarks/collector-speed.sh [sqlite | postgres [JDBC_URL]] [MESSAGES] [CONNECTIONS]
#
# Needs loggen (Debian's syslog-ng-core) and `mvn -DskipTests package`. The time runs from the first message sent to the last
# row stored; the best and the worst second between are those of the collector's own counter. It ends with 1 unless the
# collector's report says that all was delivered and nothing else happened, and the database, asked afterwards, holds each
# message of each sender once; also when nothing is stored for 30 s. Without a URL, PostgreSQL is started for the run, from the
# binaries that the tests use, as initdb leaves it (fsync on); with one it is yours: leave its fsync on.
set -euo pipefail
cd "$(dirname "$0")/.."
jar=examples/target/collector.jar
work=$(mktemp -d)
collector= sampler= postgres=
as= # what PostgreSQL, which refuses to be root, is run in
[ "$(id -u)" != 0 ] || as="unshare -U"
cleanup() {
  kill -9 $collector $sampler 2> /dev/null || true
  [ -z "$postgres" ] || $as "$postgres/bin/pg_ctl" -D "$work/data" -m immediate stop > /dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

start_postgres() {
  local version machine port=$((20000 + RANDOM % 10000))
  version=$(sed -n 's/.*<embedded-postgres-binaries.version>\(.*\)<.*/\1/p' pom.xml)
  case $(uname -m) in aarch64) machine=arm64v8 ;; *) machine=amd64 ;; esac
  mvn -B -q -N dependency:copy -DoutputDirectory="$work/binaries" \
      -Dartifact="io.zonky.test.postgres:embedded-postgres-binaries-linux-$machine:$version" > "$work/mvn" 2>&1 < /dev/null \
      || { cat "$work/mvn"; exit 1; }
  (cd "$work/binaries" && jar -xf ./*.jar)
  mkdir "$work/postgres"
  tar -xJf "$work"/binaries/*.txz -C "$work/postgres"
  postgres=$work/postgres
  { $as "$postgres/bin/initdb" -A trust -U postgres -E UTF8 -D "$work/data" &&
      $as "$postgres/bin/pg_ctl" -D "$work/data" -l "$work/log" -o "-p $port -k $work -h 127.0.0.1" -w start; } \
      > "$work/initdb" 2>&1 || { cat "$work/initdb" "$work/log"; exit 1; }
  db="jdbc:postgresql://127.0.0.1:$port/postgres?user=postgres"
}

kind=${1:-sqlite}
shift $(($# > 0))
case $kind in
  sqlite) db=jdbc:sqlite:$work/speed.db ;;
  postgres) if [[ ${1:-} == jdbc:* ]]; then db=$1; shift; else start_postgres; fi ;;
  *) echo "sqlite or postgres, not '$kind'"; exit 2 ;;
esac
connections=${2:-2}
each=$((${1:-1000000} / connections))
total=$((each * connections))
before=$(java -cp "$jar" benchmarks/CountRows.java "$db")

java ${COLLECTOR_JVM:--Xmx512m} -jar "$jar" --udp 0 --tcp 0 --http 0 --db "$db" ${COLLECTOR_OPTIONS:-} \
    > "$work/out" 2> "$work/err" &
collector=$!
until grep -q 'collector: ready' "$work/err"; do
  kill -0 $collector 2> /dev/null || { cat "$work/err"; exit 1; }
  sleep 0.1
done
port=$(sed -n 's/.*tcp 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/err")
page=$(sed -n 's/.*page http:\/\/\(127\.0\.0\.1:[0-9]*\).*/\1/p' "$work/err")

delivered() {
  curl -s "http://$page/metrics" | awk '/^esclusa_pipeline_settled_messages_total/ && /outcome="delivered"/ { n = $2 } END { printf "%d", n }'
}

# Once a second, for the best and the worst of them.
sample() { while sleep 1; do echo "$(date +%s%N) $(delivered)"; done; }
sample > "$work/samples" 2> /dev/null &
sampler=$!

start=$(date +%s%N)
# Not for ever: a collector that reads nothing would hold it.
timeout $((60 + total / 5000)) loggen -i -S -P -s 256 -r 1000000 -I 36000 -n "$each" --active-connections "$connections" \
    127.0.0.1 "$port" > "$work/loggen" 2>&1 || { echo "loggen ended with $?"; tail -n 5 "$work/loggen" "$work/err"; exit 1; }
sent=$(date +%s%N)
stored=0
patience=$((SECONDS + 30))
while [ "$stored" -lt "$total" ] && [ $SECONDS -lt $patience ]; do
  sleep 0.05
  now=$(delivered || true)
  [ "$now" = "$stored" ] || { stored=$now; patience=$((SECONDS + 30)); }
done
end=$(date +%s%N)
kill $sampler
kill -TERM $collector
status=0
wait $collector || status=$?
collector=
report=$(tail -n 1 "$work/out")
echo "$report"
[ "$report" = "{\"accepted\":$total,\"delivered\":$total,\"filtered\":0,\"failed\":0,\"deadLettered\":0,\"dropped\":0,\"returned\":0,\"unknown\":0,\"balanced\":true}" ] \
    || { echo "not so: all $total of them delivered, and nothing else"; status=1; }
java -cp "$jar" benchmarks/CountRows.java "$db" "$before" "$connections" "$each" \
    || { echo "not so: each of $total messages of $connections senders once"; status=1; }
[ "$status" = 0 ] || { tail -n 5 "$work/err"; exit 1; }
awk -v n="$total" -v a="$start" -v s="$sent" -v b="$end" 'BEGIN {
  printf "%d messages stored in %.2f s: %d rows a second (sent in %.2f s)\n", n, (b - a) / 1e9, n / ((b - a) / 1e9), (s - a) / 1e9 }'
awk '$2 > 0 && last > 0 && $2 > last { r = ($2 - last) / ($1 - at) * 1e9; if (r > best) best = r; if (low == 0 || r < low) low = r }
    { last = $2; at = $1 } END { printf "best second %d, worst %d rows a second\n", best, low }' "$work/samples"
