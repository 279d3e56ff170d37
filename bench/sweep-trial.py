"""One trial of the sweep bench: sleeps for a second, then logs ten metrics."""

import time

from hagane import Experiment

experiment = Experiment()
time.sleep(1)
experiment.log_metrics({"metric_%d" % index: index * 0.1 for index in range(10)})
