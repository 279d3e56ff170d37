import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'

import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'

import type { TestServer } from './server.ts'

const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const NPM_CHROMIUM = join(import.meta.dirname, '../../node_modules/@sparticuz/chromium/bin')
const VERSION = (JSON.parse(readFileSync(join(NPM_CHROMIUM, '../package.json'), 'utf8')) as { version: string }).version

/**
 * Starts the Chromium of the system. Without one, starts the Chromium from npm, which is unpacked once into the
 * temporary folder together with libraries that a bare machine lacks. If it does not start, prints the reason to
 * standard error and returns undefined.
 */
export async function launchBrowser(): Promise<Browser | undefined> {
  const systemPath = SYSTEM_BROWSERS.find((path) => existsSync(path))
  const { path, libraries } = systemPath === undefined ? unpack() : { path: systemPath, libraries: '' }

  try {
    return await chromium.launch({
      executablePath: path,
      args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--force-device-scale-factor=1'],
      env: { ...process.env, ...(libraries !== '' && { LD_LIBRARY_PATH: libraries }) },
    })
  } catch (error) {
    process.stderr.write(`no Chromium starts here: ${(error as Error).message.split('\n')[0]}\n`)
    return undefined
  }
}

/**
 * Unpacks the Chromium from npm, unless this was done before. Returns the path of the
 * program and of the folder with its libraries. Unpacks into a new folder and renames
 * the folder at the end, because another process may be unpacking at the same time.
 */
function unpack(): { path: string; libraries: string } {
  const folder = join(tmpdir(), `hagane-chromium-${VERSION}-${process.getuid?.() ?? 0}`)
  if (!existsSync(folder)) {
    const temporaryFolder = `${folder}.${process.pid}`
    mkdirSync(temporaryFolder, { recursive: true })
    writeFileSync(
      join(temporaryFolder, 'chromium'),
      brotliDecompressSync(readFileSync(join(NPM_CHROMIUM, 'chromium.br'))),
      {
        mode: 0o700,
      },
    )
    for (const pack of ['al2023', 'swiftshader', 'fonts']) {
      const tar = spawnSync('tar', ['-x', '-C', temporaryFolder], {
        input: brotliDecompressSync(readFileSync(join(NPM_CHROMIUM, `${pack}.tar.br`))),
      })
      if (tar.status !== 0) throw new Error(`tar: ${String(tar.stderr)}`)
    }
    try {
      renameSync(temporaryFolder, folder)
    } catch {
      rmSync(temporaryFolder, { recursive: true, force: true })
    }
  }

  return { path: join(folder, 'chromium'), libraries: join(folder, 'lib') }
}

/** How a page is displayed. Sizes are in pixels. */
export interface PageOptions {
  readonly language?: 'en' | 'ja'
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
  readonly timeZone?: string
}

/**
 * Opens a page that is signed in to a server. Defaults: English, light, 1440 × 900, Asia/Tokyo. The page's `errors`
 * collects uncaught errors and the errors of its console, except those about status 401.
 */
export async function openPage(
  browser: Browser,
  server: TestServer,
  path: string,
  options: PageOptions = {},
): Promise<Page & { errors: string[]; close(): Promise<void> }> {
  const { language = 'en', theme = 'light', width = 1440, height = 900, timeZone = 'Asia/Tokyo' } = options
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    locale: language === 'ja' ? 'ja-JP' : 'en-US',
    timezoneId: timeZone,
    reducedMotion: 'reduce',
  })
  await context.addInitScript(
    ([chosenLanguage, chosenTheme]) => {
      localStorage.setItem('hagane.language', chosenLanguage!)
      localStorage.setItem('hagane.theme', chosenTheme!)
    },
    [language, theme],
  )

  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on(
    'console',
    (message) => message.type() === 'error' && !message.text().includes('401') && errors.push(message.text()),
  )

  const { body } = await server.call<{ code: string }>('POST', '/session/codes')
  await page.goto(`${server.url}/sign-in#code=${body.code}&to=${encodeURIComponent(path)}`)
  await page.waitForURL(server.url + path)

  return Object.assign(page, { errors, close: async () => await context.close() })
}
