import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { waitForSweepEnd } from '../support/both-servers.ts'
import { runsTable } from '../support/dashboard.ts'
import { useDepartments } from '../support/departments.ts'

const departments = await useDepartments()
const { browser } = departments
const loadTrials = () => departments.loadTrials(departments.data.sweep.number)

describe.skipIf(!browser)('failures', () => {
  it('Failures show their exception on the home page, the sweep, the run list and the run, and are grouped by it', async () => {
    const page = await departments.open('/')
    await page.getByText(/^KeyError: 'lr_\d'$/).waitFor()
    await page.getByText(/^MemoryError: n-gram matrix of 63 GB$/).waitFor()
    await page.getByText(/^2 runs/).waitFor()

    await page.goto(`${departments.server.url}/p/default/sweeps/${departments.data.sweep.number}`)
    await page.getByText('3 trials failed').waitFor()
    await page
      .getByText(/KeyError: 'lr_\d'/)
      .first()
      .waitFor()

    await page.getByRole('link', { name: 'See them and why' }).click()
    await runsTable(page).getByText('MemoryError: n-gram matrix of 63 GB').waitFor()

    const failed = (await loadTrials()).find(({ cause }) => cause?.startsWith('MemoryError'))!
    await page.goto(`${departments.server.url}/p/default/runs/${failed.number}`)
    await page.getByText('MemoryError: n-gram matrix of 63 GB').first().waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('a sweep', () => {
  it('The page of a sweep counts failed trials and NaN values, and its bar has a part for finished and a part for failed trials', async () => {
    const page = await departments.open(`/p/default/sweeps/${departments.data.sweep.number}`)
    await page.getByText(/3 failed · 1 NaN/).waitFor()
    await page.getByText('6 finished, 3 failed').waitFor()

    const bar = page.locator('dl [role=img] i').filter({ visible: true })
    expect(
      (await bar.evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().width))).filter(
        (width) => width > 0,
      ),
    ).toHaveLength(2)

    await page.goto(`${departments.server.url}/p/default/sweeps/${departments.data.sweep.number}/trials`)
    await page.getByRole('cell', { name: 'NaN', exact: true }).waitFor()
    await page.close()
  })

  it('The charts of a sweep accept keys: arrows move from trial to trial, Enter opens one', async () => {
    const page = await departments.open(`/p/default/sweeps/${departments.data.sweep.number}`)
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
      join(departments.folder, 'far.py'),
      'import sys\nfrom hagane import Experiment\nx = int(sys.argv[1])\nExperiment().log_metrics(loss=1000 if x == 9 else x)\n',
    )

    const { number } = await departments.server.submit(
      'version: 1\nkind: group\nhptuning:\n  concurrency: 4\n  metric: {name: loss, optimization: minimize}\n  grid_search: {}\n' +
        '  matrix: {x: {range: [0, 10, 1]}, y: {values: [1]}}\nrun: {cmd: "python far.py {{ x }}"}\n',
      departments.folder,
    )
    await waitForSweepEnd(departments.server, number, 60_000)

    const page = await departments.open(`/p/default/sweeps/${number}/space`)
    await page.getByText('1 beyond the axis (▴▾)').first().waitFor()
    await page.getByText('1 beyond the range of the colours, in the colour of its end').waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })
})

describe.skipIf(!browser)('the palette', () => {
  it.each([
    ['by its name', 'departm'],
    ['by its number', 'number'],
  ])('The palette finds a sweep %s', async (_, typed) => {
    const page = await departments.open('/p/seeds/runs')
    await runsTable(page).getByRole('row').nth(2).waitFor()

    await page.keyboard.press('Control+k')
    await page.keyboard.type(typed === 'number' ? `#${departments.data.sweep.number}` : typed)
    await page
      .getByRole('option', { name: /departments/ })
      .first()
      .waitFor()
    await page
      .getByRole('option', {
        name: new RegExp(
          `departments.*#${departments.data.sweep.number}\\b|#${departments.data.sweep.number}\\b.*departments`,
        ),
      })
      .first()
      .click()
    await page.waitForURL(new RegExp(`/p/default/sweeps/${departments.data.sweep.number}`))
    await page.close()
  })

  it('The palette finds a trial by its full name, and Enter waits for the answer to the typed text', async () => {
    const [trial] = await loadTrials()
    const page = await departments.open('/p/seeds/runs')
    await runsTable(page).getByRole('row').nth(2).waitFor()

    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('option').first().waitFor()

    await page.keyboard.insertText(`departments #${trial!.number}`)
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/p/default/runs/${trial!.number}`))
    await page.close()
  })
})

describe.skipIf(!browser)('the home page', () => {
  it('The home page says how many waiting runs it does not show', async () => {
    const document =
      'version: 1\nkind: experiment\nname: patient\nenvironment: {resources: {cpu: {requests: 100000}}}\nrun: {cmd: sleep 1}\n'
    for (let i = 0; i < 14; i += 1) await departments.server.submit(document, departments.folder)

    const page = await departments.open('/')
    await page.getByText('+ 2', { exact: true }).waitFor()
    expect(page.errors).toEqual([])
    await page.close()
  })
})
