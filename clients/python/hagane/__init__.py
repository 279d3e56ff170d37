"""Tracking client of Hagane.

Inside a run that Hagane started nothing needs to be configured::

    from hagane import Experiment

    experiment = Experiment()
    experiment.log_metrics(loss=0.3, accuracy=0.9)

The same script, started by hand, creates a run of its own. Calls that log raise no exceptions: they print mistakes once
on standard error. They do not wait for the network: a record is in a file on the local disk when its call returns, and
a thread sends it to the server from there.
"""

from ._run import Experiment, Job, get_checkpoint_dir, get_data_paths, get_log_level, get_outputs_path, get_params

__version__ = "0.1.0"
__all__ = ["Experiment", "Job", "get_checkpoint_dir", "get_data_paths", "get_log_level", "get_outputs_path", "get_params"]
