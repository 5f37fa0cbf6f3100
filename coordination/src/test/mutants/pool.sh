#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows that the pool's torture test can fail: breaks the pool in one deliberate way at a time and demands that the
# torture test catches each. Run after `mvn -DskipTests package`:
#
#   coordination/src/test/mutants/pool.sh [RUNS]        (default 400 random pools for each mutant)
#
# A mutant is a line below: its name | the file | a text that stands there once | what is put in its place (\n: a new line).
set -euo pipefail
cd "$(dirname "$0")/../../../.."
runs=${1:-400}
seed=${ESCLUSA_SEED:-1}
root=coordination/src/main/java/io/github/esclusa/coordination/pool
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mvn -q -B -pl coordination -am test-compile dependency:build-classpath -Dmdep.includeScope=test \
    -Dmdep.outputFile="$work/classpath" -Dspotless.check.skip=true -Denforcer.skip=true
path=$(pwd)/coordination/target/test-classes:$(pwd)/coordination/target/classes:$(pwd)/core/target/classes
path=$path:$(cat "$work/classpath")

torture() { timeout 300 java -Xmx512m -cp "$1:$path" io.github.esclusa.coordination.pool.PoolTorture "$seed" "$runs"; }

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
  elif [[ $answer == seed* ]]; then
    echo "caught    $name: $(printf '%s' "$answer" | sed -n 2p | cut -c 1-100)"
  else
    echo "mutant '$name' ended without a verdict"
    exit 2
  fi
done <<'MUTANTS'
a return wakes nobody|HandOver.java|eldest.settle(AcquireOutcome.SUCCESS);|eldest.outcome = AcquireOutcome.SUCCESS;
a return goes past the queue|HandOver.java|Waiter<T> eldest = pollEldestWaiter();\n        if (eldest != null) {\n            grant|Waiter<T> eldest = null;\n        if (eldest != null) {\n            grant
close wakes nobody|HandOver.java|for (Waiter<T> waiter : waiters) {\n                waiter.settle(AcquireOutcome.CLOSED);\n            }|
a failed creation keeps its slot|Supply.java|creating--;\n        slots.release();|creating--;
a failed creation still counts as running|Supply.java|creating--;\n        slots.release();|slots.release();
a failed creation starts no other|HandOver.java|changed.signalAll();\n            plan(waiters.size());\n            drainedIfEmpty();|changed.signalAll();\n            drainedIfEmpty();
a destroyed resource keeps its slot|HandOver.java|supply.freeSlot();|
a destruction starts no creation|HandOver.java|supply.freeSlot();\n            plan(waiters.size());|supply.freeSlot();
a slot is free before the destruction|HandOver.java|planned.add(new Job.Destroy<>(resource, reason));|planned.add(new Job.Destroy<>(resource, reason));\n        supply.freeSlot();
no bound|Supply.java|!slots.tryAcquire()|false
a failed validation is lent all the same|Workers.java|if (valid) {|if (valid || failure == null) {
a failed validation tries nothing else|HandOver.java|doom(job.resource, DestroyReason.INVALID);\n            plan(waiters.size());|job.resource.state = Resource.State.DOOMED;
an interrupted waiter stays in the queue|HandOver.java|private void withdraw(Waiter<T> waiter) {\n        waiters.remove(waiter);|private void withdraw(Waiter<T> waiter) {
a timed-out waiter stays in the queue|HandOver.java|waiters.remove(waiter);\n        waiter.settle(AcquireOutcome.TIMEOUT);|waiter.settle(AcquireOutcome.TIMEOUT);
a second close gives back again|Lease.java|resource = null;\n        return held;|return held;
an invalidated lease gives its resource back|HandOver.java|doom(resource, DestroyReason.INVALIDATED);|deliver(resource, 0);
a closed pool keeps what comes back|HandOver.java|private void deliver(Resource<T> resource, long now) {\n        if (phase != Phase.OPEN) {|private void deliver(Resource<T> resource, long now) {\n        if (phase == Phase.TERMINATED) {
idle resources survive the close|HandOver.java|destructions.add(new Job.Destroy<>(resource, DestroyReason.CLOSED));|
a closed pool still lends|HandOver.java|Attempt tryLend(Lease<T> lease, long now) {\n        lock.lock();\n        try {\n            if (phase != Phase.OPEN) {|Attempt tryLend(Lease<T> lease, long now) {\n        lock.lock();\n        try {\n            if (false) {
an Error of the factory ends the job|Workers.java|object = factory.create();\n        } catch (Throwable e) {|object = factory.create();\n        } catch (Exception e) {
a null is lent|Workers.java|if (object == null) {|if (false) {
a planned job is forgotten|HandOver.java|for (Job<T> job = planned.poll(); job != null; job = planned.poll()) {|for (Job<T> job = planned.poll(); job != null; job = null) {
MUTANTS
echo "$count mutants, $survivors survived"
[ "$survivors" -eq 0 ]
