// npm run pictures [-- FOLDER]: takes screenshots of every page of the dashboard in both languages and themes and on a
// phone, then of empty, loading and failing pages, and combines them into two overviews.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { launchBrowser, openPage } from '../test/support/browser.ts'
import type { PageOptions } from '../test/support/browser.ts'
import { startTestServer, waitUntil } from '../test/support/server.ts'
import type { TestServer } from '../test/support/server.ts'
import { waitForSweepEnd } from '../test/support/both-servers.ts'
import { ensureDashboard } from './dashboard.ts'

const root = join(import.meta.dirname, '..')
const target = resolve(process.argv[2] ?? join(root, 'pictures'))
const FONT = '@expo-google-fonts/noto-sans-jp@0.4.3'

const TRAIN = `
import math, os, random, sys, time
from hagane import Experiment
rate, model, rounds, pause = float(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
experiment = Experiment()
rng = random.Random(int(rate * 1e6))
print("loading data ...")
print("UserWarning: 118 titles are empty after normalisation, kept as [EMPTY]")
if rate > 0.9:
    raise MemoryError("n-gram matrix of 61 GB")
best = 0.88 - 0.05 * abs(math.log10(rate / 0.08)) - {"gbdt": 0, "lgbm": 0.012, "linear": 0.05}[model]
for step in range(1, rounds + 1):
    f1 = best - 0.3 * math.exp(-step / 9.0) + rng.gauss(0, 0.003)
    experiment.log_metrics(step=step, f1_macro=f1, log_loss=1.4 - f1 + rng.gauss(0, 0.004))
    print("step=%d f1_macro=%.4f" % (step, f1), flush=True)
    time.sleep(pause)
with open(os.path.join(os.environ["HAGANE_OUTPUTS"], "report.json"), "w") as file:
    file.write('{"f1_macro": %f}' % f1)
with open(os.path.join(os.environ["HAGANE_OUTPUTS"], "confusion.csv"), "w") as file:
    file.write("class,precision,recall\\nbooks,0.91,0.88\\nshoes,0.84,0.86\\n")
`

const EMPTY = ['/p/empty/runs', '/p/empty/sweeps', '/p/empty/compare', '/p/empty/new'] as const
const PAGES_WITH_STATES = [
  'home',
  'runs',
  'run',
  'logs',
  'artifacts',
  'sweeps',
  'sweep',
  'compare',
  'new',
  'projects',
  'health',
]

ensureDashboard()
const fonts = japaneseFonts()
if (fonts !== undefined) process.env['XDG_DATA_HOME'] = fonts
const browser = await launchBrowser()
if (!browser) process.exit(1)
const folder = mkdtempSync(join(tmpdir(), 'hagane-pictures-'))
const server = await startTestServer({ env: { HAGANE_CONCURRENCY: '4' } })
rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
try {
  const pages = await seed(server, folder)
  const looks: readonly (readonly [string, PageOptions])[] = [
    ['en-light', { language: 'en', theme: 'light' }],
    ['ja-dark', { language: 'ja', theme: 'dark' }],
    ['ja-light', { language: 'ja', theme: 'light' }],
    ['en-dark', { language: 'en', theme: 'dark' }],
    ['ja-phone', { language: 'ja', theme: 'light', width: 390, height: 844 }],
  ]
  for (const [look, how] of looks) {
    for (const [name, path] of pages) {
      const page = await openPage(browser, server, path, how)
      await page.waitForTimeout(2_500)
      await page.screenshot({ path: join(target, `${name}-${look}.png`), fullPage: how.width !== undefined })
      await page.close()
    }
    console.log(look)
  }
  await makeOverview('sheet', { names: pages.map(([name]) => name), looks: looks.map(([name]) => name) })
  await takeStates(pages)
} finally {
  await browser.close()
  await stopRuns(server)
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
}

/** Stops all runs and waits for their end. Runs would continue after their server has ended. */
async function stopRuns(at: TestServer): Promise<void> {
  const open = encodeURIComponent('phase = running or phase = queued')
  const listOpen = async () =>
    (await at.call<{ runs: { number: number }[] }>('GET', `/runs?filter=${open}&limit=100`)).body.runs
  for (const { number } of await listOpen()) await at.call('POST', `/runs/${number}/stop`)
  await waitUntil(async () => (await listOpen()).length === 0)
}

/**
 * Returns a data directory (XDG_DATA_HOME) that contains a Japanese font. Returns undefined if the machine has such a
 * font, or if none can be downloaded.
 */
function japaneseFonts(): string | undefined {
  if (spawnSync('fc-list', [':lang=ja'], { encoding: 'utf8' }).stdout?.trim()) return undefined

  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hagane', 'fonts')
  const own = join(cache, 'fonts')
  if (existsSync(own) && readdirSync(own).length > 0) return cache
  mkdirSync(own, { recursive: true })

  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', cache, FONT], {
    encoding: 'utf8',
    cwd: cache,
  })
  const file = packed.stdout.trim().split('\n').at(-1)
  if (packed.status !== 0 || !file) {
    console.error(`no Japanese font: ${packed.stderr}`)
    return undefined
  }

  for (const weight of ['400Regular', '600SemiBold', '700Bold'])
    spawnSync('tar', [
      '-xzf',
      join(cache, file),
      '-C',
      own,
      '--strip-components=2',
      `package/${weight}/NotoSansJP_${weight}.ttf`,
    ])
  return cache
}

function group(name: string, hptuning: string, command: string): string {
  return `version: 1\nkind: group\nname: ${name}\ntags: [autumn]\nhptuning:\n  concurrency: 4\n  seed: 5\n  metric: {name: f1_macro, optimization: maximize}\n${hptuning}\nrun:\n  cmd: ${command}\n`
}

/**
 * Makes two ended sweeps, two runs that go on logging, and four runs that sleep. The server runs four at once, so that
 * two runs are queued. Returns [name, path] of each page.
 */
async function seed(at: TestServer, work: string): Promise<(readonly [string, string])[]> {
  writeFileSync(join(work, 'train.py'), TRAIN)
  const space =
    '  matrix:\n    learning_rate: {log: [0.01, 1]}\n    model: {values: [gbdt, lgbm, linear]}\n    max_depth: {int: [3, 9]}'

  const auto = await at.submit(
    group(
      'depth-and-rate',
      `  auto: {n_experiments: 48}\n${space}`,
      'python train.py {{ learning_rate }} {{ model }} 40 0.01',
    ),
    work,
  )
  const asha = await at.submit(
    group(
      'asha-11',
      `  asha: {max_iter: 27, resource: {name: rounds}, n_experiments: 40, resume: true}\n${space}`,
      'python train.py {{ learning_rate }} {{ model }} {{ rounds }} 0.01',
    ),
    work,
  )

  for (const { number } of [auto, asha]) await waitForSweepEnd(at, number, 120_000)
  await at.call('PUT', '/projects/default/metrics/f1_macro', { direction: 'maximize' })

  const running = await at.submit(
    'version: 1\nkind: experiment\nparams: {rate: 0.07}\nrun: {cmd: python train.py 0.07 gbdt 4000 0.5}\n',
    work,
  )
  await at.call('PATCH', `/runs/${running.number}`, { name: 'bert-ja-base 学習率 3e-5 タイトル正規化あり' })

  const long = await at.submit('version: 1\nkind: experiment\nrun: {cmd: python train.py 0.05 lgbm 4000 0.5}\n', work)
  await at.call('PATCH', `/runs/${long.number}`, {
    name: '【再学習】出品タイトル正規化あり・説明文2-gram・クラス重み調整版（レビュー指摘反映後）'.repeat(3),
  })
  for (let i = 0; i < 4; i += 1)
    await at.submit('version: 1\nkind: experiment\nname: nightly\nrun: {cmd: sleep 600}\n', work)

  await new Promise((done) => setTimeout(done, 6_000))
  const { body } = await at.call<{ best: { number: number } }>('GET', `/sweeps/${auto.number}`)
  const { body: failed } = await at.call<{ runs: { number: number }[] }>(
    'GET',
    '/runs?filter=phase%20%3D%20failed&limit=1',
  )

  const best = body.best.number
  return [
    ['home', '/'],
    ['runs', '/p/default/runs?sort=-m.f1_macro.max&smooth=0.6'],
    ['groups', '/p/default/runs?group=p.model'],
    ['run', `/p/default/runs/${running.number}`],
    ['run-ended', `/p/default/runs/${best}`],
    ['run-failed', `/p/default/runs/${failed.runs[0]?.number ?? best}`],
    ['logs', `/p/default/runs/${best}/logs`],
    ['artifacts', `/p/default/runs/${best}/artifacts`],
    ['sweeps', '/p/default/sweeps'],
    ['sweep', `/p/default/sweeps/${auto.number}`],
    ['sweep-asha', `/p/default/sweeps/${asha.number}`],
    ['trials', `/p/default/sweeps/${auto.number}/trials`],
    ['timeline', `/p/default/sweeps/${auto.number}/timeline`],
    ['space', `/p/default/sweeps/${auto.number}/space`],
    ['trial-logs', `/p/default/sweeps/${auto.number}/logs`],
    ['compare', `/p/default/compare?runs=${best},${best + 1},${best + 2}`],
    ['new', `/p/default/new?from=${running.number}`],
    ['projects', '/projects'],
    ['settings', '/settings'],
    ['health', '/health'],
    ['nowhere', '/nowhere'],
  ]
}

/**
 * Takes screenshots of pages without content, of pages while they load, and of pages when the server responds with an
 * error.
 */
async function takeStates(pages: readonly (readonly [string, string])[]): Promise<void> {
  await server.call('POST', '/projects', { name: 'empty' })
  const empty = EMPTY.map((path) => [path.split('/').at(-1)!, path] as const)
  for (const [name, path] of empty)
    await takeScreenshot(`${name}-empty`, { path, look: { language: 'ja', theme: 'light' } })

  const refusal = '{"error":{"code":"unavailable","message":"ディスクに空きがありません","args":{}}}'
  const own = pages.filter(([name]) => PAGES_WITH_STATES.includes(name))
  for (const [name, path] of own) {
    await takeScreenshot(`${name}-loading`, {
      path,
      look: { language: 'en', theme: 'light' },
      answer: async () => await new Promise<undefined>(() => {}),
    })
    await takeScreenshot(`${name}-failing`, {
      path,
      look: { language: 'ja', theme: 'dark' },
      answer: async () => refusal,
    })
  }

  console.log('states')
  await makeOverview('states', { names: own.map(([name]) => name), looks: ['empty', 'loading', 'failing'] })
}

interface Shot {
  readonly path: string
  readonly look: PageOptions
  /**
   * Returns the body of the response 503 that replaces each response of the API. If it returns undefined or never
   * resolves, the requests get no response. Without this function the API responds as usual.
   */
  readonly answer?: () => Promise<string | undefined>
}

async function takeScreenshot(name: string, { path, look, answer }: Shot): Promise<void> {
  const page = await openPage(browser!, server, answer ? '/settings' : path, look)
  if (answer) {
    await page.route('**/api/v1/**', async (route) => {
      const body = await answer()
      if (body !== undefined) await route.fulfill({ status: 503, contentType: 'application/json', body })
    })
    await page.goto(server.url + path)
  }

  await page.waitForTimeout(answer ? 4_500 : 1_200)
  await page.screenshot({ path: join(target, `${name}.png`) })
  await page.close()
}

/**
 * Combines the screenshots into one picture with a row per page and
 * a column per look. The cell of a missing screenshot is empty.
 */
async function makeOverview(
  file: string,
  { names, looks }: { readonly names: readonly string[]; readonly looks: readonly string[] },
): Promise<void> {
  const cell = (name: string): string => {
    const path = join(target, `${name}.png`)
    return existsSync(path) ? `<img src="data:image/png;base64,${readFileSync(path).toString('base64')}">` : ''
  }

  const rows = names.map(
    (name) => `<tr><th>${name}</th>${looks.map((look) => `<td>${cell(`${name}-${look}`)}</td>`).join('')}</tr>`,
  )

  const page = await browser!.newPage({ viewport: { width: 1800, height: 1000 } })
  await page.setContent(
    `<style>body{font:12px sans-serif;margin:8px}img{width:330px;height:210px;object-fit:cover;object-position:top left;border:1px solid #ccc}th{text-align:left}</style><table>${rows.join('')}</table>`,
  )
  await page.screenshot({ path: join(target, `${file}.png`), fullPage: true })
  console.log(join(target, `${file}.png`))
}
