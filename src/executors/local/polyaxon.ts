import { KIND_RULES } from '../../core/kinds.ts'
import type { Launch } from '../../core/ports/executor.ts'
import type { AttemptDir } from '../../disk/attempt-dir.ts'

/** Owner in the names that Polyaxon's client reads (`OWNER.PROJECT`). Projects of Hagane have no owner. */
const OWNER = 'hagane'

/** Values of `HAGANE_PARAMS` and `HAGANE_DATA_PATHS`, which Polyaxon's variables repeat. */
interface Texts {
  /** JSON of the parameters; undefined if the JSON is longer than `PARAMS_CHARS_MAX`. */
  readonly params: string | undefined
  /** JSON object with the paths of data folders by name. */
  readonly dataPaths: string
}

/**
 * Returns the variables that scripts written for Polyaxon 0.6 read. They make the Polyaxon client work without a
 * server: it reads the right paths and parameters, does not wait for a server, and discards the records it logs.
 */
export function polyaxonVariables(
  { run, attempt, project }: Pick<Launch, 'run' | 'attempt' | 'project'>,
  dir: Pick<AttemptDir, 'outputs'>,
  { params, dataPaths }: Texts,
): Record<string, string> {
  const owned = `${OWNER}.${project}`
  const isJob = KIND_RULES[run.plan.kind].polyaxon === 'job'
  const name = isJob ? `${owned}.${run.plan.kind}s.${run.number}` : `${owned}.${run.number}`

  const common = { project_name: owned, project_uuid: run.projectId, type: 'runner', app: OWNER }
  const info = isJob
    ? { ...common, role: run.plan.kind, job_name: name, job_uuid: run.id }
    : {
        ...common,
        role: 'master',
        experiment_name: name,
        experiment_uuid: run.id,
        ...(run.sweepId !== null && { experiment_group_uuid: run.sweepId }),
        job_uuid: attempt.id,
        task_type: 'master',
        task_idx: '0',
      }

  return {
    POLYAXON_IS_MANAGED: 'true',
    POLYAXON_IS_OFFLINE: 'true',
    POLYAXON_RUN_OUTPUTS_PATH: dir.outputs,
    POLYAXON_RUN_DATA_PATHS: dataPaths,
    ...(params !== undefined && { POLYAXON_PARAMS: params }),
    POLYAXON_LOG_LEVEL: run.plan.logLevel,
    [isJob ? 'POLYAXON_JOB_INFO' : 'POLYAXON_EXPERIMENT_INFO']: JSON.stringify(info),
    ...(!isJob && { POLYAXON_TASK_INFO: JSON.stringify({ type: 'master', index: 0 }) }),
  }
}
