import { describe, expect, it } from 'vitest'

import { runsTable } from '../support/dashboard.ts'
import { METRICS, useDepartments } from '../support/departments.ts'

const departments = await useDepartments()
const { browser } = departments
const loadTrials = () => departments.loadTrials(departments.data.sweep.number)

describe.skipIf(!browser)('the charts of a run', () => {
  it('The charts of a run show each of 300 metrics in sections, and read them as they become visible', async () => {
    const page = await departments.open(`/p/many/runs/${departments.data.manyMetrics}/charts`)
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

    await page.goto(`${departments.server.url}/p/many/runs/${departments.data.manyMetrics}`)
    await page.getByRole('link', { name: `All ${METRICS} charts` }).click()
    await page.waitForURL(/\/charts/)
    expect(page.errors).toEqual([])
    await page.close()
  })

  it.each(['en-US@posix', '', 'ja_JP.UTF-8'])(
    'The charts of a run are drawn when the browser reports the language %j',
    async (language) => {
      const page = await departments.open('/settings')
      await page.addInitScript(
        (tag) => Object.defineProperty(Navigator.prototype, 'language', { get: () => tag, configurable: true }),
        language,
      )

      await page.goto(`${departments.server.url}/p/seeds/runs/${departments.data.first}/charts`)
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
    const page = await departments.open(`/p/seeds/runs/${departments.data.first}/charts`)
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
    const page = await departments.open('/p/seeds/runs')
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

describe.skipIf(!browser)('artifacts and notes', () => {
  it('The artifacts page shows whole tables, pictures in their own size, and Markdown with tasks and pictures, and the address names the file', async () => {
    const succeededTrial = (await loadTrials()).find(({ phase }) => phase === 'succeeded')!

    const page = await departments.open(`/p/default/runs/${succeededTrial.number}/artifacts`)
    await page
      .getByRole('treeitem', { name: /scores\.csv/ })
      .or(page.getByRole('link', { name: /scores\.csv/ }))
      .or(page.getByRole('button', { name: /scores\.csv/ }))
      .first()
      .click()
    await page.waitForURL(/file=scores\.csv/)
    await expect.poll(async () => await page.getByRole('cell', { name: /^c\d+$/ }).count()).toBe(60)

    await page.goto(`${departments.server.url}/p/default/runs/${succeededTrial.number}/artifacts?file=report.md`)
    await page.getByRole('listitem').filter({ hasText: 'trained' }).getByRole('checkbox', { checked: true }).waitFor()

    const picture = page.getByRole('img', { name: 'curve' })
    await expect
      .poll(async () => await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
      .toBe(160)
    await page.getByText('[gone]').waitFor()

    await page.goto(
      `${departments.server.url}/p/default/runs/${succeededTrial.number}/artifacts?file=plots%2Fcurve.svg`,
    )
    const own = page.locator('main img, .preview img').last()
    await expect.poll(async () => (await own.boundingBox())?.width).toBeLessThan(200)
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('A note is drawn as Markdown', async () => {
    const succeededTrial = (await loadTrials()).find(({ phase }) => phase === 'succeeded')!
    await departments.server.call('PATCH', `/runs/${succeededTrial.number}`, {
      note: '# 結論\n- lr 0.13 が最良\n- **次は** 0.2 まで広げる',
    })
    const page = await departments.open(`/p/default/runs/${succeededTrial.number}`)
    await page.getByRole('heading', { name: '結論' }).waitFor()
    expect(await page.getByRole('listitem').filter({ hasText: 'lr 0.13 が最良' }).count()).toBe(1)
    await page.close()
  })
})

describe.skipIf(!browser)('a new run', () => {
  it('The editor keeps its text over a reload, and a start with mistakes says how many there are and where', async () => {
    const page = await departments.open('/p/default/new')
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
