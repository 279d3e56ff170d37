import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import type { SweepView } from '../../src/contract/sweep.ts'
import { waitUntil } from '../support/server.ts'
import { waitForSweepEnd } from '../support/both-servers.ts'
import { useValley } from '../support/valley.ts'

const valley = await useValley()
const { browser } = valley

describe.skipIf(!browser)('the page of a sweep', () => {
  it('The page of a sweep shows history, importance, parallel coordinates, timeline, trials, space, logs and settings', async () => {
    const page = await valley.open(`/p/default/sweeps/${valley.data.sweep}`)
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
    const page = await valley.open(`/p/default/sweeps/${valley.data.sweep}`)
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
        `${valley.server.url}/p/default/sweeps/${valley.data.sweep}#panel-${name.replaceAll(' ', '-')}`,
      )
    }
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The page of a sweep adds a point by hand, extends the budget, and shows both as they run', async () => {
    const page = await valley.open(`/p/default/sweeps/${valley.data.sweep}`)
    await page.getByRole('button', { name: 'Add a point' }).click()
    await page.getByLabel('x', { exact: true }).fill('0.31')
    await page.getByLabel('k', { exact: true }).fill('a')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('13', { exact: true }).first().waitFor()

    await waitForSweepEnd(valley.server, valley.data.sweep, 60_000)
    await page.getByRole('button', { name: 'Extend budget' }).click()
    await page.getByLabel('Extend budget').fill('2')
    await page.getByRole('button', { name: 'Extend budget' }).last().click()
    await expect
      .poll(async () => (await valley.server.call<SweepView>('GET', `/sweeps/${valley.data.sweep}`)).body.trials)
      .toBe(15)
    await waitForSweepEnd(valley.server, valley.data.sweep, 60_000)

    await page.getByText('of 15', { exact: true }).waitFor()
    await page.close()
  })

  it('The page of a sweep shows in both languages why the sweep has paused itself', async () => {
    const text =
      'version: 1\nkind: group\nhptuning: {concurrency: 5, matrix: {x: {range: [0, 40, 1]}}}\nrun: {cmd: "python -c \'import nosuchmodule\' {{ x }}"}\n'
    const { number } = await valley.server.submit(text, valley.folder)
    const view = async () => (await valley.server.call<SweepView>('GET', `/sweeps/${number}`)).body
    await waitUntil(async () => (await view()).isPaused)

    const cause = "ModuleNotFoundError: No module named 'nosuchmodule'"
    const page = await valley.open(`/p/default/sweeps/${number}`)
    await page
      .getByRole('status')
      .filter({ hasText: `the first 5 trials all failed: ${cause}` })
      .waitFor()

    const japanese = await valley.open(`/p/default/sweeps/${number}`, { language: 'ja' })
    await japanese
      .getByRole('status')
      .filter({ hasText: `最初の 5 件の試行がすべて失敗しています: ${cause}` })
      .waitFor()

    await page.close()
    await japanese.close()
    await valley.server.call('DELETE', `/sweeps/${number}`)
  })
})
