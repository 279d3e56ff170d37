import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { launchBrowser, openPage } from '../support/browser.ts'
import type { PageOptions } from '../support/browser.ts'
import { recordRun } from '../support/recorded-run.ts'
import { startTestServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import { waitForSweepEnd } from '../support/both-servers.ts'

const METRICS = 300
const SEEDED = 36

const TRAIN = `
import os, sys
from hagane import Experiment
x, model, seed = float(sys.argv[1]), sys.argv[2], int(sys.argv[3])
experiment = Experiment()
if x > 0.9: raise KeyError("lr_%d" % seed)
if x < 0.05: raise MemoryError("n-gram matrix of %d GB" % (60 + seed))
for step in range(1, 9):
    experiment.log_metrics(step=step, f1=float("nan") if 0.5 < x < 0.6 else x * step / 8)
folder = os.environ["HAGANE_OUTPUTS"]
os.makedirs(os.path.join(folder, "plots"), exist_ok=True)
open(os.path.join(folder, "scores.csv"), "w").write("class,precision\\n" + "".join("c%d,0.%d\\n" % (i, i) for i in range(10, 70)))
open(os.path.join(folder, "plots/curve.svg"), "w").write('<svg xmlns="http://www.w3.org/2000/svg" width="160" height="80"><path d="M0 80 L160 0" stroke="red"/></svg>')
open(os.path.join(folder, "report.md"), "w").write("# Report\\n\\n- [x] trained\\n- [ ] tested\\n\\n![curve](plots/curve.svg)\\n\\n![gone](100%E9.png)\\n")
`
const SWEEP =
  'version: 1\nkind: group\nname: departments\ntags: [autumn]\nhptuning:\n  concurrency: 4\n  seed: 5\n  on_failure: continue\n  metric: {name: f1, optimization: maximize}\n' +
  '  first_points: [{x: 0.95, model: gbdt, seed: 1}, {x: 0.97, model: gbdt, seed: 2}, {x: 0.01, model: linear, seed: 3}, {x: 0.55, model: linear, seed: 1}, {x: 0.899, model: gbdt, seed: 1}]\n' +
  '  random_search: {n_experiments: 9}\n  matrix: {x: {uniform: [0, 1]}, model: {values: [gbdt, linear]}, seed: {values: [1, 2, 3]}}\nrun: {cmd: "python train.py {{ x }} {{ model }} {{ seed }}"}\n'

let browser: Browser | undefined
let server: TestServer
let folder: string
let sweep: SweepView
let manyMetrics: number
let first: number

// Launched before the tests are collected, so that `skipIf` skips and lists them where no browser starts.
browser = await launchBrowser()

beforeAll(async () => {
  server = await startTestServer({ env: { HAGANE_CONCURRENCY: '4' } })
  folder = mkdtempSync(join(tmpdir(), 'hagane-depth-'))
  writeFileSync(join(folder, 'train.py'), TRAIN)

  const { number } = await server.submit(SWEEP, folder)
  await waitForSweepEnd(server, number, 60_000)
  sweep = (await server.call<SweepView>('GET', `/sweeps/${number}`)).body

  for (const name of ['many', 'seeds']) await server.call('POST', '/projects', { name })
  manyMetrics = await recordRun(server, 'many', {
    name: 'many-metrics',
    params: { a: 1 },
    metrics: Object.fromEntries(
      Array.from({ length: METRICS }, (_, i) => [
        `${['train', 'val', 'grad'][i % 3]}/metric_${String(i).padStart(3, '0')}`,
        [i, i + 1, i + 2],
      ]),
    ),
  })

  // Six configurations of six seeds each. Only the 23rd of 25 parameters (`a22`) differs; `constant` never changes.
  for (let i = 0; i < SEEDED; i += 1) {
    const config = Math.floor(i / 6)
    const run = await recordRun(server, 'seeds', {
      name: `seeded-${i}`,
      params: {
        seed: i % 6,
        constant: 7,
        ...Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`a${at}`, at === 22 ? config : at])),
      },
      metrics: { loss: [2 + config + (i % 6) / 100, 1 + config + (i % 6) / 100] },
    })
    if (i === 0) first = run
  }
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const open = async (path: string, look?: PageOptions) => await openPage(browser!, server, path, look)
const trials = async () =>
  (await server.call<{ runs: RunDetailView[] }>('GET', `/runs?sweep=${sweep.number}&limit=100`)).body.runs
const runsTable = (page: Page) => page.getByRole('table', { name: 'Runs' })

describe.skipIf(!browser)('the charts of a run', () => {
  it('The charts of a run show each of 300 metrics in sections, and read them as they become visible', async () => {
    const page = await open(`/p/many/runs/${manyMetrics}/charts`)
    await page.getByRole('img', { name: /^grad\/metric_002, 1 line/ }).hover()
    for (const section of ['grad', 'train', 'val'])
      await page.getByRole('button', { name: new RegExp(`^${section} 100$`) }).waitFor()

    const last = page.getByRole('region', { name: 'val/metric_298' })
    await page.getByRole('button', { name: /^val 100$/ }).scrollIntoViewIfNeeded()
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 100_000)
        return await last.count()
      })
      .toBe(1)
    await page.getByRole('img', { name: /^val\/metric_298, 1 line/ }).waitFor()

    await page.goto(`${server.url}/p/many/runs/${manyMetrics}`)
    await page.getByRole('link', { name: `All ${METRICS} charts` }).click()
    await page.waitForURL(/\/charts/)
    expect(page.errors).toEqual([])
    await page.close()
  })

  it.each(['en-US@posix', '', 'ja_JP.UTF-8'])(
    'The charts of a run are drawn when the browser reports the language %j',
    async (language) => {
      const page = await open('/settings')
      await page.addInitScript(
        (tag) => Object.defineProperty(Navigator.prototype, 'language', { get: () => tag, configurable: true }),
        language,
      )

      await page.goto(`${server.url}/p/seeds/runs/${first}/charts`)
      await page
        .getByRole('img', { name: /^loss, 1 line/ })
        .locator('canvas')
        .first()
        .waitFor()
      expect(page.errors).toEqual([])
      await page.close()
    },
  )

  it('The address contains the large panel of the charts and its scale', async () => {
    const page = await open(`/p/seeds/runs/${first}/charts`)
    const region = page.getByRole('region', { name: 'loss' })
    await region.getByRole('button', { name: 'log', exact: true }).click()
    await page.waitForURL(/log=loss/)

    await region.getByRole('button', { name: 'Large' }).click()
    await page.waitForURL(/large=loss/)

    await page.reload()
    await expect
      .poll(async () => await region.getByRole('button', { name: 'log', exact: true }).getAttribute('aria-pressed'))
      .toBe('true')
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('a page with a part that is not received', () => {
  it('A page with a part that is not received says so in its place, and loads by itself once the server answers', async () => {
    const page = await open('/p/seeds/runs')
    await runsTable(page).getByRole('link', { name: 'seeded-30', exact: true }).waitFor()

    let isBlocked = true
    const abortWhileBlocked = async (route: { abort(): Promise<void>; continue(): Promise<void> }): Promise<void> =>
      await (isBlocked ? route.abort() : route.continue())
    await page.route(/assets\/.*\.js/, abortWhileBlocked)
    await page.route(/api\/v1\/health/, abortWhileBlocked)

    await runsTable(page).getByRole('link', { name: 'seeded-30', exact: true }).click()
    await page.getByText('A part of it did not arrive').waitFor()
    expect(await page.getByRole('navigation').count()).toBeGreaterThan(0)

    isBlocked = false
    await page.getByRole('heading', { name: 'seeded-30' }).waitFor()
    await page.close()
  })
})

describe.skipIf(!browser)('a comparison', () => {
  it('A comparison names each of many runs in a head that stays visible, and says how many are left out', async () => {
    const numbers = Array.from({ length: SEEDED }, (_, i) => first + i)
    const page = await open(`/p/seeds/compare?runs=${numbers.join(',')}`)
    await page.getByText(`30 of ${SEEDED}: the others are left out`).waitFor()

    const head = page.getByRole('columnheader', { name: /seeded-5\b/ })
    const name = head.getByRole('link', { name: 'seeded-5', exact: true })
    expect(await name.evaluate((link) => link.scrollWidth <= link.clientWidth)).toBe(true)

    const top = (await head.boundingBox())!.y
    await page
      .getByRole('rowheader', { name: 'Python' })
      .or(page.getByRole('rowheader').last())
      .last()
      .scrollIntoViewIfNeeded()
    expect(Math.abs((await head.boundingBox())!.y - top)).toBeLessThanOrEqual(1)
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('A comparison draws six runs in six colours', async () => {
    const page = await open(`/p/seeds/compare?runs=${[0, 1, 2, 3, 4, 5].map((i) => first + i).join(',')}`)
    await page.getByRole('columnheader', { name: /seeded-5\b/ }).waitFor()
    const colors = await page
      .locator('thead svg path[stroke-width="3"]')
      .evaluateAll((paths) => paths.map((path) => path.getAttribute('stroke')))
    expect(colors.length).toBeGreaterThanOrEqual(6)
    expect(new Set(colors).size).toBe(6)
    await page.close()
  })
})

describe.skipIf(!browser)('actions that start many runs', () => {
  it('Running selected runs, a sweep, failed trials or a succeeded run again asks first and states what it starts', async () => {
    const before = (await trials()).length
    const page = await open(`/p/default/runs?q=sweep%20%3D%20${sweep.number}`)
    await runsTable(page).getByRole('row').nth(2).waitFor()

    await page.getByRole('checkbox', { name: 'Select the first 50' }).check()
    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Run again' }).click()
    const dialog = page.getByRole('dialog')
    await dialog
      .getByText(new RegExp(`\\b${sweep.trials}\\b`))
      .first()
      .waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    await page.goto(`${server.url}/p/default/sweeps/${sweep.number}`)
    await page.getByRole('button', { name: 'Run again', exact: true }).click()
    await dialog.getByText(`${sweep.trials} trials, 4 at once`).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    await page.getByRole('button', { name: 'Run 3 failed again' }).click()
    await dialog.getByText('Each of the 3 failed trials').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    const succeededTrial = (await trials()).find(({ phase }) => phase === 'succeeded')!
    await page.goto(`${server.url}/p/default/runs/${succeededTrial.number}`)
    await page.getByRole('button', { name: 'Resume' }).click()
    await dialog.getByText(`Start a new run that goes on from #${succeededTrial.number}?`).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    expect((await server.call<{ total: number }>('GET', '/runs/counts?project=default')).body.total).toBe(before)
    await page.close()
  })
})

describe.skipIf(!browser)('the run list', () => {
  it.each([
    ['a filter without a hit', '/p/seeds/runs?q=m.loss.max%20%3E%2099'],
    ['an empty trash', '/p/many/runs?trash=1'],
  ])('The run list shows without scrolling that nothing matches: %s', async (_, path) => {
    const page = await open(path)

    const empty = page
      .getByRole('heading', { name: /Nothing matches|trash is empty/i })
      .or(page.getByText(/Nothing matches|trash is empty/i))
      .first()
    await empty.waitFor()

    const box = (await empty.boundingBox())!
    expect(box.y + box.height).toBeLessThan(900)
    await page.close()
  })

  it('The run list sorts groups, opens one and selects its runs', async () => {
    const page = await open('/p/seeds/runs?group=p.a22')
    await page
      .getByRole('button', { name: 'loss .last' })
      .or(page.getByRole('columnheader', { name: /^loss/ }).getByRole('button'))
      .first()
      .click()
    await page.waitForURL(/sort=/)

    const groupNames = async (): Promise<(string | null)[]> =>
      await page.getByRole('row').getByRole('button', { expanded: false }).allTextContents()

    const rising = ['0', '1', '2', '3', '4', '5']
    const sorted = new URL(page.url()).searchParams.get('sort')!.startsWith('-') ? rising.toReversed() : rising
    await expect.poll(groupNames).toEqual(sorted)
    await page.getByRole('columnheader', { name: /^loss/ }).getByRole('button').click()
    await expect.poll(groupNames).toEqual(sorted.toReversed())

    await page.getByRole('row').getByRole('button', { name: '3', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Select seeded-18' }).waitFor()
    await page.getByRole('checkbox', { name: 'Select the runs of 3' }).click()
    await page.getByRole('toolbar', { name: 'Selection' }).getByText('6 selected').waitFor()

    await page.reload()
    await page.getByRole('checkbox', { name: 'Select the runs of 3', checked: true }).waitFor()

    await page.getByRole('link', { name: 'seeded-18', exact: true }).click()
    await page.getByRole('heading', { name: 'seeded-18' }).waitFor()
    await page.goBack()
    await page.getByRole('checkbox', { name: 'Select seeded-18' }).waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('Grouping by all but one parameter uses each other parameter that differs, also the 23rd, and no constant', async () => {
    const page = await open('/p/seeds/runs')
    await page.getByRole('button', { name: 'Group' }).click()
    await page.getByRole('button', { name: 'All but seed' }).click()
    await page.waitForURL((url) => url.searchParams.get('group') === 'p.a22')
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The run list selects a range with Shift, and Back restores the scroll position', async () => {
    const page = await open('/p/seeds/runs', { height: 400 })

    await page.getByRole('checkbox', { name: 'Select seeded-35' }).click()
    await page.getByRole('checkbox', { name: 'Select seeded-31' }).click({ modifiers: ['Shift'] })
    await page.getByRole('toolbar', { name: 'Selection' }).getByText('5 selected').waitFor()

    const scroller = runsTable(page)
    await page.getByRole('checkbox', { name: 'Select seeded-31' }).hover()
    await page.mouse.wheel(0, 400)
    await expect.poll(() => scroller.evaluate((box) => box.scrollTop)).toBeGreaterThan(200)
    await scroller.getByRole('link', { name: 'seeded-15', exact: true }).click()
    await page.getByRole('heading', { name: 'seeded-15' }).waitFor()

    await page.goBack()
    await scroller.getByRole('link', { name: 'seeded-15', exact: true }).waitFor()
    expect(
      await scroller
        .getByRole('link', { name: 'seeded-15', exact: true })
        .evaluate((link) => link.getBoundingClientRect().top),
    ).toBeLessThan(400)
    await page.close()
  })

  it('The run list shows the names of trials whole beside their tags', async () => {
    const page = await open(`/p/default/runs?q=sweep%20%3D%20${sweep.number}`)
    const all = (await trials()).map(({ number }) => number)
    const name = runsTable(page).getByRole('link', { name: `departments #${all[0]}`, exact: true })
    await name.waitFor()
    expect(await name.evaluate((link) => link.scrollWidth <= link.clientWidth)).toBe(true)
    await page.close()
  })

  it.each([641, 720, 768, 820, 900])(
    'The run list does not scroll sideways at %i pixels, and the bar of the dashboard stays visible',
    async (width) => {
      const page = await open('/p/default/runs', { width })
      await runsTable(page).getByRole('row').nth(2).waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)

      const settings = (await page.getByRole('link', { name: 'Settings' }).boundingBox())!
      expect(settings.x + settings.width).toBeLessThanOrEqual(width)
      await page.close()
    },
  )

  it('Charts are no wider than their columns, whose widths may end in half a pixel', async () => {
    const page = await open(`/p/many/runs/${manyMetrics}/charts`, { width: 888 })
    for (const width of [888, 887, 1000, 1001]) {
      await page.setViewportSize({ width, height: 900 })
      await page.locator('canvas').nth(1).waitFor()
      await page.waitForTimeout(200)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    }
    await page.close()
  })

  it.each([
    [
      'the number of a trial whole where its name is cut',
      '/p/default/runs',
      '[data-line-labels] li',
      'span > span:last-child',
    ],
    [
      'the begin of a column whose name is cut',
      '/p/many/runs?cols=m.train/metric_000',
      '[role=columnheader].num',
      'button',
    ],
  ])('The page shows %s', async (_, path, outer, inner) => {
    const page = await open(path)
    await page.locator(`${outer} ${inner}`).first().waitFor()

    const isInside = `(() => {
      const outer = document.querySelector('${outer}')
      const [around, one] = [outer, outer.querySelector('${inner}')].map((part) => part.getBoundingClientRect())
      return one.width > 0 && one.left >= around.left && one.right <= around.right
    })()`
    expect(await page.evaluate(isInside)).toBe(true)
    await page.close()
  })

  it('A comparison on a phone shows differences whole beside their values', async () => {
    const ended = (await trials()).filter(({ phase }) => phase === 'succeeded').map((run) => run.number)
    const page = await open(`/p/default/compare?runs=${ended.join(',')}`, { width: 390, height: 844 })
    await page.locator('[data-difference]').first().waitFor()

    const isCut = '({ parentElement: cell }) => cell.scrollWidth > cell.clientWidth'
    expect(await page.evaluate(`[...document.querySelectorAll('[data-difference]')].filter(${isCut}).length`)).toBe(0)
    await page.close()
  })
})

describe.skipIf(!browser)('the palette', () => {
  it.each([
    ['by its name', 'departm'],
    ['by its number', 'number'],
  ])('The palette finds a sweep %s', async (_, typed) => {
    const page = await open('/p/seeds/runs')
    await runsTable(page).getByRole('row').nth(2).waitFor()

    await page.keyboard.press('Control+k')
    await page.keyboard.type(typed === 'number' ? `#${sweep.number}` : typed)
    await page
      .getByRole('option', { name: /departments/ })
      .first()
      .waitFor()
    await page
      .getByRole('option', { name: new RegExp(`departments.*#${sweep.number}\\b|#${sweep.number}\\b.*departments`) })
      .first()
      .click()
    await page.waitForURL(new RegExp(`/p/default/sweeps/${sweep.number}`))
    await page.close()
  })

  it('The palette finds a trial by its full name, and Enter waits for the answer to the typed text', async () => {
    const [trial] = await trials()
    const page = await open('/p/seeds/runs')
    await runsTable(page).getByRole('row').nth(2).waitFor()

    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('option').first().waitFor()

    await page.keyboard.insertText(`departments #${trial!.number}`)
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/p/default/runs/${trial!.number}`))
    await page.close()
  })
})

describe.skipIf(!browser)('failures', () => {
  it('Failures show their exception on the home page, the sweep, the run list and the run, and are grouped by it', async () => {
    const page = await open('/')
    await page.getByText(/^KeyError: 'lr_\d'$/).waitFor()
    await page.getByText(/^MemoryError: n-gram matrix of 63 GB$/).waitFor()
    await page.getByText(/^2 runs/).waitFor()

    await page.goto(`${server.url}/p/default/sweeps/${sweep.number}`)
    await page.getByText('3 trials failed').waitFor()
    await page
      .getByText(/KeyError: 'lr_\d'/)
      .first()
      .waitFor()

    await page.getByRole('link', { name: 'See them and why' }).click()
    await runsTable(page).getByText('MemoryError: n-gram matrix of 63 GB').waitFor()

    const failed = (await trials()).find(({ cause }) => cause?.startsWith('MemoryError'))!
    await page.goto(`${server.url}/p/default/runs/${failed.number}`)
    await page.getByText('MemoryError: n-gram matrix of 63 GB').first().waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('a sweep', () => {
  it('The page of a sweep counts failed trials and NaN values, and its bar has a part for finished and a part for failed trials', async () => {
    const page = await open(`/p/default/sweeps/${sweep.number}`)
    await page.getByText(/3 failed · 1 NaN/).waitFor()
    await page.getByText('6 finished, 3 failed').waitFor()

    const bar = page.locator('dl [role=img] i').filter({ visible: true })
    expect(
      (await bar.evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().width))).filter(
        (width) => width > 0,
      ),
    ).toHaveLength(2)

    await page.goto(`${server.url}/p/default/sweeps/${sweep.number}/trials`)
    await page.getByRole('cell', { name: 'NaN', exact: true }).waitFor()
    await page.close()
  })

  it('The charts of a sweep accept keys: arrows move from trial to trial, Enter opens one', async () => {
    const page = await open(`/p/default/sweeps/${sweep.number}`)
    const history = page.locator('[aria-label^="Values of"][tabindex="0"]')

    await history.focus()
    await page.keyboard.press('ArrowRight')
    await page
      .getByText(/departments #\d+/)
      .last()
      .waitFor()

    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\/\d+/)
    await page.close()
  })
})

describe.skipIf(!browser)('a trial far from the others', () => {
  it('A trial far from the others is drawn at the edge of its charts and in the last colour, and the charts say so', async () => {
    writeFileSync(
      join(folder, 'far.py'),
      'import sys\nfrom hagane import Experiment\nx = int(sys.argv[1])\nExperiment().log_metrics(loss=1000 if x == 9 else x)\n',
    )

    const { number } = await server.submit(
      'version: 1\nkind: group\nhptuning:\n  concurrency: 4\n  metric: {name: loss, optimization: minimize}\n  grid_search: {}\n' +
        '  matrix: {x: {range: [0, 10, 1]}, y: {values: [1]}}\nrun: {cmd: "python far.py {{ x }}"}\n',
      folder,
    )
    await waitForSweepEnd(server, number, 60_000)

    const page = await open(`/p/default/sweeps/${number}/space`)
    await page.getByText('1 beyond the axis (▴▾)').first().waitFor()
    await page.getByText('1 beyond the range of the colours, in the colour of its end').waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('artifacts and notes', () => {
  it('The artifacts page shows whole tables, pictures in their own size, and Markdown with tasks and pictures, and the address names the file', async () => {
    const succeededTrial = (await trials()).find(({ phase }) => phase === 'succeeded')!

    const page = await open(`/p/default/runs/${succeededTrial.number}/artifacts`)
    await page
      .getByRole('treeitem', { name: /scores\.csv/ })
      .or(page.getByRole('link', { name: /scores\.csv/ }))
      .or(page.getByRole('button', { name: /scores\.csv/ }))
      .first()
      .click()
    await page.waitForURL(/file=scores\.csv/)
    await expect.poll(async () => await page.getByRole('cell', { name: /^c\d+$/ }).count()).toBe(60)

    await page.goto(`${server.url}/p/default/runs/${succeededTrial.number}/artifacts?file=report.md`)
    await page.getByRole('listitem').filter({ hasText: 'trained' }).getByRole('checkbox', { checked: true }).waitFor()

    const picture = page.getByRole('img', { name: 'curve' })
    await expect
      .poll(async () => await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
      .toBe(160)
    await page.getByText('[gone]').waitFor()

    await page.goto(`${server.url}/p/default/runs/${succeededTrial.number}/artifacts?file=plots%2Fcurve.svg`)
    const own = page.locator('main img, .preview img').last()
    await expect.poll(async () => (await own.boundingBox())?.width).toBeLessThan(200)
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('A note is drawn as Markdown', async () => {
    const succeededTrial = (await trials()).find(({ phase }) => phase === 'succeeded')!
    await server.call('PATCH', `/runs/${succeededTrial.number}`, {
      note: '# 結論\n- lr 0.13 が最良\n- **次は** 0.2 まで広げる',
    })
    const page = await open(`/p/default/runs/${succeededTrial.number}`)
    await page.getByRole('heading', { name: '結論' }).waitFor()
    expect(await page.getByRole('listitem').filter({ hasText: 'lr 0.13 が最良' }).count()).toBe(1)
    await page.close()
  })
})

describe.skipIf(!browser)('a new run', () => {
  it('The editor keeps its text over a reload, and a start with mistakes says how many there are and where', async () => {
    const page = await open('/p/default/new')
    const editor = page.getByRole('textbox').first()

    await editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(
      'version: 1\nkind: experiment\nnonsense: 3\nrun: {cmd: "python train.py {{ modle }}"}\n',
    )

    await page.getByText('nonsense is not known here').first().waitFor()
    await page.getByText('modle is not defined').first().waitFor()
    await page.getByRole('button', { name: /^Start/ }).click()
    await page.getByText('2 mistakes: the first is in line 3.').waitFor()

    await page.reload()
    await page.getByText('Your text from before is back.').waitFor()
    await page.getByText('nonsense: 3').first().waitFor()
    await page.close()
  })
})

describe.skipIf(!browser)('the home page', () => {
  it('The home page says how many waiting runs it does not show', async () => {
    const document =
      'version: 1\nkind: experiment\nname: patient\nenvironment: {resources: {cpu: {requests: 100000}}}\nrun: {cmd: sleep 1}\n'
    for (let i = 0; i < 14; i += 1) await server.submit(document, folder)

    const page = await open('/')
    await page.getByText('+ 2', { exact: true }).waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('a move of many runs', () => {
  it('A move of all matching runs asks first', async () => {
    const page = await open('/p/seeds/runs?q=m.loss.last%20%3E%203')
    await runsTable(page).getByRole('row').nth(2).waitFor()

    const total = (
      await server.call<{ total: number }>('GET', '/runs/counts?project=seeds&filter=m.loss.last%20%3E%203')
    ).body.total

    await runsTable(page).getByRole('checkbox').nth(1).check()
    await page.getByRole('button', { name: `or all ${total}` }).click()

    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Move' }).click()
    await page.getByRole('button', { name: 'many', exact: true }).click()

    await page.getByRole('dialog').getByText(`Move ${total} runs to many?`).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect((await server.call<{ total: number }>('GET', '/runs/counts?project=seeds')).body.total).toBe(SEEDED)
    await page.close()
  })
})
