#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows that tests can fail: breaks the code in one deliberate way at a time, and demands that a test notices.
#
#   stress/mutants/run.sh LIST... [-k TEXT]      (-k: only mutants whose line contains TEXT)
#
# A list stands beside the tests of its module, in <module>/src/test/mutants. Its first lines say what it needs:
#
#   module: coordination
#   sources: src/main/java/io/github/esclusa/coordination/pool
#   tests: io.github.esclusa.coordination.pool.PoolTortureTest ...      classes, or class#method
#   jvm: -Desclusa.pool.torture.runs=400
#
# and every other line is a mutant: its name | the file | a text that stands there once | what is put in its place (\n: a
# new line, \|: a bar) | the tests, where they are others than the list's (without the package if it is the sources').
# A mutant is caught by a test that fails, or that hangs and is named with the place it hangs at. A JVM that dies or must be
# killed is no verdict, and fails the run as a survivor does.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$(pwd)/stress/mutants
mvn=${MVN:-mvn -B}
lists=()
only=
while [ $# -gt 0 ]; do
  if [ "$1" = -k ]; then only=$2; shift 2; else lists+=("$1"); shift; fi
done
[ ${#lists[@]} -gt 0 ] || { sed -n '4,20s/^# \{0,1\}//p' "$0"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

header() { sed -n "s/^$2: *//p" "$1" | head -n 1; }

# Test classes and their dependencies, and JUnit's launcher in the version that fits them.
classpath() {
  local module=$1 junit
  [ -f "$work/$module.whole" ] && { cat "$work/$module.whole"; return; }
  $mvn -q -pl "$module" -am test-compile dependency:build-classpath -Dmdep.includeScope=test \
      -Dmdep.outputFile="$work/$module.path" -Dspotless.check.skip=true -Denforcer.skip=true >&2
  junit=$(tr ':' '\n' < "$work/$module.path" | sed -n 's/.*junit-platform-commons-\(.*\)\.jar$/\1/p')
  $mvn -q dependency:copy -Dartifact="org.junit.platform:junit-platform-launcher:$junit" \
      -DoutputDirectory="$work/launcher" -N -Denforcer.skip=true >&2
  # Copied, so that a build meanwhile changes nothing under the tests.
  mkdir -p "$work/classes"
  cp -r "$module/target/test-classes" "$work/classes/$module-test"
  local path=$work/classes/$module-test project
  for project in */target/classes; do
    cp -r "$project" "$work/classes/${project%%/*}"
    path=$path:$work/classes/${project%%/*}
  done
  echo "$path:$(tr ':' '\n' < "$work/$module.path" | grep '\.jar$' | tr '\n' ':')$work/launcher/*" | tee "$work/$module.whole"
}

# Whole names of tests: those without a package are in that of the sources.
qualified() {
  local package=$1 test
  shift
  for test in "$@"; do
    if [[ ${test%%#*} == *.* ]]; then echo "$test"; else echo "$package.$test"; fi
  done
}

bad=0
for list in "${lists[@]}"; do
  module=$(header "$list" module)
  sources=$(header "$list" sources)
  read -ra jvm <<< "$(header "$list" jvm)"
  package=$(tr / . <<< "${sources#src/main/java/}")
  read -ra standard <<< "$(qualified "$package" $(header "$list" tests) | tr '\n' ' ')"
  path=$(classpath "$module")
  mkdir -p "$work/selection"
  javac -nowarn -proc:none -d "$work/selection" -cp "$path" "$here/Selection.java"

  # The verdict is the last line; the status is the JVM's.
  tests() {
    local classes=$1
    shift
    local status=0
    timeout 300 java -Xmx512m -XX:+EnableDynamicAgentLoading "${jvm[@]}" -cp "$classes:$work/selection:$path" \
        Selection "$@" > "$work/out" 2>&1 < /dev/null || status=$?
    tail -n 1 "$work/out"
    return $status
  }

  echo "== $list"
  [ -n "$only" ] || tests "$work/none" "${standard[@]}" > "$work/unbroken" \
      || { echo "the tests fail on the code as it is: $(cat "$work/unbroken")"; exit 2; }
  count=0
  caught=0
  while IFS='|' read -r name file old new chosen; do
    [ -n "$old" ] || continue
    old=${old//$'\001'/|} new=${new//$'\001'/|}
    [[ -z $only || "$name|$file|$old|$new|$chosen" == *"$only"* ]] || continue
    count=$((count + 1))
    dir=$work/$(basename "$list")-$count
    mkdir -p "$dir/classes"
    mutated=$dir/$(basename "$file")
    OLD=$old NEW=$new perl -0pe 'BEGIN { $n = 0; ($o, $w) = @ENV{"OLD", "NEW"}; s/\\n/\n/g for $o, $w } $n += s/\Q$o\E/$w/g;
        END { $? = $n == 1 ? 0 : 9 }' "$module/$sources/$file" > "$mutated" \
        || { echo "mutant '$name' does not apply to $file"; bad=$((bad + 1)); continue; }
    javac -nowarn -proc:none --release 17 -d "$dir/classes" -cp "$path" "$mutated" 2> "$dir/javac" \
        || { echo "mutant '$name' does not compile:"; cat "$dir/javac"; bad=$((bad + 1)); continue; }
    read -ra selected <<< "$(qualified "$package" $chosen | tr '\n' ' ')"
    [ ${#selected[@]} -gt 0 ] || selected=("${standard[@]}")
    start=$SECONDS
    status=0
    verdict=$(tests "$dir/classes" "${selected[@]}") || status=$?
    took=$((SECONDS - start))
    case $status in
      0) echo "SURVIVED   ${took}s  $name"; bad=$((bad + 1)) ;;
      1) echo "caught     ${took}s  $name: $(cut -c 1-160 <<< "$verdict")"; caught=$((caught + 1)) ;;
      *) echo "NO VERDICT ${took}s  $name: status $status, $(cut -c 1-160 <<< "$verdict")"; bad=$((bad + 1)) ;;
    esac
  done < <(grep -vE '^(#|module:|sources:|tests:|jvm:|$)' "$list" | sed 's/\\|/\x01/g')
  echo "$list: $count mutants, $caught caught"
done
[ "$bad" -eq 0 ]
