#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows that the shutdown torture test can fail: breaks the pipeline in one deliberate way at a time and demands that the
# torture test catches each. Run after `mvn -DskipTests package`:
#
#   pipeline/src/test/mutants/run.sh [RUNS]        (default 3000 scenarios for each mutant)
#
# A mutant is a line below: its name | the file | a text that stands there once | what is put in its place (\n: a new line).
set -euo pipefail
cd "$(dirname "$0")/../../../.."
runs=${1:-3000}
seed=${ESCLUSA_SEED:-1}
root=pipeline/src/main/java/io/github/esclusa/pipeline
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mvn -q -B -pl pipeline -am test-compile dependency:build-classpath -Dmdep.includeScope=test \
    -Dmdep.outputFile="$work/classpath" -Dspotless.check.skip=true -Denforcer.skip=true
classes=$(pwd)/pipeline/target/classes
path=$(pwd)/pipeline/target/test-classes:$classes:$(cat "$work/classpath")

torture() { timeout 300 java -Desclusa.torture.watchdog=10 -cp "$1:$path" io.github.esclusa.pipeline.torture.Torture "$seed" "$runs"; }

echo "unbroken: $(torture "$work/none" | tail -n 1)"
survivors=0
count=0
while IFS='|' read -r name file old new; do
  [ -n "$name" ] || continue
  count=$((count + 1))
  mkdir -p "$work/$count/src" "$work/$count/classes"
  source=$root/$file
  OLD=$old NEW=$new perl -0pe 'BEGIN { $n = 0; ($o, $w) = @ENV{"OLD", "NEW"}; s/\\n/\n/g for $o, $w } $n += s/\Q$o\E/$w/g;
      END { $? = $n == 1 ? 0 : 9 }' \
      "$source" > "$work/$count/src/$(basename "$file")" || { echo "mutant '$name' does not apply to $file"; exit 2; }
  javac -nowarn -proc:none -d "$work/$count/classes" -cp "$path" "$work/$count/src/$(basename "$file")" 2> "$work/$count/javac" \
      || { echo "mutant '$name' does not compile:"; cat "$work/$count/javac"; exit 2; }
  if answer=$(torture "$work/$count/classes" 2> /dev/null); then
    echo "SURVIVED  $name"
    survivors=$((survivors + 1))
  else
    echo "caught    $name: $(printf '%s' "$answer" | grep -m 1 -E 'not true|hung' | cut -c 1-100)"
  fi
done <<'MUTANTS'
admit after close|buffer/BoundedBuffer.java|if (closed) {\n            return Admission.CLOSED;|if (false) {\n            return Admission.CLOSED;
close wakes nobody in line|buffer/BoundedBuffer.java|answered.forEach(waiter -> waiter.answer(Admission.CLOSED));|answered.forEach(waiter -> waiter.hasCallback());
room wakes nobody in line|buffer/BoundedBuffer.java|answered = admitFromLine();\n        } finally {|answered = List.of();\n        } finally {
an admitted producer hears of an interrupt|buffer/BoundedBuffer.java|if (given == null) {|if (true) {
a dropped message keeps its credit|buffer/BoundedBuffer.java|room.giveBack(evicted.size(), kept);|evicted.size();
a ring is skipped|buffer/Bell.java|if (waiters.get() > 0) {|if (waiters.get() > 1) {
no second look before waiting|engine/Segment.java|&& !halted && !isReady() && !isDone()) {|) {
sealing wakes nobody|engine/Segment.java|sealed = true;\n        bell.ringAll();|sealed = true;
halting wakes nobody|engine/Segment.java|halted = true;\n        bell.ringAll();|halted = true;
a settlement is not announced|engine/Execution.java|settler.settled(items, outcome, cause);|if (items.size() != 2) { settler.settled(items, outcome, cause); }
a settlement is not counted|engine/Hand.java|account.lazySet(account.get() + items.size());|account.lazySet(account.get() + (items.size() == 2 ? 1 : items.size()));
a seized hand still settles|engine/Hand.java|    boolean settle(List<Envelope> items, Outcome outcome) {\n        lock.lock();\n        try {\n            if (seized) {|    boolean settle(List<Envelope> items, Outcome outcome) {\n        lock.lock();\n        try {\n            if (false) {
a seized hand still parks|engine/Hand.java|    Handover park(List<Work> group, Parking parking) {\n        lock.lock();\n        try {\n            if (seized) {|    Handover park(List<Work> group, Parking parking) {\n        lock.lock();\n        try {\n            if (false) {
a halted queue still takes messages|engine/WorkQueue.java|if (aborted) {|if (false) {
a halted parking place still takes work|engine/Parking.java|if (aborted) {|if (false) {
parked work is forgotten by the halt|engine/Engine.java|left.addAll(segment.parking().abort());|segment.parking().abort();
queued work is forgotten by the halt|engine/Engine.java|left.addAll(segment.source().abort());|segment.source().abort();
a worker ends while work is parked|engine/Segment.java|&& parking.isEmpty();|&& !parking.holdsBack();
a segment is sealed too early|engine/Engine.java|if (segment.workerEnded()) {|if (!segment.workerEnded()) {
one worker goes on past parked work|engine/Parking.java|return ordered && size > 0;|return false;
half a bisected batch is lost|engine/Execution.java|todo.addFirst(work.part(work.items.subList(half, work.items.size())));|work.part(work.items.subList(half, work.items.size()));
a poisoned batch is tried whole again|engine/Recovery.java|return items > 1 ? new Bisect() : new End();|return new End();
dead letters count before the handler|engine/Execution.java|private void deadLetterFailed(Work work, Step step, Throwable cause, Throwable thrown) {|private void deadLetterFailed(Work work, Step step, Throwable cause, Throwable thrown) {\n        settle(work.items, Outcome.DEAD_LETTERED, cause);
credit is not given back|engine/Settler.java|i + 1 - from, weight|i - from, weight
MUTANTS
echo "$count mutants, $survivors survived"
[ "$survivors" -eq 0 ]
