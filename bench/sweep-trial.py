"""One trial of the sweep bench: a second of nothing, then ten metrics."""

import time

from hagane import Experiment

experiment = Experiment()
time.sleep(1)
experiment.log_metrics({"metric_%d" % index: index * 0.1 for index in range(10)})
