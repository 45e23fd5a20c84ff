"""Asks the official clients the questions it reads, one JSON object a line, and writes what they answer.

A question is {"name": ..., "code": ...}; the code is an expression, or statements of which the last is one.
An answer is {"name": ..., "value": ...} or {"name": ..., "error": <class>, "message": ...}.
"""

import ast
import datetime
import hashlib
import json
import math
import os
import sys
import time
import warnings

warnings.simplefilter("ignore")

import numpy as np
import pandas as pd

import neptune_fetcher.alpha as alpha
import neptune_fetcher.alpha.filters as alpha_filters
import neptune_query as nq
import neptune_query.experimental as global_
import neptune_query.runs as nq_runs
from neptune_fetcher import ReadOnlyProject, ReadOnlyRun
from neptune_query.filters import Attribute, AttributeFilter, Filter
from neptune_query.types import File, Histogram

import renewal


def plain(value):
    """The value as JSON; absent is null, and what JSON lacks is an object."""
    if isinstance(value, pd.DataFrame):
        return table(value)
    if isinstance(value, File):
        return {"path": value.path, "size": value.size_bytes, "mime_type": value.mime_type}
    if isinstance(value, Histogram):
        return {"type": value.type, "edges": plain(value.edges), "values": plain(value.values)}
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(one) for one in value)
    if isinstance(value, (list, tuple, np.ndarray)) or hasattr(value, "__next__"):
        return [plain(one) for one in value]
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) <= 2**53 else {"int": str(int(value))}
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return None if math.isnan(number) else {"float": str(number)} if math.isinf(number) else number
    if isinstance(value, (pd.Timestamp, datetime.datetime)):
        return {"time": round(value.timestamp() * 1000)}
    if isinstance(value, pd.Interval):
        return str(value)
    return str(value)


def table(frame):
    """Columns and rows; a named index becomes columns."""
    if any(name is not None for name in frame.index.names):
        frame = frame.copy()
        for level, name in reversed(list(enumerate(frame.index.names))):
            key = (name,) + ("",) * (frame.columns.nlevels - 1) if frame.columns.nlevels > 1 else name
            frame.insert(0, key, frame.index.get_level_values(level))
    columns = ["|".join(part for part in name if part) if isinstance(name, tuple) else name for name in frame.columns]
    values = [[plain(one) for one in frame.iloc[:, i].tolist()] for i in range(len(columns))]
    return {"columns": columns, "rows": [list(row) for row in zip(*values)] if values else []}


def points(frame):
    """A frame of points as {"run|attribute": [[step, value, ...], ...]}, without values that are absent."""
    result = {}
    several = frame.columns.nlevels > 1
    for name in dict.fromkeys(name[0] if several else name for name in frame.columns):
        part = frame[name][sorted(frame[name].columns)] if several else frame[[name]]
        for (run, step), row in zip(part.index, part.itertuples(index=False)):
            values = [plain(one) for one in row]
            if any(one is not None for one in values):
                result.setdefault(f"{run}|{name}", []).append([plain(step)] + values)
    return result


def buckets(frame):
    """A frame of buckets as [[run, attribute, left, right, x, y], ...]; edges to 9 digits, because their last ones are roundings."""
    result = []
    for run, name in dict.fromkeys((column[0], column[1]) for column in frame.columns):
        for interval, x, y in zip(frame.index, frame[(run, name, "x")], frame[(run, name, "y")]):
            if not pd.isna(x):
                result.append([run, name, *(float(f"{edge:.9g}") for edge in (interval.left, interval.right)), x, y])
    return sorted(result)


def digests(frame):
    """A frame of downloaded files as {"run|attribute|step": <SHA-256 of the content>}."""
    result = {}
    for index, row in zip(frame.index, frame.itertuples(index=False)):
        run, step = index if isinstance(index, tuple) else (index, None)
        for name, path in zip(frame.columns, row):
            if not pd.isna(path):
                content = hashlib.sha256(open(path, "rb").read()).hexdigest()
                result[f"{run}|{name}|{'' if step is None or pd.isna(step) else float(step)}"] = content
    return result


def failure(call):
    """The exception that a call ends with."""
    try:
        call()
    except Exception as error:
        return error
    return None


def evaluate(code, scope):
    *statements, last = ast.parse(code).body
    exec(compile(ast.Module(statements, []), "question", "exec"), scope)
    return eval(compile(ast.Expression(last.value), "question", "eval"), scope)


def main():
    os.environ["TQDM_DISABLE"] = "1"
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    scope = {**globals(), "project": ReadOnlyProject()}
    alpha.set_api_token(os.environ["NEPTUNE_API_TOKEN"])
    alpha.set_project(os.environ["NEPTUNE_PROJECT"])
    for line in sys.stdin:
        question = json.loads(line)
        answer = {"name": question["name"]}
        started = time.monotonic()
        try:
            answer["value"] = plain(evaluate(question["code"], scope))
        except Exception as error:
            answer["error"] = type(error).__name__
            answer["message"] = str(error)[:2000]
        answer["seconds"] = time.monotonic() - started
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()


main()
