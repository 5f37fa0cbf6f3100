#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Rows a second that the collector stores, from a real sender (loggen) on the same machine, over TCP, parsed into columns:
#
#   benchmarks/collector-speed.sh [sqlite | postgres [JDBC_URL]] [MESSAGES] [CONNECTIONS]
#
# Needs loggen (Debian's syslog-ng-core) and `mvn -DskipTests package`. The time runs from the first message sent to the last
# row stored; the best and the worst second between are those of the collector's own counter, without the seconds in which the
# first and the last row came, which are not full. It ends with 1 unless the collector's report says that all was delivered and
# nothing else happened, and the database, asked afterwards, holds each message of each sender once; also when nothing is stored
# for 30 s.
#
# Of the worst second it says when it was and what was seen at its end. Many in flight and senders that wait: the database was
# behind. Few, and nobody waits: the sender was. Little of the processors: they waited, for the disk mostly (a checkpoint; those of a
# PostgreSQL started here are listed), or somebody else had them. In the first seconds the collector's code is not compiled yet.
#
# How a burst is held, by the buffer and then by the senders, is in its last lines: the heap, the most memory that was resident
# (Linux's VmHWM), the most messages in flight, out of how many, and for how long senders were held back, all added up. What is in
# flight is looked at once a second; the deepest queue is the collector's own maximum. The JVM's options are COLLECTOR_JVM,
# the collector's are COLLECTOR_OPTIONS.
#
# Without a URL, PostgreSQL is started for the run, from the binaries that the tests use, as initdb leaves it (fsync on); with one it
# is yours: leave its fsync on.
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
jvm=${COLLECTOR_JVM:--Xmx512m}
heap=$(java $jvm -XX:+PrintFlagsFinal -version 2> /dev/null | awk '$2 == "MaxHeapSize" { printf "%d", $4 / 1048576 }')
before=$(java -cp "$jar" benchmarks/CountRows.java "$db")

java $jvm -jar "$jar" --udp 0 --tcp 0 --http 0 --db "$db" ${COLLECTOR_OPTIONS:-} \
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

# What it holds, in one line: messages delivered, in flight, deepest queue, weight in flight; submissions that wait; how often and
# for how many seconds senders have been held back, and the longest of it; messages and weight that may be in flight over TCP.
gauges() {
  curl -s "http://$page/metrics" | awk '
      /^esclusa_pipeline_settled_messages_total/ && /outcome="delivered"/ { delivered = $2 }
      /^esclusa_pipeline_in_flight_messages/ { flying += $2 }
      /^esclusa_pipeline_queue_depth_messages_max/ { if ($2 > depth) depth = $2 }
      /^esclusa_pipeline_weight_bytes/ { weight += $2 }
      /^esclusa_pipeline_waiting_submissions/ { waiting += $2 }
      /^esclusa_pipeline_backpressure_seconds_count/ { times += $2 }
      /^esclusa_pipeline_backpressure_seconds_sum/ { held += $2 }
      /^esclusa_pipeline_backpressure_seconds_max/ { if ($2 > longest) longest = $2 }
      /^esclusa_pipeline_capacity_messages/ && /inlet="tcp"/ { capacity = $2 }
      /^esclusa_pipeline_max_weight_bytes/ && /inlet="tcp"/ { bound = $2 }
      END { printf "%d %d %d %d %d %d %.3f %.3f %d %d\n",
          delivered, flying, depth, weight, waiting, times, held, longest, capacity, bound }'
}

# Ticks of the processors so far: the collector's, all that were used, all that waited for a disk. Zeros where Linux is not.
ticks() {
  { sed 's/.*) //' "/proc/$collector/stat" && head -n 1 /proc/stat; } 2> /dev/null \
      | awk 'NR == 1 { own = $12 + $13 } NR == 2 { used = $2 + $3 + $4 + $7 + $8 + $9; disk = $6 } END { printf "%d %d %d", own, used, disk }'
}

# Once a second, for the best and the worst of them.
sample() { while sleep 1; do echo "$(date +%s%N) $(ticks) $(gauges)"; done; }
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
echo "$end 0 0 0 $(gauges)" >> "$work/samples"
resident=$(awk '/^VmHWM/ { printf "%d", $2 / 1024 }' "/proc/$collector/status" 2> /dev/null || true)
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
awk -v total="$total" -v start="$start" -v hertz="$(getconf CLK_TCK)" -v heap="$heap" -v resident="${resident:-?}" -v jvm="$jvm" \
    -v connections="$connections" '
    $5 == 0 { next } # nothing stored yet, or no answer
    last > 0 && $5 < total {
      span = ($1 - at) / 1e9
      rate = ($5 - last) / span
      if (rate > best) best = rate
      if (!full++ || rate < worst) {
        worst = rate
        begun = (at - start) / 1e9
        over = begun + span
        seen = sprintf("%d in flight, %d senders waiting; of the processors it had %.2f, all together %.2f, %.2f waited for a disk",
            $6, $9, ($2 - own) / hertz / span, ($3 - used) / hertz / span, ($4 - disk) / hertz / span)
      }
    }
    { looks++
      at = $1; own = $2; used = $3; disk = $4; last = $5
      if ($6 > flying) flying = $6
      if ($7 > depth) depth = $7
      if ($8 > weight) weight = $8
      if ($12 > longest) longest = $12
      times = $10; held = $11; capacity = $13; bound = $14 }
    END {
      if (full) {
        printf "best second %d, worst %d rows a second\n", best, worst
        printf "the worst: from %.1f s to %.1f s after the start; %s\n", begun, over, seen
      } else print "best and worst second: the run was too short for a full one"
      printf "heap %s MiB (%s), resident memory at most %s MiB\n", heap, jvm, resident
      printf "in flight at most %d messages of %d, weighing %.1f of %.1f MiB, in %d looks; the deepest queue %d messages\n",
          flying, capacity, weight / 1048576, bound / 1048576, looks, depth
      printf "senders held back %d times, %.2f s in all over %d connections, %.3f s at the longest\n",
          times, held, connections, longest }' "$work/samples"
[ -z "$postgres" ] || awk '/LOG: +checkpoint (starting|complete)/ { print "PostgreSQL: " substr($0, 1, 110) }' "$work/log"
