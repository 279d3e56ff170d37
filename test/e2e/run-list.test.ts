import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import { launchBrowser, openPage } from '../support/browser.ts'
import type { PageOptions } from '../support/browser.ts'
import { recordRun } from '../support/recorded-run.ts'
import type { RecordedRun } from '../support/recorded-run.ts'
import { createCliFolder } from '../support/cli.ts'
import type { CliFolder } from '../support/cli.ts'
import { startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

const POINTS = 3_000
const RUNS = 24
const PARAMETERS = 80

let browser: Browser | undefined
let server: TestServer
let work: CliFolder

// Launched before the tests are collected, so that `skipIf` skips and lists them where no browser starts.
browser = await launchBrowser()

const record = async (project: string, run: RecordedRun): Promise<number> => await recordRun(server, project, run)

beforeAll(async () => {
  server = await startTestServer({ env: { HAGANE_CONCURRENCY: '2' } })
  work = createCliFolder(server)
  await server.call('POST', '/projects', { name: 'wide' })
  await server.call('PUT', '/projects/wide/metrics/loss', { direction: 'minimize' })

  for (let i = 0; i < RUNS; i += 1) {
    const loss = Array.from({ length: 30 }, (_, step) => 1 / (step + 1) + i / 100 + (step === 10 ? -0.5 : 0))
    await record('wide', {
      name: `wide-${i}`,
      params: {
        model: i % 2 === 0 ? 'a' : 'b',
        ...Object.fromEntries(Array.from({ length: PARAMETERS }, (_, at) => [`p${at}`, i + at])),
      },
      metrics: { loss, epoch: loss.map((_, step) => step / 10) },
    })
  }

  await record('default', {
    name: 'long',
    params: { a: 1 },
    metrics: { wave: Array.from({ length: POINTS }, (_, i) => Math.sin(i / 50)) },
  })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  work?.[Symbol.dispose]()
  await server?.[Symbol.asyncDispose]()
})

const open = async (path: string, look?: PageOptions) => await openPage(browser!, server, path, look)
const table = (page: Page) => page.getByRole('table', { name: 'Runs' })
const columnNames = async (page: Page): Promise<string[]> =>
  (await table(page).getByRole('columnheader').allTextContents())
    .map((text) => text.replace(/[↑↓↕]$/, '').trim())
    .filter((text) => text !== '')

describe.skipIf(!browser)('the run list', () => {
  it('Columns of the run list are chosen, moved, widened and pinned, and the address contains all of it', async () => {
    const page = await open('/p/wide/runs?cols=m.loss.last,p.p0,p.p1')
    await expect
      .poll(async () => await columnNames(page))
      .toEqual(['Name', 'loss .last', 'p0', 'p1', 'Duration', 'Created'])

    await page.getByRole('button', { name: /^Columns/ }).click()
    await page.getByLabel('Summary of loss').selectOption('best')
    await page.waitForURL(/m\.loss\.best/)

    await page.getByRole('button', { name: 'Keep p.p1 in sight' }).click()
    await page.waitForURL(/pin=p\.p1/)
    await page.keyboard.press('Escape')
    await expect
      .poll(async () => await columnNames(page))
      .toEqual(['Name', 'p1', 'loss .best', 'p0', 'Duration', 'Created'])

    const row = table(page)
      .getByRole('row')
      .filter({ has: page.getByRole('link', { name: 'wide-3', exact: true }) })
    const lowestLoss = (
      await server.call<{ runs: RunDetailView[] }>('GET', '/runs?project=wide&filter=name%20%3D%20%22wide-3%22')
    ).body.runs[0]!.metrics['loss']!.min
    await expect
      .poll(async () => Number((await row.getByRole('cell').nth(3).textContent())!.replace('−', '-')))
      .toBeCloseTo(Number(lowestLoss), 3)

    const edge = page.getByRole('separator', { name: 'Width of p0' })
    const before = Number(await edge.getAttribute('aria-valuenow'))
    await edge.press('ArrowRight')
    await page.waitForURL(new RegExp(`width=.*${before + 16}`))

    await page.getByRole('columnheader', { name: /p0/ }).dragTo(page.getByRole('columnheader', { name: /loss/ }))
    await page.waitForURL(/cols=p\.p0/)

    await page.reload()
    await expect
      .poll(async () => await columnNames(page))
      .toEqual(['Name', 'p1', 'p0', 'loss .best', 'Duration', 'Created'])
    expect(Number(await page.getByRole('separator', { name: 'Width of p0' }).getAttribute('aria-valuenow'))).toBe(
      before + 16,
    )
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The run list renders only the visible ones of very many columns', async () => {
    const page = await open(`/p/wide/runs?cols=${Array.from({ length: PARAMETERS }, (_, i) => `p.p${i}`).join(',')}`)
    await expect.poll(async () => (await columnNames(page)).slice(0, 3)).toEqual(['Name', 'p0', 'p1'])
    expect(Number(await table(page).getAttribute('aria-colcount'))).toBe(PARAMETERS + 5)
    expect((await columnNames(page)).length).toBeLessThan(20)

    await table(page).hover()
    await page.mouse.wheel(100_000, 0)
    await expect.poll(async () => (await columnNames(page)).at(-1)).toBe('Created')
    expect(await columnNames(page)).not.toContain('p0')

    const row = table(page)
      .getByRole('row')
      .filter({ has: page.getByRole('link', { name: 'wide-5', exact: true }) })
    await expect.poll(async () => await row.getByRole('cell').allTextContents()).toContain(String(5 + PARAMETERS - 1))
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The run list keeps its rows while a filter is being written, and Back undoes one step', async () => {
    const page = await open('/p/wide/runs')
    const rows = table(page).getByRole('row')
    await expect.poll(async () => await rows.count()).toBe(RUNS + 1)

    const filter = page.getByRole('combobox', { name: 'Filter' })
    await filter.fill('m.lo')
    await page.getByRole('alert').waitFor()
    expect(await rows.count()).toBe(RUNS + 1)

    const list = page.getByRole('listbox', { name: 'Filter' })
    await list.waitFor()
    const [box, below] = [(await list.boundingBox())!, (await filter.boundingBox())!]
    expect([box.y >= below.y, Math.abs(box.x - below.x) < 60]).toEqual([true, true])

    await filter.fill('p.p0 < 5')
    await page.getByText('5 match').waitFor()

    await page.getByRole('button', { name: 'loss .last' }).click()
    await page.waitForURL(/sort=/)
    await page.goBack()
    await page.waitForURL((url) => !url.searchParams.has('sort') && url.searchParams.get('q') === 'p.p0 < 5')
    await page.goForward()

    for (const name of ['wide-0', 'wide-1'])
      await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check()
    const bar = (await page.getByRole('toolbar', { name: 'Selection' }).boundingBox())!
    expect(bar.y + bar.height).toBeLessThanOrEqual(900)
    await page.close()
  })

  it('The conditions form edits the filter of the run list', async () => {
    const page = await open('/p/wide/runs')
    await page.getByText(`${RUNS} match`).waitFor()
    await page.getByRole('button', { name: 'Conditions' }).click()

    const form = page.getByRole('form', { name: 'Conditions' })
    await form.getByLabel('Field').fill('p.model')
    await form.getByLabel('Value').fill('a')
    await form.getByRole('button', { name: 'Add condition' }).click()
    await page.getByText(`${RUNS / 2} match`).waitFor()

    await form.getByLabel('Field').fill('p.p0')
    await form.getByLabel('Comparison').selectOption('<')
    await form.getByLabel('Value').fill('4')
    await form.getByRole('button', { name: 'Add condition' }).click()
    await page.getByText('2 match').waitFor()

    expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('p.model = a and p.p0 < 4')
    await form.getByRole('button', { name: 'Remove p.model = a' }).click()
    await page.getByText('4 match').waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The run list offers new runs while the pointer is on it, and otherwise shows them by itself', async () => {
    await server.call('POST', '/projects', { name: 'live' })
    await record('live', { name: 'first', params: {}, metrics: { loss: [1] } })

    const live = await open('/p/live/runs')
    await live.getByRole('link', { name: 'first' }).waitFor()

    await record('live', { name: 'second', params: {}, metrics: { loss: [1] } })
    await live.getByRole('link', { name: 'second' }).waitFor()

    await live.getByRole('link', { name: 'first' }).hover()
    await record('live', { name: 'third', params: {}, metrics: { loss: [1] } })
    const offer = live.getByRole('button', { name: '1 new' })
    await offer.waitFor()
    expect(await live.getByRole('link', { name: 'third' }).count()).toBe(0)

    // A real click would move the pointer off the list, which shows the new run by itself and removes the offer.
    await offer.dispatchEvent('click')
    await live.getByRole('link', { name: 'third' }).waitFor()
    await live.close()
  })

  it('A saved view restores its grouping and columns, and a deleted run is restored from the trash and moved', async () => {
    const page = await open('/p/wide/runs?group=p.model&cols=m.loss.best&q=p.p0+%3C+10')
    await page.getByRole('columnheader', { name: /^loss/ }).waitFor()

    const before = (await page.getByRole('columnheader', { name: /^loss/ }).boundingBox())!
    await page.getByRole('button', { name: 'Views' }).click()
    expect((await page.getByRole('columnheader', { name: /^loss/ }).boundingBox())!.y).toBe(before.y)
    expect((await page.getByLabel('Name of a view').boundingBox())!.width).toBeGreaterThan(80)

    await page.getByLabel('Name of a view').fill('by model')
    await page.getByRole('button', { name: 'Save', exact: true }).click()

    await page.goto(`${server.url}/p/wide/runs`)
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('button', { name: 'by model', exact: true }).click()
    await page.waitForURL(/group=p\.model/)
    expect(new URL(page.url()).searchParams.get('cols')).toBe('m.loss.best')

    const doomed = await record('wide', { name: 'doomed', params: {}, metrics: { loss: [1] } })
    await server.call('DELETE', `/runs/${doomed}`)
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('button', { name: 'Trash' }).click()
    await page.getByRole('heading', { name: 'Trash' }).waitFor()

    await page.getByRole('checkbox', { name: 'Select doomed' }).check()
    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Restore' }).click()
    await page.getByText('The trash is empty').waitFor()

    await page.getByRole('link', { name: 'Back to the runs' }).click()
    await page.getByRole('link', { name: 'doomed' }).waitFor()
    await page.getByRole('checkbox', { name: 'Select doomed' }).check()
    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Move' }).click()
    await page.getByRole('button', { name: 'default', exact: true }).last().click()
    await page.getByText('1 run moved.').waitFor()
    expect((await server.call<RunDetailView>('GET', `/runs/${doomed}`)).body.project).toBe('default')

    await page.getByRole('button', { name: 'Undo' }).click()
    await waitUntil(async () => (await server.call<RunDetailView>('GET', `/runs/${doomed}`)).body.project === 'wide')
    await server.call('DELETE', `/runs/${doomed}`)
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('charts', () => {
  it('The charts of the run list draw one line per group, and one figure as bars', async () => {
    const page = await open('/p/wide/runs?group=p.model')
    await page.getByRole('img', { name: 'loss, 2 lines' }).waitFor()
    await page.getByRole('region', { name: 'loss' }).getByRole('button', { name: 'Data as a table' }).click()
    await page
      .getByRole('region', { name: 'loss' })
      .getByRole('cell', { name: `a (${RUNS / 2})` })
      .first()
      .waitFor()

    const bars = page.getByRole('list', { name: /^m\.epoch\.last of 2 bars/ })
    await bars.waitFor()

    await page.getByRole('combobox', { name: 'Figure' }).selectOption('m.loss.last')
    await page.waitForURL(/bars=m\.loss\.last/)
    await expect
      .poll(
        async () =>
          await page
            .getByRole('list', { name: /^m\.loss\.last/ })
            .getByRole('listitem')
            .count(),
      )
      .toBe(2)
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('A zoomed chart reads finer data, and can show all data again', async () => {
    const page = await open('/p/default/runs?panels=wave')
    const chart = page.getByRole('img', { name: /^wave, 1 line/ })
    await chart.locator('canvas').first().waitFor()
    const region = page.getByRole('region', { name: 'wave' })
    await region.getByText(/6 points per bucket/).waitFor()

    const box = (await chart.locator('.u-over').boundingBox())!
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.55, box.y + 40, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/zoom=/)

    const [from, to] = new URL(page.url()).searchParams.get('zoom')!.split('~').map(Number)
    expect([Math.abs(from! - POINTS / 2) < 30, Math.abs(to! - POINTS * 0.55) < 30]).toEqual([true, true])

    await region.getByRole('button', { name: 'Data as a table' }).click()
    const steps = async (): Promise<number[]> =>
      (await region.getByRole('row').locator('td:nth-child(2)').allTextContents()).map((text) =>
        Number(text.replaceAll(',', '')),
      )
    await expect.poll(async () => (await steps()).slice(0, 2)).toEqual([Math.floor(from!), Math.floor(from!) + 1])

    await region.getByRole('button', { name: 'All' }).click()
    await page.waitForURL((url) => !url.searchParams.has('zoom'))
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The lines of a chart can be drawn along any metric', async () => {
    const page = await open('/p/wide/runs?panels=loss')
    await page.getByRole('img', { name: /^loss, 10 lines/ }).waitFor()

    await page.getByRole('button', { name: /^x / }).click()
    await page.getByRole('menuitemradio', { name: 'epoch' }).click()
    await page.waitForURL(/x=m\.epoch/)

    const chart = page.getByRole('img', { name: /^loss, 10 lines/ })
    // The cursor moves from point to point. Epochs are tenths, steps are whole numbers.
    const next = async (): Promise<string> => {
      await chart.focus()
      await page.keyboard.press('ArrowRight')
      return await chart.innerText()
    }
    await expect.poll(next).toMatch(/^0\.[1-9]\n/)
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('metric values', () => {
  it('NaN values are drawn as gaps and counted, and a comparison sets which direction of a metric is better', async () => {
    const numbers = [
      await record('default', { name: 'holes', params: {}, metrics: { score: [1, 'NaN', 3, 'NaN', 4] } }),
      await record('default', { name: 'whole', params: {}, metrics: { score: [1, 2, 5] } }),
    ]

    const page = await open(`/p/default/runs/${numbers[0]}/charts`)
    await page.getByRole('region', { name: 'score' }).getByText('2 gaps (×): no number').waitFor()

    await page.goto(`${server.url}/p/default/compare?runs=${numbers.join(',')}`)
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /^score/ }) })
    await row.getByRole('button', { name: /no side is better/ }).click()
    await row.getByRole('img', { name: 'better' }).waitFor()
    await row.getByRole('button', { name: /higher is better/ }).click()
    await row.getByRole('img', { name: 'worse' }).waitFor()

    await expect
      .poll(async () => (await server.call<{ directions: object }>('GET', '/projects/default')).body.directions)
      .toEqual({ score: 'minimize' })
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('code, logs and tokens', () => {
  it('The code of runs is compared file by file, the address names the file, and the Markdown of a run is drawn but not executed', async () => {
    const script = (rate: number) => `import os
rate = ${rate}
with open(os.path.join(os.environ["HAGANE_OUTPUTS"], "report.md"), "w") as file:
    file.write("# Result\\n\\n**rate** is ${rate}\\n\\n<script>document.title = 'owned'</script>\\n\\n[odd](javascript:alert(1))\\n")
`

    work.write('train.yml', 'version: 1\nkind: experiment\nrun: {cmd: python train.py}\n')
    const numbers: number[] = []
    for (const rate of [0.1, 0.2]) {
      work.write('train.py', script(rate))
      const { json, stderr } = await work.hagane('run', '-f', 'train.yml', '--json')
      if (json === undefined) throw new Error(stderr)
      numbers.push((json as { number: number }).number)
    }

    for (const number of numbers)
      await waitUntil(
        async () => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase === 'succeeded',
        60_000,
      )

    const page = await open(`/p/default/compare?runs=${numbers.join(',')}`)
    const code = page.getByRole('region', { name: 'Code', exact: true })
    await code.getByText('1 file differs').waitFor()
    await code.getByText('train.py').click()
    await code.getByText('-rate = 0.1').waitFor()
    await code.getByText('+rate = 0.2').waitFor()

    await page.goto(`${server.url}/p/default/runs/${numbers[1]}/code`)
    await page.getByRole('button', { name: /^train\.py/ }).click()
    await page.waitForURL(/file=train\.py/)
    await page.reload()
    await page.getByRole('region', { name: 'train.py' }).getByText('rate = 0.2').waitFor()

    await page.goto(`${server.url}/p/default/runs/${numbers[1]}/artifacts`)
    await page.getByRole('button', { name: 'report.md' }).click()
    await page.getByRole('heading', { name: 'Result' }).waitFor()
    await page.getByText("<script>document.title = 'owned'</script>").waitFor()
    expect(await page.getByRole('link', { name: 'odd' }).count()).toBe(0)
    expect(await page.title()).not.toBe('owned')
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The page of a log numbers the lines and finds the first error in the whole log', async () => {
    const { number } = await server.submit(
      `version: 1\nkind: experiment\nrun:\n  cmd: python -c "print('ValueError early'); print(chr(10).join('row %d of a log that is read piece by piece' % i for i in range(30000)))"\n`,
      work.folder,
    )
    await waitUntil(
      async () => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase === 'succeeded',
      60_000,
    )

    const page = await open(`/p/default/runs/${number}/logs`)
    await page.getByText('row 29999 ').waitFor()
    await page.getByRole('link', { name: '30001', exact: true }).waitFor()

    // The end of the log is visible, and the page contains only lines near the visible ones.
    await expect.poll(async () => (await page.getByText('row 29999 ').boundingBox())!.y < 900).toBe(true)
    expect(await page.getByRole('log').locator('[data-index]').count()).toBeLessThan(200)

    await page.getByRole('button', { name: 'First error' }).click()
    await page.getByRole('log').locator('[data-current]').getByText('ValueError early').waitFor()
    await page.getByRole('link', { name: '1', exact: true }).waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The settings page creates tokens for programs, shows each once, and revokes them', async () => {
    const page = await open('/settings')
    await page.getByLabel('What it is for').fill('nightly job')
    await page.getByRole('button', { name: 'Create token' }).click()

    const token = await page
      .getByRole('status')
      .getByText(/^hpt_[0-9a-f]{64}$/)
      .textContent()
    expect((await server.call('GET', '/runs', undefined, token!)).status).toBe(200)

    await page.reload()
    await page.getByRole('cell', { name: 'nightly job' }).waitFor()
    expect(await page.getByText(/^hpt_/).count()).toBe(0)

    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await page.getByRole('cell', { name: 'nightly job' }).waitFor({ state: 'detached' })
    expect((await server.call('GET', '/runs', undefined, token!)).status).toBe(401)
    expect(page.errors).toEqual([])
    await page.close()
  })
})
