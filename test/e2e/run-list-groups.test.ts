import { describe, expect, it } from 'vitest'

import { runsTable } from '../support/dashboard.ts'
import { SEEDED, useDepartments } from '../support/departments.ts'

const departments = await useDepartments()
const { browser } = departments
const loadTrials = () => departments.loadTrials(departments.data.sweep.number)

describe.skipIf(!browser)('the run list', () => {
  it.each([
    ['a filter without a hit', '/p/seeds/runs?q=m.loss.max%20%3E%2099'],
    ['an empty trash', '/p/many/runs?trash=1'],
  ])('The run list shows without scrolling that nothing matches: %s', async (_, path) => {
    const page = await departments.open(path)

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
    const page = await departments.open('/p/seeds/runs?group=p.a22')
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
    const page = await departments.open('/p/seeds/runs')
    await page.getByRole('button', { name: 'Group' }).click()
    await page.getByRole('button', { name: 'All but seed' }).click()
    await page.waitForURL((url) => url.searchParams.get('group') === 'p.a22')
    expect(page.errors).toEqual([])
    await page.close()
  })

  it('The run list selects a range with Shift, and Back restores the scroll position', async () => {
    const page = await departments.open('/p/seeds/runs', { height: 400 })

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
    const page = await departments.open(`/p/default/runs?q=sweep%20%3D%20${departments.data.sweep.number}`)
    const all = (await loadTrials()).map(({ number }) => number)
    const name = runsTable(page).getByRole('link', { name: `departments #${all[0]}`, exact: true })
    await name.waitFor()
    expect(await name.evaluate((link) => link.scrollWidth <= link.clientWidth)).toBe(true)
    await page.close()
  })

  it.each([641, 720, 768, 820, 900])(
    'The run list does not scroll sideways at %i pixels, and the bar of the dashboard stays visible',
    async (width) => {
      const page = await departments.open('/p/default/runs', { width })
      await runsTable(page).getByRole('row').nth(2).waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)

      const settings = (await page.getByRole('link', { name: 'Settings' }).boundingBox())!
      expect(settings.x + settings.width).toBeLessThanOrEqual(width)
      await page.close()
    },
  )

  it('Charts are no wider than their columns, whose widths may end in half a pixel', async () => {
    const page = await departments.open(`/p/many/runs/${departments.data.manyMetrics}/charts`, { width: 888 })
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
    const page = await departments.open(path)
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
    const ended = (await loadTrials()).filter(({ phase }) => phase === 'succeeded').map((run) => run.number)
    const page = await departments.open(`/p/default/compare?runs=${ended.join(',')}`, { width: 390, height: 844 })
    await page.locator('[data-difference]').first().waitFor()

    const isCut = '({ parentElement: cell }) => cell.scrollWidth > cell.clientWidth'
    expect(await page.evaluate(`[...document.querySelectorAll('[data-difference]')].filter(${isCut}).length`)).toBe(0)
    await page.close()
  })
})

describe.skipIf(!browser)('a comparison', () => {
  it('A comparison names each of many runs in a head that stays visible, and says how many are left out', async () => {
    const numbers = Array.from({ length: SEEDED }, (_, i) => departments.data.first + i)
    const page = await departments.open(`/p/seeds/compare?runs=${numbers.join(',')}`)
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
    const page = await departments.open(
      `/p/seeds/compare?runs=${[0, 1, 2, 3, 4, 5].map((i) => departments.data.first + i).join(',')}`,
    )
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
    const before = (await loadTrials()).length
    const page = await departments.open(`/p/default/runs?q=sweep%20%3D%20${departments.data.sweep.number}`)
    await runsTable(page).getByRole('row').nth(2).waitFor()

    await page.getByRole('checkbox', { name: 'Select the first 50' }).check()
    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Run again' }).click()
    const dialog = page.getByRole('dialog')
    await dialog
      .getByText(new RegExp(`\\b${departments.data.sweep.trials}\\b`))
      .first()
      .waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    await page.goto(`${departments.server.url}/p/default/sweeps/${departments.data.sweep.number}`)
    await page.getByRole('button', { name: 'Run again', exact: true }).click()
    await dialog.getByText(`${departments.data.sweep.trials} trials, 4 at once`).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    await page.getByRole('button', { name: 'Run 3 failed again' }).click()
    await dialog.getByText('Each of the 3 failed trials').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    const succeededTrial = (await loadTrials()).find(({ phase }) => phase === 'succeeded')!
    await page.goto(`${departments.server.url}/p/default/runs/${succeededTrial.number}`)
    await page.getByRole('button', { name: 'Resume' }).click()
    await dialog.getByText(`Start a new run that goes on from #${succeededTrial.number}?`).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    expect((await departments.server.call<{ total: number }>('GET', '/runs/counts?project=default')).body.total).toBe(
      before,
    )
    await page.close()
  })
})

describe.skipIf(!browser)('a move of many runs', () => {
  it('A move of all matching runs asks first', async () => {
    const page = await departments.open('/p/seeds/runs?q=m.loss.last%20%3E%203')
    await runsTable(page).getByRole('row').nth(2).waitFor()

    const total = (
      await departments.server.call<{ total: number }>('GET', '/runs/counts?project=seeds&filter=m.loss.last%20%3E%203')
    ).body.total

    await runsTable(page).getByRole('checkbox').nth(1).check()
    await page.getByRole('button', { name: `or all ${total}` }).click()

    await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Move' }).click()
    await page.getByRole('button', { name: 'many', exact: true }).click()

    await page.getByRole('dialog').getByText(`Move ${total} runs to many?`).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect((await departments.server.call<{ total: number }>('GET', '/runs/counts?project=seeds')).body.total).toBe(
      SEEDED,
    )
    await page.close()
  })
})
