#!/usr/bin/env bash
# Measures training and sampling beside a peer (PEFT, transformers), interleaved, and prints the ratios of the medians.
#
#   dev/bench.sh PYTHON PEER_BENCH [REPEATS] [CASE ...]
#
# PYTHON has torch, transformers and peft; PEER_BENCH is a script that takes "train" or "generate" with --small, --model,
# --dtype, --threads, --rank, --layers, --steps, --samples and --new, and prints one JSON line with tok_per_s and
# peak_rss_mb. A CASE is WHAT:SHAPE:DTYPE with WHAT train, rank1 or generate, SHAPE small, qwen0.5b or a model directory,
# DTYPE float32 or bfloat16; default: all but directories. Ratios of memory mean something for a directory only, since the
# peer makes random weights in float32 first. rank1 is measured in its second epoch.
#
#   OMP_NUM_THREADS   threads of both sides (default 2)
#   NEW_TOKENS        of an answer when sampling (default 64)
#   MICRO_ROWS        of ours that go through the model at once in a lane (default 2, the peer's); `vivarium train` says its choice
#   CPU_TIME=1        tokens per second of processor time instead of wall time, for a machine that others use too
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; }
python=$1 peer=$2 repeats=${3:-3}
shift $(($# < 3 ? $# : 3))
root=$(cd "$(dirname "$0")/.." && pwd)
cases=("$@")
if [ ${#cases[@]} -eq 0 ]; then
    for what in train rank1 generate; do
        for shape in small qwen0.5b; do
            for dtype in float32 bfloat16; do cases+=("$what:$shape:$dtype"); done
        done
    done
fi
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-2}
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE # they would choose other kernels than a user gets
java=$("$root/vivarium" --java-home)/bin/java
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && mvn -q -B -pl engine test-compile dependency:build-classpath -Dmdep.outputFile="$work/classpath") >&2
flags=(-XX:+UseSerialGC -Xmn32m -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED
    -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.nopointergc=true
    -Dorg.bytedeco.javacpp.cachedir="${XDG_CACHE_HOME:-$HOME/.cache}/vivarium/javacpp")
classpath=$root/engine/target/classes:$root/engine/target/test-classes:$(cat "$work/classpath")

run_ours() { # what shape dtype steps new prompts
    local bench=generate.SamplingBench arguments=("$2" 50 "$5" 1 "$3" "$6")
    case $1 in
        train) bench=train.TrainingBench arguments=("$2" lora "$4" "$3" "${MICRO_ROWS:-2}") ;;
        rank1) bench=train.TrainingBench arguments=("$2" rank1 "$4" "$3" "${MICRO_ROWS:-2}") ;;
    esac
    OMP_WAIT_POLICY=passive "$java" "${flags[@]}" -cp "$classpath" "dev.vivarium.engine.$bench" "${arguments[@]}" 2> /dev/null
}

run_peer() {
    local arguments=(generate --samples 50 --new "$5")
    case $1 in
        train) arguments=(train --rank 32 --steps "$4") ;;
        rank1) arguments=(train --rank 1 --layers one --steps "$4") ;;
    esac
    case $2 in
        small) arguments+=(--small) ;;
        qwen0.5b) ;;
        *) arguments+=(--model "$2") ;;
    esac
    "$python" - "$peer" "${arguments[@]}" --dtype "$3" --threads "$OMP_NUM_THREADS" 2> /dev/null <<'PY'
import os, runpy, sys, time
if os.environ.get("CPU_TIME") == "1":
    time.time = time.process_time
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
PY
}

for case in "${cases[@]}"; do
    IFS=: read -r what shape dtype <<< "$case"
    steps=3 new=${NEW_TOKENS:-64} prompts=8
    [ "$shape" = small ] && steps=20 prompts=1
    : > "$work/ours" && : > "$work/peer"
    for ((i = 0; i < repeats; i++)); do
        run_peer "$what" "$shape" "$dtype" "$steps" "$new" | tee -a "$work/peer"
        run_ours "$what" "$shape" "$dtype" "$steps" "$new" "$prompts" | tee -a "$work/ours"
    done
    "$python" - "$case" "$work/ours" "$work/peer" <<'PY'
import json, os, statistics, sys
case, ours, peer = sys.argv[1], *([json.loads(line) for line in open(path)] for path in sys.argv[2:4])
key = "tok_per_cpu_s" if os.environ.get("CPU_TIME") == "1" else "tok_per_s"
median = lambda side, field: statistics.median(line[field] for line in side)
for mode in sorted({line.get("deterministic") for line in ours}, key=str, reverse=True):
    own = [line for line in ours if line.get("deterministic") == mode]
    name = case if mode is None else case + (":deterministic" if mode else ":fast")
    speed, theirs = median(own, key), median(peer, "tok_per_s")
    print(f"RATIO {name} ours {speed:.1f} peer {theirs:.1f} ours/peer {speed / theirs:.2f}", flush=True)
    memory, theirs = median(own, "peak_rss_mb"), median(peer, "peak_rss_mb")
    print(f"MEMORY {name} ours {memory:.0f} MB peer {theirs:.0f} MB ours/peer {memory / theirs:.2f}", flush=True)
PY
done
