#!/usr/bin/env bash
# Compares what `vivarium train` expects to need with what it needs: prints a table of estimate and largest resident memory.
#
#   dev/memory.sh DATA.jsonl CASE ...
#
# A CASE is MODEL,PRESET[,KEY=VALUE ...], for example models/mini-base,mini-lora32,dtype=bfloat16. Each runs two steps in a
# directory that is deleted afterwards. The peak is VmHWM of the whole process; Linux only.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
data=$(realpath "$1")
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '| case | estimate, MiB | peak, MiB | estimate / peak |'
echo '|---|---|---|---|'
for case in "$@"; do
    IFS=, read -r -a words <<< "$case"
    model=$(realpath "${words[0]}")
    (
        cd "$work"
        rm -rf runs
        exec "$root/vivarium" train --preset "${words[1]}" --name memory "model=$model" "data.train=$data" \
            training.max_steps=2 training.warmup_steps=0 "${words[@]:2}"
    ) > /dev/null 2> "$work/log" &
    process=$!
    peak=0
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$process/status" 2> /dev/null) && [ -n "$now" ]; do
        peak=$now
        sleep 0.1
    done
    wait "$process" || { tail -n 3 "$work/log" >&2; exit 1; }
    estimate=$(sed -n 's/^memory: about \([0-9,]*\) of.*/\1/p' "$work/log" | tr -d ,)
    echo "| $case | $estimate | $((peak / 1024)) | $(awk "BEGIN { printf \"%.2f\", $estimate / ($peak / 1024) }") |"
done
