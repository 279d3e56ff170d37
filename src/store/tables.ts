import type { ColumnType, Generated } from 'kysely'

/** Row types by table. Times are milliseconds since 1970, JSON is text, flags are 0 or 1. */
export interface Tables {
  counter: { name: string; value: number }
  run: RunRow
  attempt: AttemptRow
  sweep: SweepRow
  suggestion: {
    sweep_id: string
    trial_index: number
    point: string
    source: string
    known: number
    budget: number | null
  }
  sweep_result: {
    sweep_id: string
    seq: number
    trial_index: number
    rung: number
    take: number
    phase: string
    value: number | null
  }
  event: {
    seq: Generated<number>
    at: number
    kind: string
    actor: string
    run_id: string | null
    sweep_id: string | null
    data: string
  }
  writer: { id: string; run_id: string; attempt: number; mark: number; lost: number; is_closed: number }
  series: { id: Generated<number>; run_id: string; name: string }
  metric: MetricRow
  run_param: { name: string; run_number: number; number: number | null; text: string }
  run_tag: { tag: string; run_number: number }
  chunk: { series_id: number; n: number; first_index: number; points: Bytes; rollup: Bytes; received_at: number }
  waiting_batch: {
    n: Generated<number>
    run_id: string
    run_number: number
    attempt: number
    writer: number
    series: string
    points: Bytes
  }
  artifact: { run_id: string; attempt: number; path: string; kind: string; size_bytes: number; sha256: string }
  project: ProjectRow
  metric_direction: { project_id: string; metric: string; direction: string }
  saved_view: { project_id: string; name: string; definition: string; created_at: number }
  access_token: { id: string; name: string; hash: string; created_at: number; last_used_at: number | null }
  document: { digest: string; sources: string; params: string }
  creation: { id: string; digest: string; created_at: number }
  snapshot: { digest: string; files: number; size_bytes: number; created_at: number }
  environment: EnvironmentRow
  lease: { name: string; epoch: number; holder: string; renewed_at: number }
}

type Bytes = ColumnType<Uint8Array>

/**
 * Summary of a metric of a run. `last`, `min`, `max` and `mean` are null where the value is not finite; `summary`
 * contains the exact values (`packSummary`).
 */
interface MetricRow {
  name: string
  run_number: number
  last: number | null
  min: number | null
  max: number | null
  mean: number | null
  summary: Bytes
}

export interface ProjectRow {
  id: string
  name: string
  description: string
  created_at: number
  deleted_at: number | null
}

export interface EnvironmentRow {
  hash: string
  state: string
  build_run_id: string
  python: string
  packages: string | null
  created_at: number
  last_used_at: number
}

export interface RunRow {
  id: string
  number: number
  sweep_id: string | null
  trial_index: number | null
  kind: string
  plan: string
  plan_digest: string
  placement: string
  params: string
  tags: string
  phase: string
  ending: string | null
  waiting: string | null
  stop_cause: string | null
  attempts: number
  not_before: number | null
  host: string | null
  actor: string
  is_executed: number
  is_collected: number
  last_heard_at: number | null
  created_at: number
  started_at: number | null
  ended_at: number | null
  version: number
  project_id: string
  name: string | null
  note: string | null
  reason: string | null
  document_digest: string | null
  snapshot: string | null
  environment: string | null
  needs_environment: number
  ran_on: string | null
  origin_kind: string | null
  origin_id: string | null
  commit: string | null
  branch: string | null
  outputs_of: number | null
  deleted_at: number | null
  purged_at: number | null
  rung: number
  take: number
}

export interface AttemptRow {
  id: string
  run_id: string
  n: number
  name: string
  state: string
  plan_digest: string
  devices: string
  outputs_path: string | null
  ending: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
}

export interface SweepRow {
  id: string
  number: number
  plan: string
  plan_digest: string
  seed: number
  concurrency: number
  phase: string
  reason: string | null
  stop_cause: string | null
  trials_created: number
  host: string
  created_at: number
  ended_at: number | null
  version: number
  project_id: string
  name: string | null
  note: string | null
  tags: string
  document_digest: string | null
  snapshot: string | null
  is_paused: number
  deleted_at: number | null
  purged_at: number | null
  budget: number | null
  earlier: string | null
  results: number
  failure: string | null
  judged_from: number
}
