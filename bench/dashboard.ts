import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'

import { ensureDashboard, firstLoadBytes } from '../scripts/dashboard.ts'
import { openSqlite } from '../src/store/database.ts'
import { launchBrowser, openPage } from '../test/support/browser.ts'
import { recordRun } from '../test/support/recorded-run.ts'
import { startTestServer, waitUntil } from '../test/support/server.ts'
import type { TestServer } from '../test/support/server.ts'
import { fill, RUNS } from './large-data.ts'
import { withRatio, openStatic, serveStatic, staticReadyMs } from './references.ts'
import type { Measured } from './references.ts'
import { atMost, createFolder, percentile, printProgress, unlimited } from './support.ts'
import type { Figure } from './support.ts'

const TRIALS = 20_000
const LONG_RUNS = 10
const LOG_LINES = 1_000_000
const LONGEST_POINTS = 5_000_000
const WIDE_RUNS = 300
const WIDE_NAMES = 500
// Each run has names of its own: 10,200 different metric names in total.
const NAMED = { runs: 34, names: 300 }
const MANY_METRICS = 300
const MANY_POINTS = 200
const SERIES =
  'version: 1\nkind: group\nname: large\nhptuning:\n  concurrency: 1\n  metric: {name: loss, optimization: minimize}\n  random_search: {n_experiments: 20100}\n'
const SWEEP = `${SERIES}  matrix: {${Array.from({ length: 10 }, (_, i) => `p${String(i).padStart(2, '0')}: ${i === 1 ? '{values: [adam, sgd, rmsprop]}' : '{uniform: [0, 1]}'}`).join(', ')}}\nrun: {cmd: sleep 1000}\n`
const PRINT = `for i in range(${LOG_LINES}): print("step=%d loss=0.3040 lr=1.45e-5 0.58 it/s" % i)`
const REPEATS = 5
const PAIRS = 9
const COLD_RUNS = '/p/default/runs?q=m.m03+%3C+0.8&sort=-m.m07'
const IDLE_S = 10
const LIVE_POINTS = 15
const SIMULATED_S = 1_800

/** Measures the dashboard in a real browser over a database of 100,000 runs. */
export async function measure(): Promise<Figure[]> {
  ensureDashboard()
  const browser = await launchBrowser()
  if (!browser) throw new Error('no browser')

  using folder = createFolder('dashboard')
  const { sweep, log, last, many } = await seed(folder.path)
  const server = await startTestServer({ dataDir: folder.path })
  try {
    const staticReference: Measured = { name: 'static_ready_ms', value: await staticReadyMs(browser) }
    const rows = await measureRunList(browser, server, staticReference)
    return [
      atMost(180, 'script_kb', firstLoadBytes() / 1000, 'kB'),
      ...rows,
      await measureWideList(browser, server),
      ...(await measureManyMetrics(browser, server, { run: many, still: staticReference })),
      ...(await measureCharts(browser, server, { last, still: staticReference })),
      ...(await measureSweepPage(browser, server, { sweep, still: staticReference })),
      ...(await measureLogTail(browser, server, { run: log, still: staticReference })),
      ...(await measureLivePage(browser, server, staticReference)),
    ]
  } finally {
    await browser.close()
    await server[Symbol.asyncDispose]()
  }
}

/**
 * Makes a sweep, a run with a long log and a run with many metrics through the API, then inserts 100,000 runs into the
 * database. Returns numbers: of the sweep, of these two runs, and of the last run with a million points (`last`).
 */
async function seed(dataDir: string): Promise<{ sweep: number; log: number; last: number; many: number }> {
  const server = await startTestServer({ dataDir })
  const sweep = await server.submit(SWEEP)

  writeFileSync(join(dataDir, 'talk.py'), PRINT)
  const log = await server.submit('version: 1\nkind: experiment\nname: talkative\nrun: {cmd: python talk.py}\n')
  await waitUntil(
    async () => (await server.call<{ phase: string }>('GET', `/runs/${log.number}`)).body.phase === 'succeeded',
    120_000,
  )

  const values = Array.from({ length: MANY_POINTS }, (_, i) => Math.sin(i / 20))
  const metrics = Object.fromEntries(
    Array.from({ length: MANY_METRICS }, (_, i) => [`${['train', 'val', 'grad'][i % 3]}/metric_${i}`, values]),
  )
  const many = await recordRun(server, 'default', { name: 'many-metrics', params: {}, metrics })
  const { body: wide } = await server.call<{ id: string }>('POST', '/projects', { name: 'wide' })

  await server.call('POST', `/sweeps/${sweep.number}/stop`)
  await waitUntil(
    async () => (await server.call<{ phase: string }>('GET', `/sweeps/${sweep.number}`)).body.phase === 'stopped',
    60_000,
  )
  await server[Symbol.asyncDispose]()

  await using database = openSqlite(join(dataDir, 'hagane.db'))
  await fill(database, {
    first: 1_000,
    longRuns: LONG_RUNS,
    sweep: { id: sweep.id, trials: TRIALS, metric: 'loss' },
    longestPoints: LONGEST_POINTS,
    wide: { projectId: wide.id, runs: WIDE_RUNS, names: WIDE_NAMES },
    named: NAMED,
  })
  return { sweep: sweep.number, log: log.number, last: 999 + RUNS, many }
}

async function median(work: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < REPEATS; i += 1) times.push(await work())
  return percentile(times, 0.5)
}

/**
 * Returns the milliseconds from requesting a path until the page is ready, in a browser context with an empty cache.
 */
async function coldReadyMs(
  browser: Browser,
  server: TestServer,
  path: string,
  ready: (page: Page) => Promise<unknown>,
): Promise<number> {
  const page = await openPage(browser, server, '/settings')
  const cookies = await page.context().cookies()
  await page.close()

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addCookies(cookies)
  const fresh = await context.newPage()

  const startedAt = performance.now()
  await fresh.goto(server.url + path, { waitUntil: 'commit' })
  await ready(fresh)
  const ms = performance.now() - startedAt

  await context.close()
  return ms
}

async function measureRunList(browser: Browser, server: TestServer, reference: Measured): Promise<Figure[]> {
  const isReady = async (page: Page) =>
    await page.getByRole('table', { name: 'Runs' }).getByRole('link').nth(10).click({ trial: true })
  await coldReadyMs(browser, server, COLD_RUNS, isReady)

  await using site = await serveStatic()
  // The run list and the static page are opened alternately, so that other load on the machine slows both alike.
  const pairs: { ours: number; static: number }[] = []
  for (let i = 0; i < PAIRS; i += 1)
    pairs.push({
      ours: await coldReadyMs(browser, server, COLD_RUNS, isReady),
      static: await openStatic(browser, site.url),
    })
  const middle = (of: (pair: (typeof pairs)[number]) => number): number => percentile(pairs.map(of), 0.5)
  const ready = middle((pair) => pair.ours)
  const staticReference = middle((pair) => pair.static)
  printProgress(`runs ready in ${ready.toFixed(0)} ms, a static page in ${staticReference.toFixed(0)} ms`)

  const page = await openPage(browser, server, '/p/default/runs')
  const first = page.getByRole('table', { name: 'Runs' }).getByRole('link').first()
  await first.waitFor()

  const filter = page.getByRole('combobox', { name: 'Filter' })
  let bound = 0.2
  const filtered = await median(async () => {
    await filter.fill(`m.m03 < ${bound}`)
    const before = await page.getByText(/match$/).textContent()
    bound += 0.1
    await filter.fill(`m.m03 < ${bound.toFixed(1)}`)
    const startedAt = performance.now()
    const isNew = `document.querySelector('[data-filter] ~ [role=status]')?.textContent !== ${JSON.stringify(before)} && !document.querySelector('[data-outdated]')`
    while (!(await page.evaluate(isNew))) await page.waitForTimeout(5)
    return performance.now() - startedAt
  })

  await filter.fill('')
  await page.waitForTimeout(1_000)
  const { long, reached } = await scroll(page)
  printProgress(`scrolled to row ${reached}`)
  await page.close()
  return [
    atMost(1_500, 'runs_ready_ms', ready, 'ms'),
    atMost(
      3,
      'runs_ready_ratio',
      middle((pair) => pair.ours / pair.static),
      'x',
    ),
    unlimited('static_ready_ms', staticReference, 'ms'),
    ...withRatio(reference, 400, 'filter_ms', filtered),
    atMost(0, 'scroll_long_tasks', long, 'tasks'),
    unlimited('scrolled_rows', reached, 'rows'),
  ]
}

/**
 * Scrolls the run list down for 45 s or to row 50,000. Returns the row reached, and the number `long` of tasks of the
 * page's main thread that took longer than 100 ms.
 */
async function scroll(page: Page): Promise<{ long: number; reached: number }> {
  await page.evaluate(
    `window.longTasks = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.duration > 100) window.longTasks += 1 }).observe({ type: 'longtask' })`,
  )
  await page.getByRole('table', { name: 'Runs' }).hover()

  let reached = 0
  for (const startedAt = performance.now(); performance.now() - startedAt < 45_000 && reached < 50_000;) {
    await page.mouse.wheel(0, 6_000)
    await page.waitForTimeout(16)
    reached = Number(
      await page.evaluate(
        `[...document.querySelectorAll('[aria-rowindex]')].at(-1)?.getAttribute('aria-rowindex') ?? 0`,
      ),
    )
  }

  return { long: Number(await page.evaluate('window.longTasks')), reached }
}

/**
 * Measures the time until the run list is ready in a project whose runs have 500 parameters and 500 metrics. The list
 * has a column for each parameter.
 */
async function measureWideList(browser: Browser, server: TestServer): Promise<Figure> {
  const columns = Array.from({ length: WIDE_NAMES }, (_, i) => `p.p${String(i).padStart(2, '0')}`)
  const path = `/p/wide/runs?cols=${columns.join(',')}`
  const isReady = async (page: Page) =>
    await page.getByRole('table', { name: 'Runs' }).getByRole('link').nth(10).click({ trial: true })
  return unlimited('wide_ready_ms', await median(async () => await coldReadyMs(browser, server, path, isReady)), 'ms')
}

/**
 * Measures the time until the charts page of a run with 300 metrics has
 * drawn the chart of `grad/metric_2`. `still`: the time of the static page.
 */
async function measureManyMetrics(
  browser: Browser,
  server: TestServer,
  { run, still }: { run: number; still: Measured },
): Promise<Figure[]> {
  const isDrawn = async (page: Page) =>
    await page
      .getByRole('img', { name: /^grad\/metric_2, / })
      .locator('canvas')
      .first()
      .waitFor()
  const ready = await median(async () => await coldReadyMs(browser, server, `/p/default/runs/${run}/charts`, isDrawn))
  return withRatio(still, 1_000, `metrics_${MANY_METRICS}_ms`, ready)
}

/**
 * Measures the time to draw a chart of ten series with a million points each, and a chart of one series with five
 * million points. `last`: number of the last of the ten runs. `still`: the time of the static page.
 */
async function measureCharts(
  browser: Browser,
  server: TestServer,
  { last, still }: { last: number; still: Measured },
): Promise<Figure[]> {
  const page = await openPage(browser, server, '/p/default/runs?panels=-')
  await page.getByRole('table', { name: 'Runs' }).getByRole('link').first().waitFor()
  const ten = await chartMs(
    page,
    Array.from({ length: LONG_RUNS }, (_, i) => last - i),
  )

  const longest = await chartMs(page, [last + 1])
  await page.close()
  return [...withRatio(still, 600, 'chart_ms', ten), unlimited('longest_chart_ms', longest, 'ms')]
}

/**
 * Returns the median milliseconds from requesting the chart of the
 * metric `long` of the runs `numbers` until the chart is drawn.
 */
async function chartMs(page: Page, numbers: readonly number[]): Promise<number> {
  return await median(async () => {
    await page.evaluate(
      `history.replaceState(null, '', '/p/default/runs?sel=${numbers.join(',')}&panels=-&n=${randomUUID()}'); dispatchEvent(new PopStateEvent('popstate'))`,
    )
    await page.getByRole('img', { name: /^long, / }).waitFor({ state: 'detached' })
    const startedAt = performance.now()
    await page.evaluate(
      `history.replaceState(null, '', '/p/default/runs?sel=${numbers.join(',')}&panels=long&n=${randomUUID()}'); dispatchEvent(new PopStateEvent('popstate'))`,
    )
    await page
      .getByRole('img', { name: /^long, / })
      .locator('canvas')
      .first()
      .waitFor()
    return performance.now() - startedAt
  })
}

/**
 * Measures the time until the page of a sweep with 20,000 trials is ready, and the time from a move of the pointer
 * until the selection on a chart is drawn again. `still`: the time of the static page.
 */
async function measureSweepPage(
  browser: Browser,
  server: TestServer,
  { sweep, still }: { sweep: number; still: Measured },
): Promise<Figure[]> {
  const path = `/p/default/sweeps/${sweep}`
  const isDrawn = async (page: Page) => await page.getByRole('img', { name: /trials across/ }).waitFor()
  const ready = await median(async () => await coldReadyMs(browser, server, path, isDrawn))

  const page = await openPage(browser, server, path)
  await isDrawn(page)
  const chart = page.getByRole('img', { name: /trials across/ })
  await chart.scrollIntoViewIfNeeded()
  const box = (await chart.boundingBox())!

  const times: number[] = []
  await page.mouse.move(box.x + 56, box.y + 50)
  await page.mouse.down()
  for (let step = 0; step < 40; step += 1) {
    const startedAt = performance.now()
    await page.mouse.move(box.x + 56, box.y + 60 + 4 * step)
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    times.push(performance.now() - startedAt)
  }

  await page.mouse.up()
  await page.close()
  return [
    ...withRatio(still, 2_000, 'sweep_ready_ms', ready),
    ...withRatio(still, 100, 'brush_ms', percentile(times, 0.95)),
    unlimited('brush_p50_ms', percentile(times, 0.5), 'ms'),
  ]
}

/**
 * Measures the time until the last line of a log with a million lines is shown. `still`: the time of the static page.
 */
async function measureLogTail(
  browser: Browser,
  server: TestServer,
  { run, still }: { run: number; still: Measured },
): Promise<Figure[]> {
  const page = await openPage(browser, server, `/p/default/runs/${run}/spec`)
  await page.getByRole('link', { name: 'Logs' }).waitFor()
  const ms = await median(async () => {
    await page.getByRole('link', { name: 'Spec' }).click()
    const startedAt = performance.now()
    await page.getByRole('link', { name: 'Logs' }).click()
    await page.getByText(`step=${LOG_LINES - 1} `).waitFor()
    return performance.now() - startedAt
  })
  await page.close()
  return withRatio(still, 500, 'log_tail_ms', ms)
}

/**
 * Measures the page of a running run: the delay until it shows a new point, the CPU use of the browser while nothing is
 * logged, and the growth of the page's memory.
 */
async function measureLivePage(browser: Browser, server: TestServer, staticReference: Measured): Promise<Figure[]> {
  const { body: run } = await server.call<{ number: number }>('POST', '/runs', { kind: 'experiment', name: 'live' })
  const writer = randomUUID()
  let first = 1
  const log = async (value: number): Promise<void> => {
    const records = [{ k: 'm', s: first, t: Date.now() / 1000, v: { loss: value } }]
    const { status } = await server.call('POST', `/runs/${run.number}/batches`, { writer, attempt: 1, first, records })
    if (status !== 200) throw new Error(`a batch was answered with ${status}`)
    first += 1
  }

  await log(0.5)
  const page = await openPage(browser, server, `/p/default/runs/${run.number}`)
  await page.getByText('0.5', { exact: true }).first().waitFor()

  const lags: number[] = []
  for (let i = 0; i < LIVE_POINTS; i += 1) {
    const value = Number((0.1 + i * 0.0137).toFixed(4))
    await log(value)
    const startedAt = performance.now()
    await page.getByText(String(value), { exact: true }).first().waitFor()
    lags.push(performance.now() - startedAt)
  }

  const idle = await idleCpu(page)
  await page.close()
  return [
    ...withRatio(staticReference, 2_000, 'live_lag_ms', percentile(lags, 0.95)),
    atMost(3, 'idle_cpu_percent', idle, '%'),
    atMost(20, 'heap_growth_mb', await heapGrowth(browser, server, { run: run.number, log }), 'MB'),
  ]
}

/** Returns the CPU time of all browser processes during IDLE_S seconds without new points, in per cent of one core. */
async function idleCpu(page: Page): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession()
  const read = async (): Promise<number> => {
    const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as { processInfo: { cpuTime: number }[] }
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0)
  }

  await page.waitForTimeout(3_000)
  const before = await read()
  await page.waitForTimeout(IDLE_S * 1_000)
  return (100 * ((await read()) - before)) / IDLE_S
}

/**
 * Returns the megabytes by which the JavaScript heap of a run's page grows while the run logs a point every three
 * seconds for half an hour. The clock of the page is simulated.
 */
async function heapGrowth(
  browser: Browser,
  server: TestServer,
  { run, log }: { run: number; log: (value: number) => Promise<void> },
): Promise<number> {
  const page = await openPage(browser, server, '/settings')
  await page.clock.install()
  await page.goto(`${server.url}/p/default/runs/${run}`)
  await page.clock.runFor(2_000)

  const session = await page.context().newCDPSession(page)
  const heap = async (): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage')
    return ((await session.send('Runtime.getHeapUsage')) as { usedSize: number }).usedSize / 1e6
  }

  for (let second = 0; second < 60; second += 1) await page.clock.runFor(1_000)
  const before = await heap()
  for (let second = 0; second < SIMULATED_S; second += 1) {
    if (second % 3 === 0) await log(Math.sin(second / 100))
    await page.clock.runFor(1_000)
  }

  await page.waitForTimeout(500)
  const after = await heap()
  printProgress(`heap ${before.toFixed(1)} MB, after half an hour ${after.toFixed(1)} MB`)
  await page.close()
  return Math.max(0, after - before)
}
