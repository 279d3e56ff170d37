import type { ColumnType, Generated } from 'kysely'

/** Row types, one interface per table. Times are epoch milliseconds, JSON is text, flags are 0 or 1. */
export interface Tables {
  counter: { name: string; value: number }
  run: RunRow
  attempt: AttemptRow
  sweep: SweepRow
  event: { seq: Generated<number>; at: number; kind: string; actor: string; run_id: string | null; sweep_id: string | null; data: string }
  writer: { id: string; run_id: string; attempt: number; mark: number; lost: number; is_closed: number }
  series: { id: Generated<number>; run_id: string; name: string; summary: Bytes; last_value: number | null }
  chunk: { series_id: number; n: number; first_index: number; points: Bytes; rollup: Bytes; received_at: number }
  artifact: { run_id: string; attempt: number; path: string; kind: string; size_bytes: number; sha256: string }
  lease: { name: string; epoch: number; holder: string; renewed_at: number }
}

type Bytes = ColumnType<Uint8Array>

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
}
