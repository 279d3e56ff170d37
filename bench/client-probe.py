"""What the client bench runs: `live BLOCKS STEPS` logs against a server, `once` logs a little and ends."""

import json
import sys
import time

from hagane import Experiment

METRICS = dict(("metric_%d" % index, index * 0.1) for index in range(10))
STEP_S = 0.001
DELIVERY_TIMEOUT_S = 30


def work(rounds):
    """A fixed amount of pure Python: it holds the interpreter as a training loop does."""
    total = 0
    for index in range(rounds):
        total += index * index % 7
    return total


def calibrate():
    """How many rounds take about a millisecond on this machine now."""
    rounds = 10000
    best = min(timed(lambda: work(rounds)) for _ in range(50))
    return max(1, int(rounds * STEP_S / best))


def timed(call):
    return cost(call)[0]


def cost(call):
    """Seconds that passed, and seconds of processor that all threads took meanwhile."""
    started_at, cpu_at = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - started_at, time.process_time() - cpu_at


def loop(steps, rounds):
    for _ in range(steps):
        work(rounds)


def logging_loop(experiment, steps, rounds, calls):
    log = experiment.log_metrics
    now = time.perf_counter
    for _ in range(steps):
        work(rounds)
        started_at = now()
        log(METRICS)
        calls.append(now() - started_at)


def wait_until_delivered(experiment):
    """The steps without logging must not pay for what those before them logged."""
    deadline = time.time() + DELIVERY_TIMEOUT_S
    while experiment.delivery["pending"] and time.time() < deadline:
        time.sleep(0.02)


def live(blocks, steps):
    experiment = Experiment(name="bench")
    rounds = calibrate()
    calls, plain, logging = [], [], []
    logging_loop(experiment, steps, rounds, [])
    for _ in range(blocks):
        wait_until_delivered(experiment)
        plain.append(cost(lambda: loop(steps, rounds)))
        logging.append(cost(lambda: logging_loop(experiment, steps, rounds, calls)))
    experiment.end()
    result = {"run": experiment.run_id, "logged": (blocks + 1) * steps, "calls": calls}
    result["plain"], result["plainCpu"] = zip(*plain)
    result["logging"], result["loggingCpu"] = zip(*logging)
    print(json.dumps(result))


def once():
    experiment = Experiment(name="bench")
    for _ in range(100):
        experiment.log_metrics(METRICS)


if sys.argv[1] == "live":
    live(int(sys.argv[2]), int(sys.argv[3]))
else:
    once()
