"""Logs with neptune 0.9 to 1.14, offline, and writes what was logged to expected.json; what a version lacks is left out."""

import datetime as dt
import json
import math
import os
import sys
import time
from io import BytesIO

try:
    import neptune
    from neptune import init_run
except ImportError:
    import neptune.new as neptune

    init_run = getattr(neptune, "init_run", None) or neptune.init
try:
    from neptune.types import File
except ImportError:
    from neptune.new.types import File

NEW = sys.argv[1].startswith("1.")
T = 1769947200
values, series = {}, {}


def log(run, path, one, step=None, ts=None):
    """Appends a point, with the method that the version has; tells what step it gets."""
    method = getattr(run[path], "append", None) or run[path].log
    method(one, **({} if step is None else {"step": step}), **({} if ts is None else {"timestamp": ts}))
    points = series.setdefault(path, [])
    points.append([step if step is not None else (points[-1][0] + 1 if points else 0), one, None if ts is None else ts * 1000])


def main():
    options = {"custom_run_id": "custom-1"} if NEW else {}
    run = init_run(
        project="team-alpha/project-x", mode="offline", name="my run", description="desc", tags=["a", "b"], source_files=[],
        capture_hardware_metrics=False, capture_stdout=True, capture_stderr=False, **options,
    )
    when = dt.datetime(2026, 2, 1, 12, 0, tzinfo=dt.timezone.utc)
    configs = {"cfg/lr": 0.1, "cfg/seed": 7, "cfg/name": "adam ünï", "cfg/flag": True, "cfg/when": when}
    if not NEW:
        # Later versions leave such integers out.
        configs["cfg/big"] = 2**53 + 1
    for path, one in configs.items():
        run[path] = one
    run["cfg/lr"] = 0.2
    run["cfg/nested"] = {"a": 1, "b": {"c": "x"}}
    configs.update({"cfg/lr": 0.2, "cfg/nested/a": 1, "cfg/nested/b/c": "x", "sys/name": "my run", "sys/description": "desc"})
    for path, one in configs.items():
        kind = {float: "float", bool: "bool", int: "int", str: "string", dt.datetime: "datetime"}[type(one)]
        values[path] = [kind, str(one) if kind in ("int", "float") else round(one.timestamp() * 1000) if kind == "datetime" else one]
    for i in range(5):
        log(run, "train/loss", 1.0 / (i + 1))
        log(run, "train/acc", i / 5, i * 10, T + i)
    log(run, "train/loss", 7.5, 100)
    log(run, "train/loss", 8.5)
    if NEW:
        run["train/ext"].extend([0.1, 0.2, 0.3], steps=[0.5, 1.5, 2.5], timestamps=[T, T + 1, T + 2])
        series["train/ext"] = [[0.5, 0.1, T * 1000], [1.5, 0.2, (T + 1) * 1000], [2.5, 0.3, (T + 2) * 1000]]
    for i in range(3):
        log(run, "logs/msg", f"line {i} ünï", i)
    with open("c.yaml", "w") as file:
        file.write("a: 1\n")
    os.makedirs("dir", exist_ok=True)
    for name in "xy":
        with open(f"dir/{name}.txt", "w") as file:
            file.write(name)
    run["files/cfg"].upload("c.yaml")
    values["files/cfg"] = ["file", "a: 1\n"]
    run["files/mem"].upload(File.from_content("hello", extension="txt"))
    values["files/mem"] = ["file", "hello"]
    run["files/set"].upload_files("dir/*.txt")
    run["files/set"].delete_files(["dir/y.txt"])
    values["files/set"] = ["file_set", ["dir/x.txt"]]
    run["sys/tags"].add(["c"])
    run["sys/tags"].remove(["a"])
    values["sys/tags"] = ["string_set", ["b", "c"]]
    run["gone"] = 1
    del run["gone"]
    if NEW:
        run["art/ds"].track_files("dir")
        values["art/ds"] = ["artifact", "dir"]
        png = bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fea735"
            "81840000000049454e44ae426082"
        )
        run["imgs/s"].append(File.from_content(png, extension="png"), step=0)
        series["imgs/s"] = [[0, "image/png", None]]
    print("hello stdout")
    print("two\nlines")
    time.sleep(2)
    run.stop()
    with open("expected.json", "w") as file:
        json.dump({"values": values, "series": series, "console": ["hello stdout", "two", "lines"]}, file)


if __name__ == "__main__":
    main()
