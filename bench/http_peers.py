"""One scenario of http_bench.ts with an official Python client: http_peers.py SCENARIO ROUNDS SERVER."""

import json
import os
import resource
import sys
import time

scenario, rounds, line = sys.argv[1:4]
server = json.loads(line)
os.environ["NEPTUNE_API_TOKEN"] = server["apiToken"]
os.environ["NEPTUNE_PROJECT"] = server["project"]
MANY = [f"many/{i:03}" for i in range(300)]


def fetcher():
    from neptune_fetcher import ReadOnlyProject, ReadOnlyRun

    project = ReadOnlyProject(server["project"])

    def run():
        return ReadOnlyRun(project, custom_id=server["run"])

    if scenario == "fetcher one":
        return lambda: run()["one"].fetch_values()
    threads = scenario == "fetcher many threads"
    return lambda: run().prefetch_series_values(MANY, use_threads=threads, progress_bar=False)


def query():
    import neptune_query.runs as nq_runs

    names = "one" if scenario == "query one" else MANY

    def work():
        return nq_runs.fetch_metrics(
            runs=[server["run"]],
            attributes=["one"] if names == "one" else MANY,
            include_time="absolute",
        )

    return work


work = fetcher() if scenario.startswith("fetcher") else query()
seconds, processor = [], []
for _ in range(int(rounds)):
    started, used = time.perf_counter(), time.process_time()
    work()
    seconds.append(time.perf_counter() - started)
    processor.append(time.process_time() - used)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak}))
