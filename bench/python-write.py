"""Measures the minimum of a log call: writing a JSON line with ten metrics to a file. Prints microseconds."""

import json
import os
import sys
import time

METRICS = dict(("metric_%d" % index, index * 0.5) for index in range(10))
CALLS = 5000

file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
took = []
for step in range(CALLS):
    started = time.perf_counter()
    os.write(file, (json.dumps({"k": "m", "s": step, "t": time.time(), "v": METRICS}) + "\n").encode())
    took.append(time.perf_counter() - started)
    if step % 10 == 0:
        time.sleep(0.002)
took.sort()
print(json.dumps({"p50": took[len(took) // 2] * 1e6, "p99": took[int(len(took) * 0.99)] * 1e6}))
