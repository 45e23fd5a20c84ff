"""Runs statements over the tables of a compacted archive, and prints their rows as JSON: tables.py ENGINE, a question on stdin."""

import datetime
import decimal
import json
import math
import os
import sys


def plain(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, datetime.datetime):
        return int((value if value.tzinfo else value.astimezone()).timestamp() * 1000)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def main():
    engine, question = sys.argv[1], json.load(sys.stdin)
    os.chdir(question["folder"])
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.execute(question["setup"])
        answers = [connection.execute(sql).fetchall() for sql in question["statements"]]
    elif engine == "spark":
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", False)
        spark = builder.config("spark.sql.shuffle.partitions", 1).config("spark.sql.session.timeZone", "UTC").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        exec(question["setup"], {"spark": spark})
        answers = [[list(row) for row in spark.sql(sql).collect()] for sql in question["statements"]]
    elif engine == "polars":
        import polars as pl

        names = {"pl": pl}
        exec(question["setup"], names)
        answers = [names["answer"].rows()]
    else:
        import pyarrow.parquet as pq

        # Reads every page, and compares every checksum.
        answers = [[[name, pq.ParquetFile(name, page_checksum_verification=True).read().num_rows]] for name in question["files"]]
    print("ANSWERS " + json.dumps([[plain(row) for row in rows] for rows in answers]))


main()
