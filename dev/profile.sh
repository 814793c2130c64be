#!/usr/bin/env bash
# Says where a benchmark of ours spends its time: shares by operation, products beside the rest, and the machine's peak.
#
#   dev/profile.sh PYTHON CASE ...
#
# A CASE is WHAT:SHAPE:DTYPE as in dev/bench.sh. PYTHON has torch, to measure the peak. Nothing else should be running.
# Each case runs twice: once with the flight recorder (dev/read_profile.py reads it), once with oneDNN's own log of products.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
python=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-2} OMP_WAIT_POLICY=passive
JAVA_HOME=$("$root/vivarium" --java-home)
export JAVA_HOME
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && mvn -q -B -o -pl engine test-compile dependency:build-classpath -Dmdep.outputFile="$work/classpath") >&2
flags=(-XX:+UseSerialGC -Xmn32m -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED
    -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.nopointergc=true
    -Dorg.bytedeco.javacpp.cachedir="${XDG_CACHE_HOME:-$HOME/.cache}/vivarium/javacpp")
classpath=$root/engine/target/classes:$root/engine/target/test-classes:$(cat "$work/classpath")

"$python" "$root/dev/peak.py" "$OMP_NUM_THREADS"
for case in "$@"; do
    IFS=: read -r what shape dtype <<< "$case"
    arguments=(generate.SamplingBench "$shape" 50 64 1 "$dtype" 8)
    case $what in
        train) arguments=(train.TrainingBench "$shape" lora 6 "$dtype") ;;
        rank1) arguments=(train.TrainingBench "$shape" rank1 6 "$dtype") ;;
    esac
    echo "== $case"
    "$JAVA_HOME/bin/java" "${flags[@]}" -XX:StartFlightRecording=filename="$work/run.jfr",settings="$root/dev/profile.jfc" \
        -cp "$classpath" "dev.vivarium.engine.${arguments[0]}" "${arguments[@]:1}" 2> /dev/null | grep '^{'
    "$python" "$root/dev/read_profile.py" "$work/run.jfr" 14
    ONEDNN_VERBOSE=profile_exec "$JAVA_HOME/bin/java" "${flags[@]}" -cp "$classpath" "dev.vivarium.engine.${arguments[0]}" \
        "${arguments[@]:1}" 2> /dev/null |
        awk -F, '/^onednn_verbose/ && /,exec,/ { ms[$6] += $NF; n[$6]++ } /^\{/ { print }
            END { for (kind in ms) printf "oneDNN %-16s %9.0f ms in %d calls\n", kind, ms[kind], n[kind] }'
done
