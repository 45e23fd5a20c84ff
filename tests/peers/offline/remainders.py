"""Leaves what asynchronous clients leave when the service goes away; nothing but loopback is spoken to."""

import sys


def scale():
    """The service is gone from the start: all operations stay."""
    import base64
    import json
    import time

    from neptune_scale import Run

    address = {"api_address": "http://127.0.0.1:9", "api_url": "http://127.0.0.1:9", "api_key": "x"}
    token = base64.b64encode(json.dumps(address).encode()).decode()
    options = {"project": "team-alpha/project-x", "api_token": token, "mode": "async"}
    run = Run(run_id="async-left", experiment_name="left", enable_console_log_capture=False, **options)
    for i in range(5):
        run.log_metrics({"train/loss": 1 / (i + 1)}, step=i)
    time.sleep(3)
    run.terminate()


def legacy():
    """The service answers the first batch and then no more."""
    import os
    import queue
    import threading
    import time
    import uuid

    from neptune.internal.backends.neptune_backend_mock import NeptuneBackendMock
    from neptune.internal.container_type import ContainerType
    from neptune.internal.operation import LogFloats, LogSeriesValue
    from neptune.internal.operation_processors.async_operation_processor import AsyncOperationProcessor

    class Backend(NeptuneBackendMock):
        calls = 0

        def execute_operations(self, container_id, container_type, operations, operation_storage):
            Backend.calls += 1
            if Backend.calls > 1:
                time.sleep(3600)
            return len(operations), []

    processor = AsyncOperationProcessor(
        container_id=str(uuid.UUID(int=0xABC)), container_type=ContainerType.RUN, backend=Backend(),
        lock=threading.RLock(), queue=queue.Queue(), sleep_time=0.2, batch_size=10,
    )
    processor.start()
    for start, end in ((0, 10), (10, 25)):
        for i in range(start, end):
            operation = LogFloats(["train", "loss"], [LogSeriesValue(1 / (i + 1), i, 1769947200.0 + i)])
            processor.enqueue_operation(operation, wait=False)
        processor.flush()
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    {"scale": scale, "legacy": legacy}[sys.argv[1]]()
