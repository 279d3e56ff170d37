import { randomUUID } from 'node:crypto'

import type { RunDetailView } from '../src/contract/run.ts'
import { isTerminal } from '../src/contract/phases.ts'
import {
  atMost,
  createFolder,
  percentile,
  readResourceUse,
  printProgress,
  sleep,
  startServer,
  submit,
  unlimited,
} from './support.ts'
import type { Figure, Server } from './support.ts'

const MINUTES = 30
const SETTLED_MINUTES = 5
const STREAMS = 50
/** Number of the STREAMS event streams that are closed and opened again every RECONNECT_MS, as browser pages do. */
const RECONNECTING_STREAMS = 10
const RECONNECT_MS = 2_000
const SCRIPTS = 5
const BATCH_POINTS = 50
const BATCH_MS = 300
const READ_MS = 150
const RUN_MS = 1_500
const SAMPLE_MS = 15_000
const READS = [
  '/runs?limit=50&fields=auto',
  '/runs?filter=m.loss%20%3C%202&sort=-m.acc&count=true',
  '/events?after=0&limit=1000',
  '/sweeps',
  '/projects',
  '/runs/1/logs?tail=100',
  '/runs/1/logs/search?pattern=x',
  '/runs/names',
  '/runs/2/buckets/loss',
]

/** Puts a server under load for half an hour. Compares its memory at the end with its memory after five minutes. */
export async function measure(): Promise<Figure[]> {
  using folder = createFolder('soak')
  await using server = await startServer(folder.path)

  const end = new AbortController()
  const work = startWork(server, folder.path, end.signal)

  const samples: { minute: number; memoryMb: number }[] = []
  const startedAt = performance.now()
  while (performance.now() - startedAt < MINUTES * 60_000) {
    await sleep(SAMPLE_MS)
    const minute = (performance.now() - startedAt) / 60_000
    samples.push({ minute, memoryMb: readResourceUse(server.pid).memoryMb })
    if (samples.length % 8 === 0) printProgress(`${minute.toFixed(1)} min: ${samples.at(-1)!.memoryMb.toFixed(0)} MB`)
  }

  end.abort()
  const { points, runs, reads, streams } = await work

  const around = (from: number, to: number): number =>
    percentile(
      samples.filter(({ minute }) => minute >= from && minute <= to).map(({ memoryMb }) => memoryMb),
      0.5,
    )
  const [settled, last] = [around(SETTLED_MINUTES - 1, SETTLED_MINUTES + 1), around(MINUTES - 2, MINUTES + 1)]

  return [
    atMost(1.2, 'memory_ratio', last / settled, 'x'),
    unlimited('memory_settled_mb', settled, 'MB'),
    unlimited('memory_end_mb', last, 'MB'),
    unlimited('points', points, 'points'),
    unlimited('runs', runs, 'runs'),
    unlimited('reads', reads, 'reads'),
    unlimited('streams_opened', streams, 'streams'),
  ]
}

/**
 * Runs the load until `end` aborts: runs, logging scripts, reads and event streams. Returns how many points were sent,
 * runs ended, reads made and streams opened. Rejects at the first error response.
 */
async function startWork(
  server: Server,
  workDir: string,
  end: AbortSignal,
): Promise<{ points: number; runs: number; reads: number; streams: number }> {
  const counts = { points: 0, runs: 0, reads: 0, streams: 0 }

  const until = async (work: () => Promise<void>, everyMs: number): Promise<void> => {
    while (!end.aborted) {
      await work()
      await sleep(everyMs)
    }
  }

  const first = await submit(server, 'version: 1\nkind: experiment\nrun: {cmd: seq 1000}\n', workDir)

  const short = async (): Promise<void> => {
    const { number } = await submit(
      server,
      'version: 1\nkind: experiment\nrun: {cmd: "seq 1000; echo x > $HAGANE_OUTPUTS/f"}\n',
      workDir,
    )
    while (!end.aborted && !isTerminal((await server.call<RunDetailView>('GET', `/runs/${number}`)).phase))
      await sleep(100)
    counts.runs += 1
  }

  const reads = [...READS, `/runs/${first.number}/artifacts`]
  const read = async (): Promise<void> => {
    await fetchText(server, reads[counts.reads % reads.length]!)
    counts.reads += 1
  }

  const streams = Array.from({ length: STREAMS }, async (_, at) => {
    await until(async () => {
      counts.streams += 1
      await follow(server, at < RECONNECTING_STREAMS ? AbortSignal.any([end, AbortSignal.timeout(RECONNECT_MS)]) : end)
    }, 0)
  })

  const scripts = Array.from({ length: SCRIPTS }, async () => {
    const log = await startScript(server)
    await until(async () => {
      await log()
      counts.points += BATCH_POINTS
    }, BATCH_MS)
  })

  await Promise.all([...streams, ...scripts, until(read, READ_MS), until(short, RUN_MS)])
  return counts
}

async function fetchText(server: Server, path: string): Promise<void> {
  const response = await fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${server.token}` } })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`)
}

/** Reads the event stream until `end` aborts. */
async function follow(server: Server, end: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${server.token}` }
  try {
    const response = await fetch(`${server.url}/api/v1/events/stream?after=0`, { headers, signal: end })
    if (!response.ok) throw new Error(`the stream of events: ${response.status}`)
    for await (const _ of response.body!) if (end.aborted) return
  } catch (error) {
    if (!end.aborted) throw error
  }
}

/** Creates a run as a script started by hand does. Returns a function that sends one batch of points. */
async function startScript(server: Server): Promise<() => Promise<void>> {
  const run = await server.call<{ number: number }>('POST', '/runs', { kind: 'experiment', name: 'soak' })
  const writer = randomUUID()
  let first = 1
  return async () => {
    const records = Array.from({ length: BATCH_POINTS }, (_, i) => ({
      k: 'm',
      s: first + i,
      t: Date.now() / 1000,
      v: { loss: 1 / (first + i), acc: 0.5, [`m${i % 7}`]: i },
    }))
    await server.call('POST', `/runs/${run.number}/batches`, { writer, attempt: 1, first, records })
    first += BATCH_POINTS
  }
}
