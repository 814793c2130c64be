#!/usr/bin/env python3
"""Says where sampling and training spend their time: shares by libtorch operation and the line that calls it.

    VIVARIUM_JAVA_OPTS="-XX:StartFlightRecording=filename=run.jfr,settings=dev/profile.jfc" ./vivarium train ...
    dev/read_profile.py run.jfr [LINES]

Only samples inside a lane's work count (decoding, or a micro-batch), so loading, prefill and waiting are left out. A backward
pass is one operation here; ONEDNN_VERBOSE=profile_exec in the environment lists its products. JAVA_HOME names the JDK.
"""
import collections
import json
import os
import subprocess
import sys

WORK = ("DecodeLane.step", "Trainer.share")


def name(frame):
    method = frame["method"]
    return method["type"]["name"].replace("/", ".").rsplit(".", 1)[-1] + "." + method["name"]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    jfr = os.path.join(os.environ["JAVA_HOME"], "bin", "jfr") if "JAVA_HOME" in os.environ else "jfr"
    events = "jdk.ExecutionSample,jdk.NativeMethodSample"
    printed = subprocess.run(
        [jfr, "print", "--json", "--stack-depth", "64", "--events", events, sys.argv[1]],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    shares = collections.Counter()
    for event in json.loads(printed)["recording"]["events"]:
        frames = (event["values"].get("stackTrace") or {}).get("frames") or []
        if not any(name(frame) in WORK for frame in frames):
            continue
        own = next(frame for frame in frames if "vivarium" in frame["method"]["type"]["name"])
        shares[name(frames[0]), f"{name(own)}:{own.get('lineNumber')}"] += 1
    total = sum(shares.values())
    if total == 0:
        sys.exit(f"{sys.argv[1]}: holds no sample of decoding or training; record with settings=dev/profile.jfc")
    print(f"{total} samples")
    for (operation, place), count in shares.most_common(lines):
        print(f"{100 * count / total:5.1f} %  {operation:28} {place}")


main()
