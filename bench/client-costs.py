"""What a program pays for logging. Prints one line of JSON; the mode is the first argument."""

import json
import sys
import time

from hagane import Experiment

METRICS = dict(("metric_%d" % index, index * 0.5) for index in range(10))
CALLS = 5000
STEP_S = 0.001
# Long enough that what the client does in the background falls into the block that caused it.
STEPS = 4000
ROUNDS = 5


def measure_calls(experiment):
    took = []
    for step in range(CALLS):
        started = time.perf_counter()
        experiment.log_metrics(METRICS, step=step)
        took.append(time.perf_counter() - started)
        # A training does something between two calls; without a pause this would measure a full queue.
        if step % 10 == 0:
            time.sleep(0.002)
    took.sort()
    return {"calls": CALLS, "p50_us": took[len(took) // 2] * 1e6, "p99_us": took[int(len(took) * 0.99)] * 1e6}


def calibrate():
    """Turns of a plain loop that take about one step."""
    turns = 1000
    while True:
        started = time.perf_counter()
        work(turns)
        if time.perf_counter() - started > 0.05:
            return int(turns * STEP_S / (time.perf_counter() - started))
        turns *= 2


def work(turns):
    total = 0.0
    for index in range(turns):
        total += index * 0.5
    return total


def loop(turns, experiment):
    started = time.perf_counter()
    for step in range(STEPS):
        work(turns)
        if experiment is not None:
            experiment.log_metrics(METRICS, step=step)
    return time.perf_counter() - started


def measure_loop(experiment):
    """With and without logging in turns, so that a machine that slows down wrongs neither."""
    turns = calibrate()
    loop(turns, None)
    ratios = []
    for _ in range(ROUNDS):
        bare = loop(turns, None)
        ratios.append(loop(turns, experiment) / bare)
        # What is still on its way belongs to the loop that logged it, not to the next bare one.
        while experiment.delivery["pending"]:
            time.sleep(0.05)
    return {"calls": STEPS * ROUNDS, "ratio": sorted(ratios)[ROUNDS // 2]}


def measure_end(experiment):
    for step in range(100):
        experiment.log_metrics(METRICS, step=step)
    time.sleep(0.5)
    return {"calls": 100}


experiment = Experiment(name="bench")
result = {"calls": measure_calls, "loop": measure_loop, "end": measure_end}[sys.argv[1]](experiment)
print(json.dumps(dict(result, run=experiment.run_id, ended_at=time.time())), flush=True)
