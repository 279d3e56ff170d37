import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { waitUntil } from '../support/server.ts'
import { useValley } from '../support/valley.ts'

const valley = await useValley()
const { browser } = valley

describe.skipIf(!browser)('the page of a run', () => {
  it('The page of a run shows charts, the log in its colours, files as text, the document and the attempts', async () => {
    const number = (await valley.server.call<SweepView>('GET', `/sweeps/${valley.data.sweep}`)).body.best!.number

    const page = await valley.open(`/p/default/runs/${number}`)
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

  it('The search in a log finds a line anywhere and scrolls to it', async () => {
    const number = (await valley.server.call<SweepView>('GET', `/sweeps/${valley.data.sweep}`)).body.best!.number

    const page = await valley.open(`/p/default/runs/${number}/logs`)
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
    const { number } = await valley.server.submit(
      `version: 1\nkind: experiment\nname: talkative\nrun:\n  cmd: ${cmd}\n`,
      valley.folder,
    )
    await expect
      .poll(async () => (await valley.server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase, {
        timeout: 60_000,
      })
      .toBe('succeeded')

    const page = await valley.open(`/p/default/runs/${number}/logs`)
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
    const failed = (await valley.loadTrials(valley.data.sweep)).find(({ phase }) => phase === 'failed')!
    const page = await valley.open(`/p/default/runs/${failed.number}`)
    await page.getByRole('heading', { name: failed.cause! }).waitFor()
    await page.getByRole('button', { name: 'First error' }).click()
    await page.getByRole('log').getByText('ValueError: x is too large').waitFor()

    await page.goto(`${valley.server.url}/`)
    await page.getByRole('region').or(page.locator('section')).getByText('ValueError: x is too large').first().waitFor()
    await page.close()
  })

  it('The page of a run follows its log live and stops the run, on a phone', async () => {
    const number = await valley.submitSlow('slow')
    const page = await valley.open(`/p/default/runs/${number}`, { width: 390, height: 844 })
    await page.getByText('line 3', { exact: true }).waitFor()
    await page.getByText('line 30', { exact: true }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)

    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
    await page.getByText('stopped', { exact: true }).first().waitFor()
    expect((await valley.server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase).toBe('stopped')
    await page.close()
  })

  it('The page of a run says that the run is in the trash, and restores it', async () => {
    const number = await valley.submitSlow('thrown')
    await valley.server.call('POST', `/runs/${number}/stop`)
    await waitUntil(
      async () => (await valley.server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase === 'stopped',
    )
    await valley.server.call('DELETE', `/runs/${number}`)

    const page = await valley.open(`/p/default/runs/${number}`)
    await page.getByText(/^In the trash since/).waitFor()
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0)

    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('button', { name: 'Delete' }).waitFor()
    await page.close()
  })

  it('The form of a run changes name, tags and note, and keeps the text when the server refuses it', async () => {
    const number = await valley.submitSlow('unmarked')
    const page = await valley.open(`/p/default/runs/${number}`)
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

    // The page shows a change before the server has stored it.
    const fieldsOf = ({ name, tags, note }: RunDetailView) => [name, tags, note]
    await expect
      .poll(async () => fieldsOf((await valley.server.call<RunDetailView>('GET', `/runs/${number}`)).body))
      .toEqual(['marked', ['base', '検索'], 'what it is for'])

    await valley.server.call('POST', `/runs/${number}/stop`)
    await page.close()
  })
})
