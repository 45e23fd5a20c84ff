"""Logs with neptune-scale, offline, and writes what was logged to expected.json; what a version lacks is left out."""

import datetime as dt
import inspect
import json
import math
import os
import struct
import sys
import time
import zlib
from datetime import timezone

from neptune_scale import Run

try:
    from neptune_scale.types import File
except ImportError:
    File = None
try:
    from neptune_scale.types import Histogram
except ImportError:
    Histogram = None

PROJECT = "team-alpha/project-x"
T0 = dt.datetime(2026, 2, 1, 12, 0, 0, tzinfo=timezone.utc)
PARAMETERS = inspect.signature(Run.__init__).parameters
PREVIEWS = "preview" in inspect.signature(Run.log_metrics).parameters
# Not a number was dropped or refused before 0.24.
NON_FINITE = sys.argv[1] == "0.30.0"
runs = {}


def at(seconds):
    return T0 + dt.timedelta(seconds=seconds)


def ms(time):
    return round(time.timestamp() * 1000)


def open_run(run_id, **options):
    """The run, and where to note what is logged to it."""
    if "enable_console_log_capture" in PARAMETERS:
        options.setdefault("enable_console_log_capture", False)
    if "resume" not in PARAMETERS:
        options.pop("resume", None)
    return Run(run_id=run_id, project=PROJECT, mode="offline", **options), runs.setdefault(
        run_id, {"values": {}, "series": {}, "previews": {}, "experiment": None, "parent": None, "step": None}
    )


def png(shade):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade, x * 30, 0]) for x in range(1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(
        b"IDAT", zlib.compress(rows)
    ) + chunk(b"IEND", b"")


def value(note, path, kind, one):
    note["values"][path] = [kind, one]


def point(note, path, kind, step, one, time):
    note["series"].setdefault(path, [kind, []])[1].append([step, one, ms(time)])


def main():
    run, note = open_run("root run: 1", experiment_name="exp-ä", creation_time=T0, **(
        {"enable_console_log_capture": True} if "enable_console_log_capture" in PARAMETERS else {}
    ))
    note["experiment"] = "exp-ä"
    configs = {"cfg/lr": 0.1, "cfg/seed": 7, "cfg/name": "adam ünï", "cfg/flag": True, "cfg/when": T0, "cfg/layers": ["a", "b"],
               "cfg/big": 2**53 + 1, "cfg/least": -(2**63), "cfg/nan": float("nan"), "cfg/inf": -math.inf, "cfg/empty": ""}
    run.log_configs(configs)
    run.log_configs({"cfg/lr": 0.2})
    for path, one in {**configs, "cfg/lr": 0.2}.items():
        kind = {float: "float", bool: "bool", int: "int", str: "string", list: "string_set", dt.datetime: "datetime"}[type(one)]
        value(note, path, kind, str(one) if kind in ("int", "float") else ms(one) if kind == "datetime" else one)
    run.add_tags(["one", "two", "three"])
    run.add_tags(["grp"], group_tags=True)
    run.remove_tags(["two"])
    value(note, "sys/tags", "string_set", ["one", "three"])
    value(note, "sys/group_tags", "string_set", ["grp"])
    for i in range(20):
        run.log_metrics({"train/loss": 2.0 / (i + 1), "train/acc": i / 20}, step=i, timestamp=at(i))
        point(note, "train/loss", "float", i, 2.0 / (i + 1), at(i))
        point(note, "train/acc", "float", i, i / 20, at(i))
    for step in (19.5, 19.000001 + 1, 1234567.891):
        run.log_metrics({"train/loss": step}, step=step, timestamp=at(100))
        point(note, "train/loss", "float", step, step, at(100))
    if NON_FINITE:
        for step, one in enumerate([math.nan, math.inf, -math.inf]):
            run.log_metrics({"m/odd": one}, step=step, timestamp=at(step))
            point(note, "m/odd", "float", step, str(one), at(step))
    if PREVIEWS:
        run.log_metrics({"val/acc": 0.3}, step=1, timestamp=at(1), preview=True, preview_completion=0.25)
        run.log_metrics({"val/acc": 0.4}, step=1, timestamp=at(2), preview=True, preview_completion=0.75)
        run.log_metrics({"val/acc": 0.5}, step=2, timestamp=at(3), preview=True, preview_completion=0.5)
        run.log_metrics({"val/acc": 0.45}, step=1, timestamp=at(4))
        point(note, "val/acc", "float", 1, 0.45, at(4))
        note["previews"]["val/acc"] = [[2, 0.5, 0.5]]
    if hasattr(run, "log_string_series"):
        for i in range(5):
            run.log_string_series({"logs/msg": f"line {i} ünï\nsecond"}, step=i, timestamp=at(i))
            point(note, "logs/msg", "string", i, f"line {i} ünï\nsecond", at(i))
    if hasattr(run, "log_histograms") and Histogram:
        run.log_histograms({"h/counts": Histogram(bin_edges=[0, 1, 2.5], counts=[3, 4])}, step=1, timestamp=at(1))
        run.log_histograms({"h/dens": Histogram(bin_edges=[0, 1, 2], densities=[0.25, 0.75])}, step=1, timestamp=at(1))
        point(note, "h/counts", "histogram", 1, {"type": "COUNTING", "edges": [0, 1, 2.5], "values": [3, 4]}, at(1))
        point(note, "h/dens", "histogram", 1, {"type": "DENSITY", "edges": [0, 1, 2], "values": [0.25, 0.75]}, at(1))
    with open("config.yaml", "w") as file:
        file.write("a: 1\n")
    if hasattr(run, "assign_files"):
        run.assign_files({"files/cfg": "config.yaml", "files/buf": b"hello bytes"})
        value(note, "files/cfg", "file", "a: 1\n")
        value(note, "files/buf", "file", "hello bytes")
        if File:
            run.assign_files({"files/custom": File(source=b"<svg/>", mime_type="image/svg+xml", destination="my/dest.svg", size=6)})
            value(note, "files/custom", "file", "<svg/>")
    if hasattr(run, "log_files") and File:
        for i in range(3):
            run.log_files({"imgs/sample": File(source=png(i * 80), mime_type="image/png")}, step=i, timestamp=at(i))
            point(note, "imgs/sample", "file", i, png(i * 80).hex(), at(i))
        run.log_files({"imgs/sample": "config.yaml"}, step=3.25, timestamp=at(3))
        point(note, "imgs/sample", "file", 3.25, b"a: 1\n".hex(), at(3))
    if "enable_console_log_capture" in PARAMETERS:
        print("captured stdout line")
        print("captured stderr line", file=sys.stderr)
        time.sleep(2)
        note["console"] = "captured stdout line"
    run.close()

    for run_id, parent, step, values in (
        ("fork-1", "root run: 1", 10.5, [(step, 1.0 / step) for step in range(11, 16)]),
        ("fork-2", "fork-1", 14, [(15, 0.01)]),
    ):
        run, note = open_run(run_id, experiment_name="exp-ä", fork_run_id=parent, fork_step=step, creation_time=at(100 + step))
        note.update(experiment="exp-ä", parent=parent, step=step)
        for at_step, one in values:
            run.log_metrics({"train/loss": one}, step=at_step, timestamp=at(100 + at_step))
            point(note, "train/loss", "float", at_step, one, at(100 + at_step))
        run.close()
    # The same run, logged on by a second process.
    run, note = open_run("fork-2", resume=True)
    run.log_metrics({"train/loss": 0.009}, step=16, timestamp=at(216))
    run.log_configs({"late": 1})
    point(note, "train/loss", "float", 16, 0.009, at(216))
    value(note, "late", "int", "1")
    run.close()
    open_run("empty")[0].close()
    # A process that is killed leaves its last operations in the log beside the database.
    pid = os.fork()
    if pid == 0:
        run, _ = open_run("killed", creation_time=at(300))
        for i in range(50):
            run.log_metrics({"m": i}, step=i, timestamp=at(i))
        os._exit(9)
    os.waitpid(pid, 0)
    note = runs.setdefault("killed", {"values": {}, "series": {}, "previews": {}, "experiment": None, "parent": None, "step": None})
    for i in range(50):
        point(note, "m", "float", i, float(i), at(i))
    with open("expected.json", "w") as file:
        json.dump(runs, file)


if __name__ == "__main__":
    main()
