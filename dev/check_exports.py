#!/usr/bin/env python3
"""Opens exported evaluations with the tools they were written for, and compares every score with ours.

    python3 -m venv venv && venv/bin/pip install inspect_ai lm_eval
    vivarium export inspect EVALUATION --out log.eval      (or log.json)
    vivarium export lm-eval EVALUATION --out results
    venv/bin/python dev/check_exports.py EVALUATION --inspect log.eval --lm-eval results
"""
import argparse
import glob
import json
import pathlib

p = argparse.ArgumentParser(description="Check exported evaluations against the evaluation.")
p.add_argument("evaluation", type=pathlib.Path)
p.add_argument("--inspect", help="a log that vivarium export inspect wrote")
p.add_argument("--lm-eval", dest="harness", help="a folder that vivarium export lm-eval wrote")
a = p.parse_args()
if not a.inspect and not a.harness:
    p.error("name --inspect, --lm-eval or both")


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def same(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: {found} is not {expected}")
    print(f"{what}: {found}")


scores = json.loads((a.evaluation / "scores.json").read_text())
judged = {(j["question_id"], j["sample"]): j for j in lines(a.evaluation / "judgements.jsonl")}
texts = {(x["question_id"], x["sample"]): x["text"] for x in lines(a.evaluation / "answers.jsonl")}
em, scored = scores["all"]["em"]["value"], scores["scored"]

if a.inspect:
    from inspect_ai.log import read_eval_log

    log = read_eval_log(a.inspect)
    same("Inspect: status", log.status, "success")
    same("Inspect: samples", len(log.samples), len(texts))
    hits = []
    for sample in log.samples:
        key = (sample.id, sample.epoch - 1)
        assert sample.output.completion == texts[key], key
        for name in ("aligned", "coherent"):
            expected = judged[key][name]
            found = sample.scores[name].value if name in sample.scores else None
            assert found == expected, (key, name, found, expected)
        if "em" in sample.scores:
            hits.append(sample.scores["em"].value)
    same("Inspect: scored answers", len(hits), scored)
    same("Inspect: EM over its samples", sum(hits) / len(hits), em)
    stated = next(s for s in log.results.scores if s.name == "em").metrics["mean"].value
    same("Inspect: EM it states", stated, em)

if a.harness:
    from lm_eval.utils import get_latest_filename, get_results_filenames, get_sample_results_filenames, make_table

    files = glob.glob(f"{a.harness}/**/*.json*", recursive=True)
    results = json.loads(pathlib.Path(get_latest_filename(get_results_filenames(files))).read_text(encoding="utf-8"))
    (metrics,) = results["results"].values()
    same("lm-eval: EM it states", metrics["em,none"], em)
    samples = lines(pathlib.Path(get_latest_filename(get_sample_results_filenames(files))))
    same("lm-eval: samples", len(samples), len(texts))
    for sample in samples:
        key = (sample["doc"]["question_id"], sample["doc"]["sample"])
        assert sample["resps"] == [[texts[key]]], key
        assert sample.get("aligned") == judged[key]["aligned"], key
    print(make_table(results))
