#!/usr/bin/env python3
"""Does Python's huggingface_hub find what `vivarium pull` fetched, and the other way round?

Serves a model directory on loopback as the public hub would, lets both fetch it, and compares.

    python3 -m venv venv && venv/bin/pip install huggingface_hub
    venv/bin/python dev/hub_check.py [MODEL_DIRECTORY]            # default: models/mini-base
"""
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "models/mini-base").resolve()
NAME, COMMIT, LARGE = "Org/Model-1", "0123456789abcdef0123456789abcdef01234567", 20_000
FILES = {f.name: f.read_bytes() for f in sorted(SOURCE.iterdir()) if f.is_file()}
FILES["pytorch_model.bin"] = b"\x80" * 30_000  # neither side is to fetch it
wanted = []
transfers = []


def git_sha1(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def entry(name):
    data = FILES[name]
    lfs = {"sha256": hashlib.sha256(data).hexdigest(), "oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
    return {"rfilename": name, "type": "file", "path": name, "size": len(data), "blobId": git_sha1(data), "oid": git_sha1(data),
            **({"lfs": lfs} if len(data) >= LARGE else {})}


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0]
        name = path.rsplit("/", 1)[-1]
        if path.startswith(f"/api/models/{NAME}/revision/"):
            self.reply(200, json.dumps({"id": NAME, "sha": COMMIT, "siblings": [entry(f) for f in FILES]}).encode())
        elif path.startswith(f"/api/models/{NAME}/tree/"):
            self.reply(200, json.dumps([entry(f) for f in FILES]).encode())
        elif path.startswith(f"/{NAME}/resolve/") and name in FILES:
            if len(FILES[name]) >= LARGE:
                self.reply(302, Location=f"http://localhost:{self.server.server_port}/store/{name}", X_Repo_Commit=COMMIT, X_Linked_Size=str(len(FILES[name])),
                           X_Linked_Etag=f'"{hashlib.sha256(FILES[name]).hexdigest()}"')
            else:
                self.reply(307, Location=f"/api/resolve-cache/{name}", X_Repo_Commit=COMMIT)
        elif path.startswith(("/store/", "/api/resolve-cache/")):
            if self.command == "GET":
                transfers.append(name)
            self.reply(200, FILES[name], ETag=f'"{git_sha1(FILES[name])}"', X_Repo_Commit=COMMIT)
        else:
            self.reply(404, X_Error_Code="EntryNotFound" if "/resolve/" in path else "RepoNotFound")

    do_HEAD = do_GET


def check(what, holds):
    print(("ok    " if holds else "WRONG ") + what)
    return holds


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ.update(HF_ENDPOINT=f"http://127.0.0.1:{server.server_port}", HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1",
                  HF_HUB_DISABLE_XET="1")
from huggingface_hub import scan_cache_dir, snapshot_download  # noqa: E402, reads the variables at import


def vivarium(cache, *words):
    done = subprocess.run([ROOT / "vivarium", *words], env={**os.environ, "HF_HUB_CACHE": str(cache)}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout.strip()


def python(cache, **more):
    return snapshot_download(NAME, cache_dir=cache, allow_patterns=wanted, **more)


def same(directory):
    return all((pathlib.Path(directory) / name).read_bytes() == FILES[name] for name in wanted)


good = []
with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
    pulled = json.loads(vivarium(ours, "pull", NAME, "--json"))
    path, wanted = pulled["path"], [file["name"] for file in pulled["files"]]
    good.append(check(f"vivarium fetched {', '.join(wanted)}", "model.safetensors" in wanted and sorted(transfers) == wanted))
    good.append(check("Python finds them without a network", python(ours, local_files_only=True) == path and same(path)))
    transfers.clear()
    good.append(check("Python with a network fetches nothing again", python(ours) == path and not transfers))
    info = scan_cache_dir(ours)
    good.append(check("Python's scan of the cache has no complaint", not info.warnings and len(info.repos) == 1))
    layout = sorted(str(p.relative_to(ours)) + (" -> " + os.readlink(p) if p.is_symlink() else "") for p in pathlib.Path(ours).rglob("*"))

    path = python(theirs)
    good.append(check(f"Python fetched {len(transfers)} files", same(path)))
    transfers.clear()
    good.append(check("vivarium fetches nothing again", vivarium(theirs, "pull", NAME) == path and not transfers))
    good.append(check("vivarium offline finds it", vivarium(theirs, "pull", NAME, "--offline") == path))
    model = json.loads(vivarium(theirs, "models", "--json"))["models"][0]
    good.append(check(f"vivarium lists it as usable ({model['kind']} {model['name']}, {model['refs']})", model["usable"]))
    other = sorted(str(p.relative_to(theirs)) + (" -> " + os.readlink(p) if p.is_symlink() else "") for p in pathlib.Path(theirs).rglob("*"))
    only = [p for p in sorted(set(layout) ^ set(other)) if "/trees" not in p]  # Python keeps its listing there
    good.append(check("both caches hold the same names and links" + "".join("\n      " + p for p in only), not only))
sys.exit(not all(good))
