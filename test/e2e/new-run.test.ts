import { describe, expect, it } from 'vitest'

import type { SweepView } from '../../src/contract/sweep.ts'
import { waitForSweepEnd } from '../support/both-servers.ts'
import { useValley } from '../support/valley.ts'

const valley = await useValley()
const { browser } = valley

describe.skipIf(!browser)('the editor', () => {
  it('The editor shows a mistake at its line and starts the edited document of a run', async () => {
    const number = await valley.submitSlow('editable')
    await valley.server.call('POST', `/runs/${number}/stop`)

    const page = await valley.open(`/p/default/new?from=${number}`)
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
    const best = (await valley.server.call<SweepView>('GET', `/sweeps/${valley.data.sweep}`)).body.best!
    const page = await valley.open(`/p/default/new?from=${best.number}`)
    await page.getByText('1 run', { exact: true }).waitFor()
    await page.getByText(new RegExp(`^python train\\.py ${String(best.params['x']).slice(0, 6)}`)).waitFor()

    await page.goto(`${valley.server.url}/p/default/sweeps/${valley.data.sweep}`)
    const before = (await valley.loadTrials(valley.data.sweep)).filter(({ phase }) => phase === 'failed').length

    await page.getByRole('button', { name: `Run ${before} failed again` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Run again' }).click()
    await page.getByText(`${before} run${before === 1 ? '' : 's'} started again.`).waitFor()
    await waitForSweepEnd(valley.server, valley.data.sweep, 60_000)

    // The new trials fail again, in the place of the trials that failed before.
    expect((await valley.loadTrials(valley.data.sweep)).filter(({ phase }) => phase === 'failed').length).toBe(before)
    await page.close()
  })

  it('The editor suggests keys and values, and starts a run that was written from nothing', async () => {
    const page = await valley.open('/p/default/new')
    const text = page.getByRole('textbox')
    await text.waitFor()
    await page.getByText('Nothing wrong.').waitFor()

    // Enter accepts a suggestion only after it has been visible
    // for a moment. Before, Enter starts a new line in the text.
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
})
