import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { launchBrowser, openPage } from '../support/browser.ts'
import type { PageOptions } from '../support/browser.ts'
import { startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import { waitForSweepEnd } from '../support/both-servers.ts'

const TRAIN = `
import os, sys, time
from hagane import Experiment
x, k = float(sys.argv[1]), sys.argv[2]
experiment = Experiment()
print("\\033[31mloading\\033[0m data")
if x > 0.9:
    raise ValueError("x is too large")
for step in range(1, 11):
    experiment.log_metrics(step=step, loss=(x - 0.3) ** 2 + 1 / step, accuracy=1 - x)
    print("step %d" % step)
open(os.path.join(os.environ["HAGANE_OUTPUTS"], "report.csv"), "w").write("name,score\\n<img src=x onerror=alert(1)>,0.5\\n")
open(os.path.join(os.environ["HAGANE_OUTPUTS"], "page.html"), "w").write("<script>document.title = 'owned'</script>")
`
const SLOW = `
import time
from hagane import Experiment
experiment = Experiment()
for step in range(10000):
    experiment.log_metrics(step=step, loss=1.0 / (step + 1))
    print("line %d" % step, flush=True)
    time.sleep(0.05)
`
const SWEEP =
  'version: 1\nkind: group\nname: valley\nhptuning:\n  concurrency: 4\n  seed: 5\n  metric: {name: loss, optimization: minimize}\n  first_points: [{x: 0.95, k: a}]\n  random_search: {n_experiments: 12}\n  matrix: {x: {uniform: [0, 1]}, k: {values: [a, b]}}\nrun:\n  cmd: python train.py {{ x }} {{ k }}\n'
const PAGES_AT_ONCE = 5
const LONG_NAME = '検索'.repeat(100)

let browser: Browser | undefined
let server: TestServer
let folder: string
let sweep: number

// Launched before the tests are collected, so that `skipIf` skips and lists them where no browser starts.
browser = await launchBrowser()

beforeAll(async () => {
  server = await startTestServer({ env: { HAGANE_CONCURRENCY: '6' } })
  folder = mkdtempSync(join(tmpdir(), 'hagane-e2e-'))
  writeFileSync(join(folder, 'train.py'), TRAIN)
  writeFileSync(join(folder, 'slow.py'), SLOW)
  sweep = (await server.submit(SWEEP, folder)).number
  await waitForSweepEnd(server, sweep, 60_000)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const openDashboard = async (path: string, look?: PageOptions) => await openPage(browser!, server, path, look)

/** Calls `look` with each page, several pages at a time, because pages mostly wait for the server. */
async function visitEach(
  pages: readonly (readonly [string, string])[],
  look: (name: string, path: string) => Promise<void>,
): Promise<void> {
  const waiting = [...pages]
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await look(...next)
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, lane))
}

const loadTrials = async () =>
  (await server.call<{ runs: RunDetailView[] }>('GET', `/runs?sweep=${sweep}&limit=100`)).body.runs
const submitSlow = async (name: string) =>
  (await server.submit(`version: 1\nkind: experiment\nrun: {cmd: python slow.py}\nname: ${name}\n`, folder)).number

describe.skipIf(!browser)('the dashboard', () => {
  const pages = (): [string, string][] => [
    ['home', '/'],
    ['projects', '/projects'],
    ['runs', '/p/default/runs'],
    ['run', `/p/default/runs/${sweep + 3}`],
    ['charts', `/p/default/runs/${sweep + 3}/charts`],
    ['logs', `/p/default/runs/${sweep + 3}/logs`],
    ['artifacts', `/p/default/runs/${sweep + 3}/artifacts`],
    ['spec', `/p/default/runs/${sweep + 3}/spec`],
    ['sweeps', '/p/default/sweeps'],
    ['sweep', `/p/default/sweeps/${sweep}`],
    ['trials', `/p/default/sweeps/${sweep}/trials`],
    ['space', `/p/default/sweeps/${sweep}/space`],
    ['compare', `/p/default/compare?runs=${sweep + 3},${sweep + 4}`],
    ['edit', `/p/default/new?from=${sweep + 3}`],
    ['new', '/p/default/new'],
    ['settings', '/settings'],
    ['health', '/health'],
    ['nowhere', '/nowhere'],
  ]
  it('A sign-in code works once, and the dashboard shows nothing without a sign-in', async () => {
    const context = await browser!.newContext()
    const page = await context.newPage()
    await page.goto(`${server.url}/p/default/runs`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()

    const { body } = await server.call<{ code: string }>('POST', '/session/codes')
    const address = `${server.url}/sign-in#code=${body.code}`
    await page.goto(address)
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    expect(page.url()).toBe(`${server.url}/`)

    const other = await (await browser!.newContext()).newPage()
    await other.goto(address)
    await other.getByText('That link has been used or is too old').waitFor()
    await other.getByLabel('Token').fill(server.readToken())
    await other.getByRole('button', { name: 'Sign in' }).click()
    await other.getByRole('heading', { name: 'Home' }).waitFor()

    const cookies = await context.cookies()
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }])
    await context.close()
    await other.context().close()
  })

  it('The run list filters and sorts runs and keeps its state in the address', async () => {
    const page = await openDashboard('/p/default/runs')
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
    await expect.poll(async () => await rows.count()).toBe(13)

    await page.getByRole('combobox', { name: 'Filter' }).fill('m.loss < 0.3')
    await page.waitForURL(/q=m\.loss/)
    const matchingCount = (await loadTrials()).filter(({ metrics }) => Number(metrics['loss']?.last) < 0.3).length
    await expect.poll(async () => await rows.count()).toBe(matchingCount + 1)

    await page.getByRole('button', { name: 'loss .last' }).click()
    await page.waitForURL(/sort=-m\.loss/)
    await page.getByRole('button', { name: 'loss .last' }).click()
    await page.waitForURL(/sort=m\.loss/)

    const best = (await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body.best!.number
    await expect
      .poll(async () => await rows.nth(1).getByRole('link').getAttribute('href'))
      .toBe(`/p/default/runs/${best}`)

    await page.reload()
    await expect
      .poll(async () => await rows.nth(1).getByRole('link').getAttribute('href'))
      .toBe(`/p/default/runs/${best}`)
    expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('m.loss < 0.3')

    await page.getByRole('combobox', { name: 'Filter' }).fill('m.loss <')
    await page.getByRole('alert').waitFor()
    expect(page.errors.filter((text) => !text.includes('400'))).toEqual([])
    await page.close()
  })

  it('Runs are selected and compared by keyboard, and the comparison lists what differs', async () => {
    const page = await openDashboard('/p/default/runs')
    await page.getByRole('table', { name: 'Runs' }).getByRole('row').nth(2).waitFor()

    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key)
    await page.getByRole('toolbar', { name: 'Selection' }).getByText('2 selected').waitFor()

    await page.keyboard.press('c')
    await page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor()
    await page.getByRole('rowheader', { name: 'x', exact: true }).waitFor()
    expect(await page.getByText('baseline').count()).toBeGreaterThan(0)
    await page.getByRole('rowheader', { name: /^loss/ }).waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The page of a run shows charts, the log in its colours, files as text, the document and the attempts', async () => {
    const number = (await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body.best!.number

    const page = await openDashboard(`/p/default/runs/${number}`)
    await page.getByRole('region', { name: 'Log' }).getByText('step 10').waitFor()
    expect(await page.getByText('loading').getAttribute('style')).toBe('color: var(--bad);')
    await page.getByRole('img', { name: /^loss, 1 line/ }).waitFor()

    const [picture] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('region', { name: 'loss' }).getByRole('button', { name: 'Save as PNG' }).click(),
    ])
    expect(picture.suggestedFilename()).toBe('loss.png')
    expect(
      readFileSync(await picture.path())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')

    await page.getByRole('link', { name: 'Artifacts' }).click()
    await page.getByRole('button', { name: 'report.csv' }).click()
    await page.getByRole('cell', { name: '<img src=x onerror=alert(1)>' }).waitFor()
    await page.getByRole('button', { name: 'page.html' }).click()
    await page.getByText("<script>document.title = 'owned'</script>").waitFor()
    expect(await page.title()).not.toBe('owned')

    await page.getByRole('link', { name: 'Spec' }).click()
    await page.getByText('random_search').waitFor()
    await page.getByRole('link', { name: 'Attempts' }).click()
    await page.getByText('exit 0').waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The run list groups runs by a parameter and shows the runs of one group', async () => {
    const page = await openDashboard('/p/default/runs')
    await page.getByRole('img', { name: /^\d+ runs: m\./ }).waitFor()

    await page.getByRole('button', { name: 'Group' }).click()
    await page.getByRole('checkbox', { name: 'k', exact: true }).check()
    await page.waitForURL(/group=p\.k/)
    await page.getByRole('columnheader', { name: /^loss/ }).waitFor()

    const expected = (await loadTrials()).filter(({ params }) => params['k'] === 'a').length
    const row = page.getByRole('row').filter({ has: page.getByRole('button', { name: 'a', exact: true }) })
    expect(await row.getByRole('cell').nth(2).textContent()).toBe(String(expected))

    await page.keyboard.press('Escape')
    await row.getByRole('button').click()
    await expect.poll(async () => await page.getByRole('checkbox', { name: /^Select valley #/ }).count()).toBe(expected)

    await page
      .getByRole('button', { name: 'List these runs' })
      .or(page.getByRole('link', { name: 'List these runs' }))
      .click()
    await page.getByText(`${expected} match`).waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The search in a log finds a line anywhere and scrolls to it', async () => {
    const number = (await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body.best!.number

    const page = await openDashboard(`/p/default/runs/${number}/logs`)
    await page.getByRole('button', { name: 'Search the whole log' }).click()

    const pattern = page.getByRole('textbox', { name: 'Regular expression' })
    await pattern.fill('(')
    await pattern.press('Enter')
    await page.getByRole('alert').waitFor()

    await pattern.fill('step [34]$')
    await pattern.press('Enter')
    await page.getByText('2 matches').waitFor()

    await page.getByRole('button', { name: 'step 4' }).click()
    await page.waitForURL(/at=\d+/)
    await page.getByRole('log').locator('[data-current]').getByText('step 4').waitFor()
    await page.close()
  })

  it('The search in a long log scrolls to each match, also outside the piece that was read', async () => {
    const cmd = `python -c "print(chr(10).join('row %d of a long log that is read piece by piece' % i for i in range(30000)))"`
    const { number } = await server.submit(
      `version: 1\nkind: experiment\nname: talkative\nrun:\n  cmd: ${cmd}\n`,
      folder,
    )
    await expect
      .poll(async () => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase, { timeout: 60_000 })
      .toBe('succeeded')

    const page = await openDashboard(`/p/default/runs/${number}/logs`)
    await page.getByText('row 29999 ').waitFor()
    await page.getByRole('button', { name: 'Search the whole log' }).click()

    const pattern = page.getByRole('textbox', { name: 'Regular expression' })
    await pattern.fill('^row (100|20000|29990) ')
    await pattern.press('Enter')
    await page.getByText('3 matches').waitFor()

    for (const row of [20_000, 100, 29_990]) {
      await page.getByRole('button', { name: `row ${row} ` }).click()
      await page.getByRole('log').locator('[data-current]').getByText(`row ${row} `).waitFor()
    }
    await page.close()
  })

  it('A failed run shows its cause on its page and on the home page, and the first error is found in its log', async () => {
    const failed = (await loadTrials()).find(({ phase }) => phase === 'failed')!
    const page = await openDashboard(`/p/default/runs/${failed.number}`)
    await page.getByRole('heading', { name: failed.cause! }).waitFor()
    await page.getByRole('button', { name: 'First error' }).click()
    await page.getByRole('log').getByText('ValueError: x is too large').waitFor()

    await page.goto(`${server.url}/`)
    await page.getByRole('region').or(page.locator('section')).getByText('ValueError: x is too large').first().waitFor()
    await page.close()
  })

  it('The page of a sweep shows history, importance, parallel coordinates, timeline, trials, space, logs and settings', async () => {
    const page = await openDashboard(`/p/default/sweeps/${sweep}`)
    await page.getByRole('heading', { name: 'valley' }).waitFor()
    for (const name of [/^Values of 12 trials/, /^12 trials across/, /^12 attempts on/])
      await page.getByRole('img', { name }).waitFor()
    await page.getByRole('region', { name: 'Parameter importance' }).getByText('Share of the variance').waitFor()

    // A brush along the first axis selects fewer trials, which are listed below the chart.
    const chart = page.getByRole('img', { name: /trials across/ })
    const box = (await chart.boundingBox())!
    await page.mouse.move(box.x + 56, box.y + 60)
    await page.mouse.down()
    await page.mouse.move(box.x + 56, box.y + 120, { steps: 4 })
    await page.mouse.up()
    await page.getByText(/\d+ inside/).waitFor()

    const inside = await page.getByText(/\d+ inside/).textContent()
    await page.getByRole('columnheader', { name: 'loss' }).getByRole('button').click()

    // The address contains the brush and the order, so that a link to the page restores them.
    await page.reload()
    await page.getByText(inside!, { exact: true }).waitFor()
    expect(await page.getByRole('columnheader', { name: 'loss' }).getAttribute('aria-sort')).toBe('ascending')

    await page.getByRole('link', { name: /^Trials/ }).click()
    await expect.poll(async () => await page.getByRole('table', { name: 'Trials' }).getByRole('row').count()).toBe(13)

    await page.getByRole('link', { name: 'Select and act in the list of runs' }).click()
    await page.getByText('12 match').waitFor()
    await page.getByRole('columnheader', { name: /^loss/ }).waitFor()

    await page.goBack()
    await page.getByRole('link', { name: 'Space' }).click()
    await page.getByRole('img', { name: /trials by x/ }).waitFor()
    await page.getByRole('img', { name: /trials came to in loss/ }).waitFor()
    await page.getByRole('img', { name: /trials over x and k/ }).waitFor()

    await page.getByRole('link', { name: 'Logs' }).click()
    await page.getByRole('region', { name: 'Log' }).getByText('step 10').waitFor()

    const [file] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await page.getByRole('button', { name: 'Best trial’s files' }).click()
        await page.getByRole('link', { name: /report\.csv/ }).click()
      })(),
    ])
    expect(file.suggestedFilename()).toBe('report.csv')

    await page.getByRole('link', { name: 'Settings' }).last().click()
    await page.getByText('random_search').waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('Every chart of a sweep is available as a table, a file, a picture and a link', async () => {
    const page = await openDashboard(`/p/default/sweeps/${sweep}`)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('img', { name: /^Values of/ }).waitFor()

    const panels = page.getByRole('region').filter({ has: page.getByRole('button', { name: 'Save as PNG' }) })
    await expect.poll(async () => await panels.count()).toBe(4)

    for (const name of ['History', 'Parameter importance', 'Parallel coordinates', 'Timeline']) {
      const panel = page.getByRole('region', { name, exact: true })
      const [picture] = await Promise.all([
        page.waitForEvent('download'),
        panel.getByRole('button', { name: 'Save as PNG' }).click(),
      ])
      expect([name, readFileSync(await picture.path()).length > 2_000]).toEqual([name, true])

      const [table] = await Promise.all([
        page.waitForEvent('download'),
        panel.getByRole('button', { name: 'Download CSV' }).click(),
      ])
      const rows = readFileSync(await table.path(), 'utf8')
        .trimEnd()
        .split('\r\n')

      await panel.getByRole('button', { name: 'Data as a table' }).click()
      expect([name, await panel.getByRole('row').count()]).toEqual([name, rows.length])
      await panel.getByRole('button', { name: 'Data as a table' }).click()

      await panel.getByRole('button', { name: 'Copy a link to this' }).click()
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
        `${server.url}/p/default/sweeps/${sweep}#panel-${name.replaceAll(' ', '-')}`,
      )
    }
    expect(page.errors).toEqual([])
    await page.close()
  })

  it.each(['loading', 'failing'] as const)(
    'Every page shows the state of its requests: %s',
    async (requestState) => {
      const pagesUnderTest = pages().filter(([one]) =>
        ['projects', 'runs', 'run', 'sweep', 'compare', 'edit', 'health'].includes(one),
      )
      await visitEach(pagesUnderTest, async (name, path) => {
        const page = await openDashboard('/settings')
        await page.route('**/api/v1/**', async (route) => {
          if (requestState === 'failing')
            await route.fulfill({
              status: 503,
              contentType: 'application/json',
              body: '{"error":{"code":"unavailable","message":"the disk is full","args":{}}}',
            })
        })

        await page.goto(server.url + path)
        const statusMessage =
          requestState === 'failing'
            ? page.getByText('the disk is full').first()
            : page
                .getByRole('status')
                .filter({ hasText: /^Reading/ })
                .first()
        await statusMessage.waitFor({ timeout: 20_000 }).catch((error: unknown) => {
          throw new Error(`${name}: ${(error as Error).message}`)
        })

        expect([name, page.errors.filter((text) => !/503|unavailable/.test(text))]).toEqual([name, []])
        await page.close()
      })
    },
    180_000,
  )

  it('A request that takes long can be cancelled and tried again', async () => {
    const page = await openDashboard('/settings')
    let isSlow = true
    await page.route('**/api/v1/sweeps/**', async (route) => {
      if (!isSlow) await route.continue()
    })

    await page.clock.install()
    await page.goto(`${server.url}/p/default/sweeps/${sweep}`)
    const button = page.getByRole('main').getByRole('button', { name: 'Cancel' })
    await page
      .getByRole('status')
      .filter({ hasText: /^Reading/ })
      .waitFor()
    expect(await button.count()).toBe(0)

    await page.clock.fastForward(15_000)
    await button.click()
    await page.getByText('it was cancelled here').waitFor()

    isSlow = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'valley' }).waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The page of a sweep adds a point by hand, extends the budget, and shows both as they run', async () => {
    const page = await openDashboard(`/p/default/sweeps/${sweep}`)
    await page.getByRole('button', { name: 'Add a point' }).click()
    await page.getByLabel('x', { exact: true }).fill('0.31')
    await page.getByLabel('k', { exact: true }).fill('a')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('13', { exact: true }).first().waitFor()

    await waitForSweepEnd(server, sweep, 60_000)
    await page.getByRole('button', { name: 'Extend budget' }).click()
    await page.getByLabel('Extend budget').fill('2')
    await page.getByRole('button', { name: 'Extend budget' }).last().click()
    await expect.poll(async () => (await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body.trials).toBe(15)
    await waitForSweepEnd(server, sweep, 60_000)

    await page.getByText('of 15', { exact: true }).waitFor()
    await page.close()
  })

  it('No page scrolls sideways on a phone', async () => {
    await server.call('PATCH', `/runs/${sweep + 3}`, { name: LONG_NAME })
    const widePages: [string, number][] = []
    const extraPages = [
      ['sweep settings', `/p/default/sweeps/${sweep}/settings`],
      ['system', `/p/default/runs/${sweep + 3}/system`],
    ] as const

    await visitEach([...pages(), ...extraPages], async (name, path) => {
      const page = await openDashboard(path, { width: 390, height: 844, language: 'ja' })
      await page.waitForLoadState('networkidle').catch(() => {})
      await page.waitForTimeout(300)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      if (width > 390) widePages.push([name, width])
      await page.close()
    })
    expect(widePages).toEqual([])
  })

  it('The page of a run follows its log live and stops the run, on a phone', async () => {
    const number = await submitSlow('slow')
    const page = await openDashboard(`/p/default/runs/${number}`, { width: 390, height: 844 })
    await page.getByText('line 3', { exact: true }).waitFor()
    await page.getByText('line 30', { exact: true }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)

    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
    await page.getByText('stopped', { exact: true }).first().waitFor()
    expect((await server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase).toBe('stopped')
    await page.close()
  })

  it('The dashboard shows that it is not live while the server is away, and reconnects by itself', async () => {
    const page = await openDashboard('/')
    await page.getByRole('heading', { name: 'Home' }).waitFor()

    await server.kill()
    await page.getByText(/^Not live since/).waitFor()

    await server.start()
    await page.getByText(/^Not live since/).waitFor({ state: 'detached' })
    const number = await submitSlow('after')
    await page.getByRole('link', { name: 'after' }).first().waitFor()
    await server.call('POST', `/runs/${number}/stop`)
    await page.close()
  })

  it('The editor shows a mistake at its line and starts the edited document of a run', async () => {
    const number = await submitSlow('editable')
    await server.call('POST', `/runs/${number}/stop`)

    const page = await openDashboard(`/p/default/new?from=${number}`)
    const text = page.getByRole('textbox')
    await text.waitFor()

    const replaceText = async (lines: readonly string[]): Promise<void> => await text.fill(lines.join('\n'))

    await replaceText(['version: 1', 'kind: experimant', 'run: {cmd: echo edited}'])
    await page.getByRole('button', { name: 'Line 2' }).click()
    await page.locator('[role=textbox]:focus').waitFor()

    await replaceText([
      'version: 1',
      'kind: group',
      'hptuning:',
      '  matrix: {x: {values: [1, 2, 3, 4]}}',
      'run: {cmd: "echo {{ x }}"}',
    ])
    await page.getByText('4 runs', { exact: true }).waitFor()
    await page.getByText('echo 2', { exact: true }).waitFor()

    await replaceText(['version: 1', 'kind: experiment', 'run: {cmd: echo edited}'])
    await page.getByText('Nothing wrong.').waitFor()

    await page.getByRole('button', { name: 'Start' }).click()
    await page.waitForURL(/\/runs\/\d+$/)
    await page.getByRole('region', { name: 'Log' }).getByText('edited').waitFor()
    await page.close()
  })

  it('A trial is edited as a run of its own, and the failed trials of a sweep are run again in the sweep', async () => {
    const best = (await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body.best!
    const page = await openDashboard(`/p/default/new?from=${best.number}`)
    await page.getByText('1 run', { exact: true }).waitFor()
    await page.getByText(new RegExp(`^python train\\.py ${String(best.params['x']).slice(0, 6)}`)).waitFor()

    await page.goto(`${server.url}/p/default/sweeps/${sweep}`)
    const before = (await loadTrials()).filter(({ phase }) => phase === 'failed').length

    await page.getByRole('button', { name: `Run ${before} failed again` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Run again' }).click()
    await page.getByText(`${before} run${before === 1 ? '' : 's'} started again.`).waitFor()
    await waitForSweepEnd(server, sweep, 60_000)

    // The new trials fail again, in the place of the trials that failed before.
    expect((await loadTrials()).filter(({ phase }) => phase === 'failed').length).toBe(before)
    await page.close()
  })

  it('The page of a sweep shows in both languages why the sweep has paused itself', async () => {
    const text =
      'version: 1\nkind: group\nhptuning: {concurrency: 5, matrix: {x: {range: [0, 40, 1]}}}\nrun: {cmd: "python -c \'import nosuchmodule\' {{ x }}"}\n'
    const { number } = await server.submit(text, folder)
    const view = async () => (await server.call<SweepView>('GET', `/sweeps/${number}`)).body
    await waitUntil(async () => (await view()).isPaused)

    const cause = "ModuleNotFoundError: No module named 'nosuchmodule'"
    const page = await openDashboard(`/p/default/sweeps/${number}`)
    await page
      .getByRole('status')
      .filter({ hasText: `the first 5 trials all failed: ${cause}` })
      .waitFor()

    const japanese = await openDashboard(`/p/default/sweeps/${number}`, { language: 'ja' })
    await japanese
      .getByRole('status')
      .filter({ hasText: `最初の 5 件の試行がすべて失敗しています: ${cause}` })
      .waitFor()

    await page.close()
    await japanese.close()
    await server.call('DELETE', `/sweeps/${number}`)
  })

  it('The editor suggests keys and values, and starts a run that was written from nothing', async () => {
    const page = await openDashboard('/p/default/new')
    const text = page.getByRole('textbox')
    await text.waitFor()
    await page.getByText('Nothing wrong.').waitFor()

    // Enter takes a suggestion only after it has been visible for a moment. Before, Enter belongs to the text.
    const acceptSuggestion = async (name: string | RegExp): Promise<void> => {
      await page.getByRole('option', { name }).waitFor()
      await page.waitForTimeout(200)
      await text.press('Enter')
    }

    await text.fill('')
    await text.pressSequentially('ver')
    await acceptSuggestion(/^version/)
    await text.pressSequentially('1\nkind: exp')
    await acceptSuggestion('experiment')
    await text.pressSequentially('\nrun: {cmd: echo written}')
    await page.getByText('Nothing wrong.').waitFor()

    await text.press('Control+Enter')
    await page.waitForURL(/\/runs\/\d+$/)
    await page.getByRole('region', { name: 'Log' }).getByText('written').waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('A deletion states the number of runs and can be undone', async () => {
    const number = await submitSlow('doomed')
    await server.call('POST', `/runs/${number}/stop`)
    await waitUntil(async () => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase === 'stopped')

    const page = await openDashboard(`/p/default/runs?q=${encodeURIComponent('name = doomed')}&sel=${number}`)
    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog', { name: 'Delete 1 run?' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByText('1 run moved to the trash.').waitFor()
    await page.getByText('Nothing matches').waitFor()

    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('link', { name: 'doomed' }).waitFor()
    await page.close()
  })

  it('The page of a run says that the run is in the trash, and restores it', async () => {
    const number = await submitSlow('thrown')
    await server.call('POST', `/runs/${number}/stop`)
    await waitUntil(async () => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase === 'stopped')
    await server.call('DELETE', `/runs/${number}`)

    const page = await openDashboard(`/p/default/runs/${number}`)
    await page.getByText(/^In the trash since/).waitFor()
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0)

    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('button', { name: 'Delete' }).waitFor()
    await page.close()
  })

  it('The form of a run changes name, tags and note, and keeps the text when the server refuses it', async () => {
    const number = await submitSlow('unmarked')
    const page = await openDashboard(`/p/default/runs/${number}`)
    await page.getByRole('button', { name: 'Name and note' }).click()

    const form = page.getByRole('dialog', { name: 'Name and note' })
    await form.getByLabel('Name').fill('長'.repeat(1_000))
    await form.getByLabel('Tags').fill('base, 検索、base')
    await form.getByLabel('Note').fill('what it is for')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByRole('alert').waitFor()
    expect(await form.getByLabel('Note').inputValue()).toBe('what it is for')

    await form.getByLabel('Name').fill('marked')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'marked' }).waitFor()

    // The page shows a change before the server has answered.
    const fieldsOf = ({ name, tags, note }: RunDetailView) => [name, tags, note]
    await expect
      .poll(async () => fieldsOf((await server.call<RunDetailView>('GET', `/runs/${number}`)).body))
      .toEqual(['marked', ['base', '検索'], 'what it is for'])

    await server.call('POST', `/runs/${number}/stop`)
    await page.close()
  })

  it('The dashboard works while the browser reports no network, and reports at once an action that fails', async () => {
    const page = await openDashboard('/p/default/sweeps')

    // The browser reports that there is no network, although the server on this machine answers.
    await page.evaluate(
      `Object.defineProperty(navigator, 'onLine', { get: () => false }); dispatchEvent(new Event('offline'))`,
    )

    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('table', { name: 'Runs' }).getByRole('link').first().waitFor()
    await page
      .getByRole('checkbox', { name: /^Select .*#/ })
      .nth(2)
      .check()

    await page.route('**/api/v1/runs/bulk', (route) => route.abort())
    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('The server does not answer').waitFor()
    await page.close()
  })

  it('A keyboard shortcut works while a ticked checkbox has the focus', async () => {
    const page = await openDashboard('/p/default/runs')
    const boxes = page.getByRole('checkbox', { name: /^Select / })
    await boxes.nth(1).check()
    await boxes.nth(2).check()
    await page.keyboard.press('c')
    await page.waitForURL(/\/compare\?runs=/)
    await page.close()
  })

  it('The palette opens a page, and Enter does nothing while a word is being composed', async () => {
    const page = await openDashboard('/')
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    await page.keyboard.press('Control+k')

    const palette = page.getByRole('combobox', { name: 'Search or command' })
    await palette.fill('hea')
    await page.getByRole('option', { name: /Health/ }).waitFor()

    await palette.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })
    expect(page.url()).toBe(`${server.url}/`)

    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Health' }).waitFor()
    await page.close()
  })

  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  it.each([
    ['en', 'light'],
    ['en', 'dark'],
    ['ja', 'light'],
    ['ja', 'dark'],
  ] as const)('No page has a serious finding of axe in %s and %s', { timeout: 180_000 }, async (language, theme) => {
    await server.call('PATCH', `/runs/${sweep + 3}`, { name: LONG_NAME })

    const findings: string[] = []
    await visitEach(pages(), async (name, path) => {
      const page = await openDashboard(path, { language, theme })
      await page.waitForLoadState('networkidle').catch(() => {})
      await page.waitForTimeout(400)

      await page.addScriptTag({ content: axe }).catch(async () => await page.evaluate(axe))
      const found = await page.evaluate<{
        violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[]
      }>('axe.run(document, { resultTypes: ["violations"] })')

      for (const { id, impact, nodes } of found.violations)
        if (impact === 'serious' || impact === 'critical')
          findings.push(`${name}: ${id} ${nodes[0]!.target.join(' ')} ${nodes[0]!.failureSummary}`)

      expect([name, page.errors.filter((text) => !text.includes('Content Security Policy'))]).toEqual([name, []])
      await page.close()
    })

    expect(findings).toEqual([])
  })
})
