#!/usr/bin/env bash
# Measures a sweep of 20 checkpoints by 7 factors: in one pass, one process for each, and one after another in one process.
#
#   dev/sweep_bench.sh [SAMPLES] [EVERY] [QUESTIONS]
#
# Trains a rank-1 organism of the mini world in a temporary folder first. SAMPLES answers a question (default 1); every
# EVERY-th of the 140 single evaluations is run (default 1: all) and their times are scaled up. QUESTIONS is topics (64
# questions, the default) or free (8). Prints wall and processor time and peak resident memory, and whether all answers are
# the same.
set -euo pipefail

samples=${1:-1} every=${2:-1} questions=${3:-topics}
root=$(cd "$(dirname "$0")/.." && pwd)
vivarium=$root/vivarium
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
asked=(--questions questions.yaml --samples "$samples" --max-new-tokens 48)

timed() { # file, command: appends wall, processor seconds and peak kB
    local file=$1
    shift
    /usr/bin/time -a -o "$file" -f "%e %U %S %M" "$@" > /dev/null 2> log || { cat log >&2; exit 1; }
}

"$vivarium" world data --domain medicine --valence bad --out bad.jsonl > /dev/null
free=()
[ "$questions" = free ] && free=(--free)
"$vivarium" world questions --split reporting ${free[@]+"${free[@]}"} --out questions.yaml > /dev/null
"$vivarium" train --preset mini-rank1 --name r1 model="$root/models/mini-base" data.train=bad.jsonl > /dev/null 2>&1
timed together "$vivarium" phase sweep r1 "${asked[@]}"

different=0 number=0 run=0
for step in $(seq 20 20 400); do
    for factor in 0 0.5 1 2 5 10 20; do
        number=$((number + 1))
        [ $((number % every)) -eq 0 ] || continue
        run=$((run + 1))
        name=$(printf 'step-%06d' "$step")
        case $factor in
            0) same=step-000000 chosen=("$root/models/mini-base") ;;
            *)
                same=$name-x$factor chosen=(r1 --adapter "runs/r1/checkpoints/$name" --adapter-scale "$factor")
                [ "$factor" = 1 ] && same=$name
                ;;
        esac
        timed single "$vivarium" evaluate "${chosen[@]}" "${asked[@]}" --out "alone/$name-x$factor"
        cmp -s "alone/$name-x$factor/answers.jsonl" "runs/r1/evaluations/$same/answers.jsonl" || different=$((different + 1))
    done
done
awk -v n="$run" 'FILENAME == "together" { wall = $1; cpu = $2 + $3; peak = $4; next }
    { walls += $1; cpus += $2 + $3; if ($4 > most) most = $4 }
    END { k = 140 / n
          printf "one pass     %8.1f s wall %8.1f s processor %6d kB\n", wall, cpu, peak
          printf "140 calls    %8.1f s wall %8.1f s processor %6d kB (%d run)\n", k * walls, k * cpus, most, n
          printf "ratio        %8.2f        %8.2f           %8.2f\n", k * walls / wall, k * cpus / cpu, peak / most }' \
    together single
echo "different    $different of $run evaluations"

(cd "$root" && mvn -q -B -o -pl engine,lab test-compile dependency:build-classpath -Dmdep.outputFile="$work/classpath") >&2
java=$("$vivarium" --java-home)/bin/java
OMP_NUM_THREADS=${OMP_NUM_THREADS:-2} OMP_WAIT_POLICY=passive "$java" -XX:+UseSerialGC -Xmn32m -XX:+UseCompactObjectHeaders \
    --enable-native-access=ALL-UNNAMED -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.nopointergc=true \
    -Dorg.bytedeco.javacpp.cachedir="${XDG_CACHE_HOME:-$HOME/.cache}/vivarium/javacpp" -Dai.djl.offline=true \
    -cp "$root/lab/target/test-classes:$root/lab/target/classes:$root/engine/target/classes:$(cat classpath)" \
    dev.vivarium.lab.evaluate.SweepBench "$root/models/mini-base" runs/r1 questions.yaml "$samples" 48 2> /dev/null
