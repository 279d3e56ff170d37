import { randomUUID } from 'node:crypto'
import { join } from 'node:path'

import type { RunPageView } from '../src/contract/routes/runs.ts'
import type { PointView } from '../src/contract/tracking.ts'
import { withRatio, commitP99Ms, pageJsonMs } from './references.ts'
import {
  atLeast,
  createFolder,
  createPoster,
  freePort,
  percentile,
  plainEnv,
  printProgress,
  sleep,
  startNode,
  startServer,
  timed,
  unlimited,
  waitUntilHealthy,
} from './support.ts'
import type { Figure, Poster, Server } from './support.ts'

const WRITERS = 4
const SERIES = 20
const RECORDS_PER_BATCH = 50
const POINTS_PER_BATCH = RECORDS_PER_BATCH * SERIES
const BATCHES_PER_WRITER = 250
const POINTS = WRITERS * BATCHES_PER_WRITER * POINTS_PER_BATCH
// Passes on Hagane's server and on the bare server of `ingest-bare.ts`, one after the other. Their medians are
// compared: a pass takes only seconds, so a short load on the machine can distort a single one.
const ROUNDS = 3
const WARM_UP_BATCHES = 20
const OTHER_RUNS = 200
const LIST_EVERY_MS = 200
const PACED_SECONDS = 30
const PACED_SHARE = 0.1

const POINTS_PER_S_MIN = 40_000
const RATIO_TO_BARE_MIN = 0.5
const LIST_P95_MS_MAX = 300
const ACK_P99_MS_MAX = 100

/**
 * The batches of one writer for one run, as bodies of requests. They are serialised before the measurement, so that
 * sending takes hardly any CPU time of the bench.
 */
interface Load {
  readonly runId: string
  readonly path: string
  readonly bodies: readonly Uint8Array[]
}

/**
 * Sends points of four writers at full speed, reads the run list at the same
 * time, and checks that the stored points are the points sent. Then sends batches
 * at a tenth of the reached rate and measures the time to their acknowledgement.
 */
export async function measure(): Promise<Figure[]> {
  using folder = createFolder('ingest')
  await using server = await startServer(folder.path)
  await fillWithRuns(server)
  await warmUp(server, await createRuns(server, WRITERS))

  const bare: number[] = []
  const ours: number[] = []
  const listMs: number[] = []

  for (let round = 0; round < ROUNDS; round++) {
    const loads = await createLoads(server)
    bare.push(await runBare(loads))
    const { seconds, took } = await runOurs(server, loads)
    ours.push(seconds)
    listMs.push(...took)
    await compareAll(server, loads)
  }

  const [bareSeconds, seconds] = [percentile(bare, 0.5), percentile(ours, 0.5)]
  const acks = await sendPaced(server, await createRuns(server, WRITERS), (POINTS / seconds) * PACED_SHARE)

  return [
    atLeast(POINTS_PER_S_MIN, 'points_per_s', POINTS / seconds, '1/s'),
    atLeast(RATIO_TO_BARE_MIN, 'ratio_to_bare', bareSeconds / seconds, 'x'),
    ...withRatio(
      { name: 'page_json_ms', value: pageJsonMs() },
      LIST_P95_MS_MAX,
      'list_p95_ms',
      percentile(listMs, 0.95),
    ),
    ...withRatio(
      { name: 'commit_p99_ms', value: await commitP99Ms() },
      ACK_P99_MS_MAX,
      'ack_p99_ms',
      percentile(acks, 0.99),
    ),
    unlimited('bare_points_per_s', POINTS / bareSeconds, '1/s'),
    unlimited('ack_p50_ms', percentile(acks, 0.5), 'ms'),
  ]
}

async function createLoads(server: Server): Promise<Load[]> {
  return (await createRuns(server, WRITERS)).map((runId, writer) => createLoad(runId, writer, BATCHES_PER_WRITER))
}

async function createRuns(server: Server, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID())
  for (const id of ids) await server.call('POST', '/runs', { id, name: 'bench' })
  return ids
}

/**
 * Creates OTHER_RUNS runs with points. Without them most runs of the
 * measured list would have no metrics, and the list would be read too fast.
 */
async function fillWithRuns(server: Server): Promise<void> {
  using poster = createPoster(server.url, server.token)
  for (const id of await createRuns(server, OTHER_RUNS)) await sendAll(poster, createLoad(id, 0, 1))
}

async function warmUp(server: Server, runIds: readonly string[]): Promise<void> {
  await sendTogether(
    server,
    runIds.map((id, writer) => createLoad(id, writer, WARM_UP_BATCHES)),
  )
}

function createLoad(runId: string, writer: number, batches: number): Load {
  const id = randomUUID()
  const bodies = Array.from({ length: batches }, (_, batch) => {
    const first = batch * RECORDS_PER_BATCH
    const records = Array.from({ length: RECORDS_PER_BATCH }, (_, index) => createRecord(writer, first + index))
    return Buffer.from(JSON.stringify({ writer: id, attempt: 1, first: first + 1, records }))
  })

  return { runId, path: `/api/v1/runs/${runId}/batches`, bodies }
}

const SERIES_NAMES = Array.from({ length: SERIES }, (_, index) => `train/metric_${index}`)
// Seconds between the times of two records. Multiples of 1/8 s are
// exact in binary, so that stored times can be compared for equality.
const STEP_SECONDS = 0.125
const FIRST_TIME_S = 1_760_000_000

function createRecord(writer: number, step: number) {
  return {
    k: 'm',
    s: step,
    t: FIRST_TIME_S + step * STEP_SECONDS,
    v: Object.fromEntries(SERIES_NAMES.map((name, series) => [name, toValue(writer, step, series)])),
  }
}

/**
 * Returns the value of a point, a number with many digits. The value depends
 * on the arguments alone, so that it can be compared with the stored one.
 */
function toValue(writer: number, step: number, series: number): number {
  return Math.sin(step * 0.001 + series) / (1 + writer)
}

async function sendAll(poster: Poster, { path, bodies }: Load): Promise<void> {
  for (const body of bodies) await sendOne(poster, path, body)
}

async function sendOne(poster: Poster, path: string, body: Uint8Array): Promise<void> {
  const { status, text } = await poster.post(path, body)
  if (status !== 200) throw new Error(`POST ${path}: ${status} ${text}`)
}

async function sendTogether(target: Pick<Server, 'url' | 'token'>, loads: readonly Load[]): Promise<void> {
  await Promise.all(
    loads.map(async (load) => {
      using poster = createPoster(target.url, target.token)
      await sendAll(poster, load)
    }),
  )
}

/**
 * Sends the loads to Hagane's server. Returns the seconds for all of them and, in `took`, the milliseconds of each
 * request for the run list that was made during that time.
 */
async function runOurs(server: Server, loads: readonly Load[]): Promise<{ seconds: number; took: number[] }> {
  const end = new AbortController()
  const lists = listRepeatedly(server, end.signal)
  const seconds = await timed(() => sendTogether(server, loads))
  end.abort()
  printProgress(`${POINTS} points: ${seconds.toFixed(2)} s`)
  return { seconds, took: await lists }
}

/** Sends the loads to a new server of `ingest-bare.ts`. Returns the seconds for all of them, without the warm-up. */
async function runBare(loads: readonly Load[]): Promise<number> {
  using folder = createFolder('ingest-bare')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`

  await using child = startNode(
    ['bench/ingest-bare.ts', join(folder.path, 'bare.db'), String(port)],
    plainEnv({}),
    join(folder.path, 'out'),
  )
  await waitUntilHealthy(child, url, performance.now())

  const target = { url, token: 'none' }
  await sendTogether(
    target,
    loads.map((load) => ({ ...load, bodies: load.bodies.slice(0, WARM_UP_BATCHES) })),
  )

  const seconds = await timed(() => sendTogether(target, loads))
  printProgress(`${POINTS} points to the bare server: ${seconds.toFixed(2)} s`)
  return seconds
}

/**
 * Reads the run list until `end` aborts, each time LIST_EVERY_MS
 * after the last response. Returns the milliseconds of each request.
 */
async function listRepeatedly(server: Server, end: AbortSignal): Promise<number[]> {
  const took: number[] = []
  while (!end.aborted) {
    const seconds = await timed(async () => {
      const { length } = (await server.call<RunPageView>('GET', '/runs?limit=100')).runs
      if (length !== 100) throw new Error(`the list has ${length} runs`)
    })
    took.push(seconds * 1000)
    await sleep(LIST_EVERY_MS)
  }

  return took
}

async function compareAll(server: Server, loads: readonly Load[]): Promise<void> {
  for (const [writer, { runId }] of loads.entries()) {
    for (const series of SERIES_NAMES.keys()) await compareSeries(server, runId, writer, series)
  }
  printProgress(`${POINTS} points read back, all as sent`)
}

/** Throws if the stored points of a series differ from the points sent. */
async function compareSeries(server: Server, runId: string, writer: number, series: number): Promise<void> {
  const count = BATCHES_PER_WRITER * RECORDS_PER_BATCH
  const path = `/runs/${runId}/metrics/${encodeURIComponent(SERIES_NAMES[series]!)}`
  let step = 0

  for (let page = await readPage(0); page.length > 0; page = await readPage(step)) {
    for (const point of page) {
      const isSame =
        point.step === step &&
        point.value === toValue(writer, step, series) &&
        Date.parse(point.time) === (FIRST_TIME_S + step * STEP_SECONDS) * 1000
      if (!isSame) throw new Error(`point ${step} of ${path} is ${JSON.stringify(point)}`)
      step += 1
    }
  }
  if (step !== count) throw new Error(`${path} has ${step} points, not ${count}`)

  async function readPage(from: number): Promise<PointView[]> {
    return await server.call<PointView[]>('GET', `${path}?from=${from}`)
  }
}

/**
 * Sends the batches of each writer at fixed times. A batch whose time has passed is sent right after the previous
 * acknowledgement. Returns for each batch the milliseconds from its fixed time to its acknowledgement: a pause of the
 * server therefore counts for every batch that it delays.
 */
async function sendPaced(server: Server, runIds: readonly string[], pointsPerSecond: number): Promise<number[]> {
  const everyMs = (WRITERS * POINTS_PER_BATCH * 1000) / pointsPerSecond
  const batches = Math.max(1, Math.floor((PACED_SECONDS * 1000) / everyMs))
  const startAt = performance.now()

  const lanes = runIds.map(async (runId, writer) => {
    using poster = createPoster(server.url, server.token)
    const { path, bodies } = createLoad(runId, writer, batches)
    const took: number[] = []
    for (const [index, body] of bodies.entries()) {
      const dueAt = startAt + LEAD_MS + (index + writer / WRITERS) * everyMs
      await sleep(Math.max(0, dueAt - performance.now()))
      await sendOne(poster, path, body)
      took.push(performance.now() - dueAt)
    }
    return took
  })

  const took = (await Promise.all(lanes)).flat()
  printProgress(`${took.length} batches at ${Math.round(pointsPerSecond)} points/s`)
  return took
}

// Milliseconds before the first batch is due. During this time the bodies are made.
const LEAD_MS = 1_000
