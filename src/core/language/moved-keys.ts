import type { PathKey } from './document.ts'

/** Keys of Polyaxon 0.1 to 0.4 and of other tools, with the text that error messages suggest instead. */
const MOVED_KEYS: Readonly<Record<string, string>> = {
  'run.image': 'build.image',
  'run.build_steps': 'build.build_steps',
  'run.env_vars': 'build.env_vars',
  'run.dockerfile': 'build.dockerfile',
  'run.command': 'run.cmd',
  'run.args': 'run.cmd',
  'run.script': 'run.cmd',
  command: 'run.cmd',
  script: 'run.cmd',
  settings: 'hptuning (matrix, concurrency, search), logging',
  matrix: 'hptuning.matrix',
  concurrency: 'hptuning.concurrency',
  early_stopping: 'hptuning.early_stopping',
  grid_search: 'hptuning.grid_search',
  random_search: 'hptuning.random_search',
  hyperband: 'hptuning.hyperband',
  bo: 'hptuning.bo',
  project: 'hagane run -p NAME',
  model: 'run.cmd',
  train: 'run.cmd',
  eval: 'run.cmd',
  parameters: 'params',
  hyperparameters: 'params',
  hparams: 'params',
  env_vars: 'build.env_vars',
  'environment.env_vars': 'build.env_vars',
  'environment.node_selectors': 'environment.node_selector',
  'environment.n_workers': 'environment.replicas.n_workers, framework',
  'environment.n_ps': 'environment.replicas.n_ps, framework',
  'environment.tensorflow': 'framework: tensorflow, environment.replicas',
  'environment.mxnet': 'framework: mxnet, environment.replicas',
  'environment.pytorch': 'framework: pytorch, environment.replicas',
  'environment.horovod': 'framework: horovod, environment.replicas',
  'environment.mpi': 'backend: mpi, environment.replicas',
  'environment.default_worker_config': 'environment.replicas.default_worker',
  'environment.default_ps_config': 'environment.replicas.default_ps',
  'environment.default_worker_resources': 'environment.replicas.default_worker.resources',
  'environment.default_ps_resources': 'environment.replicas.default_ps.resources',
  'environment.worker_configs': 'environment.replicas.worker',
  'environment.ps_configs': 'environment.replicas.ps',
}

/** Returns the present place of a key from an older document, as shown in messages; undefined for other keys. */
export function presentPathOf(path: readonly PathKey[], key: string): string | undefined {
  const name = [...path, key].join('.')
  return Object.hasOwn(MOVED_KEYS, name) ? MOVED_KEYS[name] : undefined
}
