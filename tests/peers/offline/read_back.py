"""Reads runs with the official neptune-query and writes what it says as JSON."""

import json
import math
import sys
import warnings

warnings.simplefilter("ignore")

import numpy as np
import pandas as pd

import neptune_query as nq
import neptune_query.runs as runs
from neptune_query.types import File


def plain(value):
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return str(int(value)) if abs(int(value)) > 2**53 else int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, pd.Timestamp):
        return round(value.timestamp() * 1000)
    if isinstance(value, (set, list, tuple, np.ndarray)):
        return [plain(one) for one in value]
    return None if value is None else str(value)


def by_run(frame, read):
    """{run: {path: [[step, ...]]}} of a frame with runs and steps as its index, without cells that are absent."""
    found = {}
    for path in dict.fromkeys(name[0] if isinstance(name, tuple) else name for name in frame.columns):
        for (run, step), cell in read(frame, path):
            found.setdefault(run, {}).setdefault(path, []).append([float(step), *cell])
    return found


def timed(frame, path):
    for index, value, time in zip(frame.index, frame[(path, "value")], frame[(path, "absolute_time")]):
        if not pd.isna(time):
            yield index, [plain(value), plain(time)]


def bare(frame, path):
    for index, value in zip(frame.index, frame[path]):
        if value is not None and not (isinstance(value, float) and math.isnan(value)):
            yield index, [plain(value)]


def main():
    all_runs = runs.list_runs()
    table = runs.fetch_runs_table(attributes=".*")
    values = {
        run: {
            name: plain(value)
            for name, value in row.items()
            if not isinstance(value, File) and (isinstance(value, (list, set)) or not (value is None or value is pd.NA))
        }
        for run, row in table.to_dict(orient="index").items()
    }
    metrics = runs.fetch_metrics(runs=all_runs, attributes=".*", include_time="absolute")
    previews = runs.fetch_metrics(runs=all_runs, attributes="val/acc", include_point_previews=True)
    if previews.columns.nlevels > 1:
        previews = previews.xs("value", axis=1, level=1)
    texts = runs.fetch_series(runs=all_runs, attributes="logs/.*")
    files = {}
    single = runs.fetch_runs_table(attributes="files/.*")
    downloaded = runs.download_files(files=single, destination="single")
    for run, row in downloaded.to_dict(orient="index").items():
        run = run[0] if isinstance(run, tuple) else run
        for name, path in row.items():
            if isinstance(path, str):
                files[f"{run}|{name}"] = open(path, encoding="utf-8").read()
    series = runs.fetch_series(runs=["root run: 1"], attributes="imgs/.*")
    for (run, step), row in runs.download_files(files=series, destination="series").to_dict(orient="index").items():
        for name, path in row.items():
            if isinstance(path, str):
                files[f"{run}|{name}|{step:g}"] = open(path, "rb").read().hex()
    json.dump({
        "runs": all_runs, "experiments": nq.list_experiments(), "values": values, "files": files,
        "metrics": by_run(metrics, timed), "previews": by_run(previews, bare), "texts": by_run(texts, bare),
    }, sys.stdout)


main()
