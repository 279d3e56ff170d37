"""Measures the costs of logging in a program. The mode is the first argument; prints one line of JSON."""

import json
import os
import sys
import time

from hagane import Experiment

METRICS = dict(("metric_%d" % index, index * 0.5) for index in range(10))
CALLS = 5000
STEP_S = 0.001
VALUES = [index * 0.5 for index in range(1000)]
# With so many steps the sending thread delivers most records of a loop while the loop still runs.
STEPS = 3000
ROUNDS = 9
WATCHED = 1000
PAUSE_S = 0.003


def measure_calls(experiment):
    took = []
    for step in range(CALLS):
        started = time.perf_counter()
        experiment.log_metrics(METRICS, step=step)
        took.append(time.perf_counter() - started)
        # Training code works between two calls. Without a pause this would measure a full queue.
        if step % 10 == 0:
            time.sleep(0.002)
    took.sort()
    return {"calls": CALLS, "p50_us": took[len(took) // 2] * 1e6, "p99_us": took[int(len(took) * 0.99)] * 1e6}


def calibrate():
    """Returns the turns of `work` that take STEP_S of CPU time, however busy the machine is."""
    turns = 10
    while True:
        started = time.process_time()
        work(turns)
        took = time.process_time() - started
        if took > 0.05:
            return int(turns * STEP_S / took)
        turns *= 2


def work(turns):
    """Uses CPU time without creating objects: calls of the client would change the cost of allocating them."""
    for _ in range(turns):
        sum(VALUES)


def loop(turns, experiment):
    started = time.perf_counter()
    for step in range(STEPS):
        work(turns)
        if experiment is not None:
            experiment.log_metrics(METRICS, step=step)
    took = time.perf_counter() - started
    # The delivery of these records must not slow down the next loop, so wait until the server has them all.
    while experiment is not None and experiment.delivery["pending"]:
        time.sleep(0.05)
    return took


def measure_loop(experiment):
    """Measures loops with logging between two without, so that a machine that slows down distorts neither."""
    turns = calibrate()
    loop(turns, None)
    ratios = []
    for _ in range(ROUNDS):
        before = loop(turns, None)
        logged = loop(turns, experiment) + loop(turns, experiment)
        ratios.append(logged / (before + loop(turns, None)))
    return {"calls": 2 * STEPS * ROUNDS, "ratio": sorted(ratios)[ROUNDS // 2]}


def measure_end(experiment):
    for step in range(100):
        experiment.log_metrics(METRICS, step=step)
    time.sleep(0.5)
    return {"calls": 100}


def measure_durable(experiment):
    """Measures the time from a call until another process can read its record in the spool."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, json.dumps(watch()).encode())
        os._exit(0)
    for step in range(WATCHED):
        experiment.log_metrics(METRICS, step=step)
        time.sleep(PAUSE_S)
    os.close(writing)
    with os.fdopen(reading) as answer:
        took = sorted(json.loads(answer.read()))
    return {"calls": WATCHED, "seen": len(took), "p99_ms": took[int(len(took) * 0.99)] * 1e3}


def watch():
    """Returns the age of each record when it was first read. A record contains the time of its call."""
    folder = os.environ["HAGANE_SPOOL"]
    ages, places = [], {}
    deadline = time.time() + WATCHED * PAUSE_S + 10
    while len(ages) < WATCHED and time.time() < deadline:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if name.endswith(".jsonl"):
                ages.extend(read_ages(os.path.join(folder, name), places))
        time.sleep(0.0005)
    return ages


def read_ages(path, places):
    with open(path, "rb") as file:
        file.seek(places.get(path, 0))
        lines = file.read().split(b"\n")[:-1]
    now = time.time()
    places[path] = places.get(path, 0) + sum(len(line) + 1 for line in lines)
    return [now - record["t"] for record in map(json.loads, lines) if record.get("k") == "m"]


experiment = Experiment(name="bench")
modes = {"calls": measure_calls, "loop": measure_loop, "end": measure_end, "durable": measure_durable}
result = modes[sys.argv[1]](experiment)
print(json.dumps(dict(result, run=experiment.run_id, ended_at=time.time())), flush=True)
