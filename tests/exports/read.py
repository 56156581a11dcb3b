#!/usr/bin/env python3
"""read.py RUN.json SEARCH.json DUET.json - what `poolbench export` writes of them, read back.

Each format by the code of the tool that it is for, where that is installed, else by its published
description (docs/exports.md says which). Figures are held against those of the documents. Prints a
line for each format; exit status 1 where one is not read as it was meant. A reader that is not
installed is a line that says so, and with --all a failure.
"""
import csv
import importlib
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

POOLBENCH = os.environ.get("POOLBENCH", "./poolbench")
COMPARE = "/usr/share/benchmark/compare.py"
strict = "--all" in sys.argv
RUN, SEARCH, DUET = [word for word in sys.argv[1:] if word != "--all"]
failed = []


def export(path, name):
    return subprocess.run([POOLBENCH, "export", path, "--format", name], check=True, capture_output=True, text=True).stdout


def refused(path, name):
    done = subprocess.run([POOLBENCH, "export", path, "--format", name], capture_output=True, text=True)
    assert done.returncode == 2 and not done.stdout and done.stderr.count("\n") == 1, (path, name, done)


USUAL = {"producers": 1, "capacity": 1024, "full": "block", "full_timeout_ns": 1000000, "results": "none",
         "results_capacity": 0, "spin_ns": 0, "pin": "core"}


def name_of(configuration):
    name = "{pool}/{spec}/t{workers}".format(**configuration)
    return name + "".join("/%s=%s" % (key, configuration[key]) for key, usual in USUAL.items()
                          if configuration.get(key, usual) not in (usual, None))


def good(configuration, key):
    values = [trial.get(key) for trial in configuration["trials"] if trial["verdict"] == "ok"]
    return [value for value in values if value is not None]


run, search, duet = (json.load(open(path)) for path in (RUN, SEARCH, DUET))
measured = [one for one in run["configurations"] if good(one, "ns_per_job")]
times = {name_of(one): good(one, "ns_per_job") for one in measured}


def near(a, b):
    return abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1e-300)


def medians():
    return {name: statistics.median(values) for name, values in times.items()}


class Missing(Exception):
    pass


def need(module):
    try:
        return importlib.import_module(module)
    except ImportError:
        raise Missing("python3 module %s" % module)


def version_of(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    return "%s %s" % (package, done.stdout) if done.returncode == 0 else package


def gbench():
    """Google Benchmark's own tools/compare.py, of the same result twice."""
    document = json.loads(export(RUN, "gbench"))
    read = {}
    for row in document["benchmarks"]:
        assert row["run_type"] == "iteration" and row["time_unit"] == "ns"
        read.setdefault(row["name"], []).append(row["real_time"])
    assert set(read) == set(times) and all(near(a, b) for n in read for a, b in zip(read[n], times[n]))
    if not os.path.exists(COMPARE):
        raise Missing(COMPARE)
    need("scipy")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(export(RUN, "gbench"))
        file.flush()
        done = subprocess.run([sys.executable, COMPARE, "--no-color", "benchmarks", file.name, file.name],
                              check=True, capture_output=True, text=True)
    rows = [line for line in done.stdout.splitlines() if line.split() and line.split()[0] in times]
    assert len(rows) == len(document["benchmarks"]), (len(rows), done.stdout)
    assert all(abs(float(line.split()[1])) < 1e-9 for line in rows), "the same against itself differs"
    for path in (SEARCH, DUET):
        refused(path, "gbench")
    return "compare.py of %s" % version_of("libbenchmark-tools")


def openmetrics():
    """The parser of Prometheus' client library."""
    def check(path, family, labels):
        text = export(path, "openmetrics")
        assert text.endswith("# EOF\n")
        need("prometheus_client")
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
        found = {metric.name: metric for metric in text_string_to_metric_families(text)}
        assert family in found and all(labels <= set(sample.labels) for sample in found[family].samples), found.keys()
        return found
    found = check(RUN, "poolbench_job_seconds", {"benchmark", "pool", "workers", "bound"})
    read = {s.labels["benchmark"]: s.value for s in found["poolbench_job_seconds"].samples if s.labels["bound"] == "median"}
    assert set(read) == set(times) and all(near(1e9 * read[n], m) for n, m in medians().items())
    assert "poolbench_job_cpu_seconds" in found
    kept = check(SEARCH, "poolbench_kept_jobs_per_second", {"benchmark"})["poolbench_kept_jobs_per_second"]
    assert sorted(s.value for s in kept.samples) == sorted(s["rate_kept"] for s in search["searches"] if s["rate_kept"])
    ratio = check(DUET, "poolbench_duet_ratio", {"benchmark", "bound"})["poolbench_duet_ratio"]
    changes = [b["finding"].get("change") for b in duet["benchmarks"]]
    assert len([s for s in ratio.samples if s.labels["bound"] == "median"]) == len([c for c in changes if c is not None])
    return "the parser of %s" % version_of("python3-prometheus-client")


# https://bencher.dev/bmf.json says: an object of benchmarks, each an object of measures, each with a number
# "value" that must be there, and numbers "lower_value" and "upper_value" that may.
BENCHER = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "required": ["value"],
            "properties": {key: {"type": "number"} for key in ("value", "lower_value", "upper_value")},
        },
    },
}


def bencher():
    """By its published schema."""
    documents = [json.loads(export(path, "bencher")) for path in (RUN, SEARCH, DUET)]
    read = {name: measures["latency"]["value"] for name, measures in documents[0].items() if "latency" in measures}
    assert set(read) == set(times) and all(near(read[n], m) for n, m in medians().items())
    for document in documents:
        for name, measures in document.items():
            assert measures and len(name) <= 1024 and all(len(measure) <= 64 for measure in measures)
            for value in measures.values():
                assert value.get("lower_value", value["value"]) <= value["value"] <= value.get("upper_value", value["value"])
    jsonschema = need("jsonschema")
    for document in documents:
        jsonschema.validate(document, BENCHER)
    return "the schema of bencher.dev/bmf.json, by %s" % version_of("python3-jsonschema")


def github_action():
    """As its README describes the two custom tools: name, unit and value must be there."""
    def read(path, name):
        rows = json.loads(export(path, name))
        assert rows and len({row["name"] for row in rows}) == len(rows), "a name comes twice"
        for row in rows:
            assert set(row) <= {"name", "unit", "value", "range", "extra"} and isinstance(row["value"], (int, float))
            assert all(isinstance(row.get(key, ""), str) for key in ("name", "unit", "range", "extra")) and row["name"]
        return {row["name"]: row["value"] for row in rows}
    smaller = read(RUN, "github-action")
    assert all(near(smaller[n], m) for n, m in medians().items())
    assert any(name.endswith(" cpu-time") for name in smaller)
    read(DUET, "github-action")
    bigger = read(SEARCH, "github-action-bigger")
    assert sorted(bigger.values()) == sorted(s["rate_kept"] for s in search["searches"] if s["rate_kept"])
    refused(SEARCH, "github-action")
    refused(RUN, "github-action-bigger")
    return "what its README says of customSmallerIsBetter and customBiggerIsBetter"


def benchstat():
    """The grammar of Go's benchmark data format: key: value lines, Unit lines, results."""
    result = re.compile(r"^Benchmark(\S+)\s+(\d+)((?:\s+[-+.\deE]+ \S+)+)$")
    def read(path):
        found = {}
        for line in export(path, "benchstat").splitlines():
            match = result.match(line)
            if not match:
                assert re.match(r"^[a-z][^:\s]*: .+$", line) or re.match(r"^Unit \S+( \S+=\S+)+$", line), line
                continue
            words = match.group(3).split()
            for value, unit in zip(words[::2], words[1::2]):
                found.setdefault((match.group(1), unit), []).append(float(value))
        return found
    found = read(RUN)
    for one in measured:
        values = found["Pool/%s-%d" % (name_of(one), one["workers"]), "ns/op"]
        assert len(values) == len(times[name_of(one)]) and all(near(a, b) for a, b in zip(values, times[name_of(one)]))
    assert sorted(v[0] for v in read(SEARCH).values()) == sorted(s["rate_kept"] for s in search["searches"] if s["rate_kept"])
    sides = read(DUET)
    assert any("/side=base" in name for name, _ in sides) and any("/side=new" in name for name, _ in sides)
    return "the grammar of golang.org/design/14313-benchmark-format"


def hyperfine():
    """Times, and what is reckoned of them, in seconds; the fields are those that it writes itself."""
    read = json.loads(export(RUN, "hyperfine"))["results"]
    assert {row["command"] for row in read} == set(times)
    for row in read:
        assert all(near(a, 1e-9 * b) for a, b in zip(row["times"], times[row["command"]]))
        assert len(row["times"]) == len(row["exit_codes"]) and near(row["median"], statistics.median(row["times"]))
        assert near(row["mean"], statistics.mean(row["times"])) and row["min"] == min(row["times"])
        assert len(row["times"]) < 2 or abs(row["stddev"] - statistics.stdev(row["times"])) <= 1e-6 * row["mean"]
    refused(SEARCH, "hyperfine")
    if not shutil.which("hyperfine"):
        raise Missing("hyperfine")
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run(["hyperfine", "-N", "-r", "2", "--export-json", file.name, "true"], check=True, capture_output=True)
        own = json.load(open(file.name))["results"][0]
    lacks = [key for key in own if key not in read[0] and key != "parameters"]
    assert not lacks and all(type(own[key]) is type(read[0][key]) for key in own if key in read[0]), lacks
    return "the fields that %s itself writes" % version_of("hyperfine")


def csv_text():
    """Python's csv."""
    rows = list(csv.DictReader(io.StringIO(export(RUN, "csv"))))
    assert len(rows) == sum(len(one["trials"]) for one in run["configurations"]) and not any(None in row for row in rows)
    assert [near(float(row["ns_per_job"]), one) for row, one in
            zip((r for r in rows if r["verdict"] == "ok" and r["ns_per_job"]), [t for one in measured for t in times[name_of(one)]])]
    for path, count in ((SEARCH, len([s for s in search["searches"] if s["rate_kept"]])),
                        (DUET, len([b for b in duet["benchmarks"] if b["finding"].get("change") is not None]))):
        rows = list(csv.DictReader(io.StringIO(export(path, "csv"))))
        assert len(rows) == count and all(float(row["value"]) > 0 and row["better"] in ("more", "less") for row in rows)
    return "python %d.%d's csv" % sys.version_info[:2]


for label, check in (("gbench", gbench), ("openmetrics", openmetrics), ("bencher", bencher), ("github-action", github_action),
                     ("benchstat", benchstat), ("hyperfine", hyperfine), ("csv", csv_text)):
    try:
        print("%-14s read by %s" % (label, check()))
    except Missing as missing:
        print("%-14s only its figures: %s is not installed" % (label, missing))
        failed += [label] if strict else []
    except (AssertionError, KeyError, IndexError, ValueError, subprocess.CalledProcessError) as wrong:
        print("%-14s NOT READ: %s: %s" % (label, type(wrong).__name__, str(wrong)[:300]))
        failed.append(label)
sys.exit(bool(failed))
