"""One scenario of bulk_bench.ts with neptune-query: bulk_peers.py SCENARIO ROUNDS SERVER."""

import json
import os
import resource
import sys
import time

scenario, rounds, line = sys.argv[1:4]
server = json.loads(line)
os.environ["NEPTUNE_API_TOKEN"] = server["apiToken"]
os.environ["NEPTUNE_PROJECT"] = f"bench/{scenario}"

import neptune_query as nq


def work():
    if scenario.startswith("le"):
        return len(nq.list_experiments())
    return int(nq.fetch_metrics(experiments=".*", attributes=".*").count().sum())


count = work()
whole = time.process_time()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
seconds, processor = [], []
for _ in range(int(rounds)):
    started, used = time.perf_counter(), time.process_time()
    count = work()
    seconds.append(time.perf_counter() - started)
    processor.append(time.process_time() - used)
print(json.dumps({"seconds": seconds, "processor": processor, "whole": whole, "count": count, "peak": peak}))
