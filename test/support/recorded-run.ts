import { randomUUID } from 'node:crypto'

import type { TestServer } from './server.ts'

const RECORDS_AT_ONCE = 1_000

/** A run as a script logs it. Each metric has one value per step, from step 0. */
export interface RecordedRun {
  readonly name: string
  readonly params: object
  readonly metrics: Readonly<Record<string, readonly (number | 'NaN')[]>>
}

/**
 * Creates a run as a script that was started by hand does, sends its records and ends it as succeeded. Returns the
 * number of the run. Throws if the server refuses a record.
 */
export async function recordRun(
  server: TestServer,
  project: string,
  { name, params, metrics }: RecordedRun,
): Promise<number> {
  const { body: run } = await server.call<{ number: number }>('POST', '/runs', { kind: 'experiment', name, project })
  const length = Math.max(...Object.values(metrics).map((values) => values.length))
  const points = Array.from({ length }, (_, i) => ({
    k: 'm',
    s: i,
    t: 1_700_000_000 + i,
    v: Object.fromEntries(
      Object.entries(metrics).flatMap(([key, values]) => (i < values.length ? [[key, values[i]]] : [])),
    ),
  }))
  const records = [{ k: 'p', v: params }, ...points, { k: 's', v: 'succeeded', m: '' }]

  const writer = randomUUID()
  for (let at = 0; at < records.length; at += RECORDS_AT_ONCE) {
    const part = records.slice(at, at + RECORDS_AT_ONCE)
    const batch = { writer, attempt: 1, first: at + 1, closed: at + part.length === records.length, records: part }
    const { status, body } = await server.call<{ refused: unknown[] }>('POST', `/runs/${run.number}/batches`, batch)
    if (status !== 200 || body.refused.length > 0) throw new Error(JSON.stringify(body))
  }

  return run.number
}
