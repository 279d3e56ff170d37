import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { describe, expect, it } from 'vitest'

import { useValley } from '../support/valley.ts'

const valley = await useValley()
const { browser } = valley
const LONG_NAME = '検索'.repeat(100)
const PAGES_AT_ONCE = 5

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

describe.skipIf(!browser)('the frame of all pages', () => {
  const pages = (): [string, string][] => [
    ['home', '/'],
    ['projects', '/projects'],
    ['runs', '/p/default/runs'],
    ['run', `/p/default/runs/${valley.data.sweep + 3}`],
    ['charts', `/p/default/runs/${valley.data.sweep + 3}/charts`],
    ['logs', `/p/default/runs/${valley.data.sweep + 3}/logs`],
    ['artifacts', `/p/default/runs/${valley.data.sweep + 3}/artifacts`],
    ['spec', `/p/default/runs/${valley.data.sweep + 3}/spec`],
    ['sweeps', '/p/default/sweeps'],
    ['sweep', `/p/default/sweeps/${valley.data.sweep}`],
    ['trials', `/p/default/sweeps/${valley.data.sweep}/trials`],
    ['space', `/p/default/sweeps/${valley.data.sweep}/space`],
    ['compare', `/p/default/compare?runs=${valley.data.sweep + 3},${valley.data.sweep + 4}`],
    ['edit', `/p/default/new?from=${valley.data.sweep + 3}`],
    ['new', '/p/default/new'],
    ['settings', '/settings'],
    ['health', '/health'],
    ['nowhere', '/nowhere'],
  ]

  it('A sign-in code works once, and the dashboard shows nothing without a sign-in', async () => {
    const context = await browser!.newContext()
    const page = await context.newPage()
    await page.goto(`${valley.server.url}/p/default/runs`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()

    const { body } = await valley.server.call<{ code: string }>('POST', '/session/codes')
    const address = `${valley.server.url}/sign-in#code=${body.code}`
    await page.goto(address)
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    expect(page.url()).toBe(`${valley.server.url}/`)

    const other = await (await browser!.newContext()).newPage()
    await other.goto(address)
    await other.getByText('That link has been used or is too old').waitFor()
    await other.getByLabel('Token').fill(valley.server.readToken())
    await other.getByRole('button', { name: 'Sign in' }).click()
    await other.getByRole('heading', { name: 'Home' }).waitFor()

    const cookies = await context.cookies()
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }])
    await context.close()
    await other.context().close()
  })

  it.each(['loading', 'failing'] as const)(
    'Every page shows the state of its requests: %s',
    async (requestState) => {
      const pagesUnderTest = pages().filter(([one]) =>
        ['projects', 'runs', 'run', 'sweep', 'compare', 'edit', 'health'].includes(one),
      )
      await visitEach(pagesUnderTest, async (name, path) => {
        const page = await valley.open('/settings')
        await page.route('**/api/v1/**', async (route) => {
          if (requestState === 'failing')
            await route.fulfill({
              status: 503,
              contentType: 'application/json',
              body: '{"error":{"code":"unavailable","message":"the disk is full","args":{}}}',
            })
        })

        await page.goto(valley.server.url + path)
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
    const page = await valley.open('/settings')
    let isSlow = true
    await page.route('**/api/v1/sweeps/**', async (route) => {
      if (!isSlow) await route.continue()
    })

    await page.clock.install()
    await page.goto(`${valley.server.url}/p/default/sweeps/${valley.data.sweep}`)
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

  it('No page scrolls sideways on a phone', async () => {
    await valley.server.call('PATCH', `/runs/${valley.data.sweep + 3}`, { name: LONG_NAME })
    const widePages: [string, number][] = []
    const extraPages = [
      ['sweep settings', `/p/default/sweeps/${valley.data.sweep}/settings`],
      ['system', `/p/default/runs/${valley.data.sweep + 3}/system`],
    ] as const

    await visitEach([...pages(), ...extraPages], async (name, path) => {
      const page = await valley.open(path, { width: 390, height: 844, language: 'ja' })
      await page.waitForLoadState('networkidle').catch(() => {})
      await page.waitForTimeout(300)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      if (width > 390) widePages.push([name, width])
      await page.close()
    })
    expect(widePages).toEqual([])
  })

  it('The dashboard shows that it is not live while the server is away, and reconnects by itself', async () => {
    const page = await valley.open('/')
    await page.getByRole('heading', { name: 'Home' }).waitFor()

    await valley.server.kill()
    await page.getByText(/^Not live since/).waitFor()

    await valley.server.start()
    await page.getByText(/^Not live since/).waitFor({ state: 'detached' })
    const number = await valley.submitSlow('after')
    await page.getByRole('link', { name: 'after' }).first().waitFor()
    await valley.server.call('POST', `/runs/${number}/stop`)
    await page.close()
  })

  it('The dashboard works while the browser reports no network, and reports at once an action that fails', async () => {
    const page = await valley.open('/p/default/sweeps')

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
    const page = await valley.open('/p/default/runs')
    const boxes = page.getByRole('checkbox', { name: /^Select / })
    await boxes.nth(1).check()
    await boxes.nth(2).check()
    await page.keyboard.press('c')
    await page.waitForURL(/\/compare\?runs=/)
    await page.close()
  })

  it('The palette opens a page, and Enter does nothing while a word is being composed', async () => {
    const page = await valley.open('/')
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    await page.keyboard.press('Control+k')

    const palette = page.getByRole('combobox', { name: 'Search or command' })
    await palette.fill('hea')
    await page.getByRole('option', { name: /Health/ }).waitFor()

    await palette.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })
    expect(page.url()).toBe(`${valley.server.url}/`)

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
    await valley.server.call('PATCH', `/runs/${valley.data.sweep + 3}`, { name: LONG_NAME })

    const findings: string[] = []
    await visitEach(pages(), async (name, path) => {
      const page = await valley.open(path, { language, theme })
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
