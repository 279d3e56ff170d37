import { describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { waitUntil } from '../support/server.ts'
import { useValley } from '../support/valley.ts'

const valley = await useValley()
const { browser } = valley

describe.skipIf(!browser)('the run list of a sweep', () => {
  it('The run list filters and sorts runs and keeps its state in the address', async () => {
    const page = await valley.open('/p/default/runs')
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
    await expect.poll(async () => await rows.count()).toBe(13)

    await page.getByRole('combobox', { name: 'Filter' }).fill('m.loss < 0.3')
    await page.waitForURL(/q=m\.loss/)
    const matchingCount = (await valley.loadTrials(valley.data.sweep)).filter(
      ({ metrics }) => Number(metrics['loss']?.last) < 0.3,
    ).length
    await expect.poll(async () => await rows.count()).toBe(matchingCount + 1)

    await page.getByRole('button', { name: 'loss .last' }).click()
    await page.waitForURL(/sort=-m\.loss/)
    await page.getByRole('button', { name: 'loss .last' }).click()
    await page.waitForURL(/sort=m\.loss/)

    const best = (await valley.server.call<SweepView>('GET', `/sweeps/${valley.data.sweep}`)).body.best!.number
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
    const page = await valley.open('/p/default/runs')
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

  it('The run list groups runs by a parameter and shows the runs of one group', async () => {
    const page = await valley.open('/p/default/runs')
    await page.getByRole('img', { name: /^\d+ runs: m\./ }).waitFor()

    await page.getByRole('button', { name: 'Group' }).click()
    await page.getByRole('checkbox', { name: 'k', exact: true }).check()
    await page.waitForURL(/group=p\.k/)
    await page.getByRole('columnheader', { name: /^loss/ }).waitFor()

    const expected = (await valley.loadTrials(valley.data.sweep)).filter(({ params }) => params['k'] === 'a').length
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

  it('A deletion states the number of runs and can be undone', async () => {
    const number = await valley.submitSlow('doomed')
    await valley.server.call('POST', `/runs/${number}/stop`)
    await waitUntil(
      async () => (await valley.server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase === 'stopped',
    )

    const page = await valley.open(`/p/default/runs?q=${encodeURIComponent('name = doomed')}&sel=${number}`)
    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog', { name: 'Delete 1 run?' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByText('1 run moved to the trash.').waitFor()
    await page.getByText('Nothing matches').waitFor()

    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('link', { name: 'doomed' }).waitFor()
    await page.close()
  })
})
