import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'

import { createCli } from '../../src/cli/context.ts'
import { createProgram } from '../../src/cli/program.ts'
import { blocksOf, commandsOf, DOCS, LANGUAGES, PAGES, readPage } from './guide-pages.ts'
import type { Block } from './guide-pages.ts'
import { findFreePort } from '../support/postgres.ts'

const ROOT = join(import.meta.dirname, '../..')
// A page takes seconds on an idle machine, but other tests may keep the machine busy.
const PAGE_TIMEOUT_MS = 300_000

/** Runs the commands of a page in order, as its reader would, with its own home, folder and data directory. */
class GuideRunner implements AsyncDisposable {
  readonly #home = mkdtempSync(join(tmpdir(), 'hagane-guide-'))
  readonly #work = join(this.#home, 'work')
  readonly #state = join(this.#home, 'state.sh')
  readonly #port: number

  constructor(port: number) {
    this.#port = port
    const bin = join(this.#home, 'bin')
    for (const folder of [this.#work, bin]) mkdirSync(folder)
    writeFileSync(
      join(bin, 'hagane'),
      `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'src/cli/main.ts')}' "$@"\n`,
      { mode: 0o755 },
    )
    writeFileSync(this.#state, `export PATH='${bin}':"$PATH"\n`)
  }

  write(name: string, text: string): void {
    const path = join(this.#work, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${text}\n`)
  }

  /**
   * Runs the commands of a block. Exported variables stay set for the next blocks. Returns '' if each command ended
   * with the status that the page gives, else the output, which names the command and its status.
   */
  async run(block: Block): Promise<string> {
    const commands = commandsOf(block)
    const steps = commands.map((command, index) => {
      const status = index === commands.length - 1 ? block.status : 0
      return `${command}\nended=$?; [ $ended = ${status} ] || { echo ${quote(`the status is not ${status}: ${command}`)} "($ended)" >&2; exit 99; }`
    })
    return await this.#bash(`. '${this.#state}'\n${steps.join('\n')}\nexport -p > '${this.#state}'\n`)
  }

  /** Runs a script. Returns '' if its status is 0, else the last part of its output and its status or signal. */
  async #bash(script: string): Promise<string> {
    const options = { cwd: this.#work, env: this.#env(), timeout: 120_000 }
    return await new Promise((resolve) => {
      execFile('/bin/bash', ['-c', script], options, (error, stdout, stderr) =>
        resolve(error ? `${stdout.slice(-2000)}\n${stderr.slice(-2000)}\n${error.signal ?? error.code}` : ''),
      )
    })
  }

  #env(): NodeJS.ProcessEnv {
    const cache = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] }
    const client = { PYTHONPATH: join(ROOT, 'clients/python'), PYTHONDONTWRITEBYTECODE: '1' }
    return {
      HOME: this.#home,
      PATH: process.env['PATH'],
      LANG: 'C',
      HAGANE_PORT: String(this.#port),
      ...cache,
      ...client,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bash(`. '${this.#state}'; hagane down`)
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 })
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

describe('the guide', () => {
  it('The guide has the same pages in both languages', () => {
    expect(readdirSync(join(DOCS, 'ja')).sort()).toEqual(PAGES)
  })

  it.each(PAGES)('%s has the same code, headings and tables in both languages', (page) => {
    const [english, japanese] = LANGUAGES.map((language) =>
      blocksOf(readPage(language, page)).filter((block) => block.language !== 'text' || block.title),
    )

    const withoutLines = (blocks: readonly Block[]) => blocks.map((block) => ({ ...block, line: 0 }))
    expect(withoutLines(japanese!)).toEqual(withoutLines(english!))

    const [first, second] = LANGUAGES.map((language) => shapeOf(readPage(language, page)))
    expect(second).toEqual(first)
  })

  it('Fewer than a fifth of the shell blocks of the guide cannot be run', () => {
    const blocks = PAGES.flatMap((page) => blocksOf(readPage('en', page))).filter((block) => block.language === 'sh')
    expect(blocks.filter((block) => block.isSkipped).length / blocks.length).toBeLessThan(0.2)
  })

  it.each(LANGUAGES)('Every link of the guide in language %s leads to an existing page and heading', (language) => {
    for (const page of PAGES)
      for (const [, target, anchor] of readPage(language, page).matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)) {
        const file = join(DOCS, language, target === '' ? page : target!)
        const text = readFileSync(file, 'utf8')
        const anchors = text.split('\n').flatMap((line) => (/^#+ /.test(line) ? [toAnchor(line)] : []))
        if (anchor !== undefined) expect([page, anchors]).toEqual([page, expect.arrayContaining([anchor])])
      }
  })

  it.concurrent.each(PAGES)(
    'The commands of %s end as the page says',
    async (page) => {
      await using reader = new GuideRunner(await findFreePort())
      for (const block of blocksOf(readPage('en', page))) {
        if (block.title !== undefined) reader.write(block.title, block.text)
        else if (block.language === 'sh' && !block.isSkipped)
          expect([page, block.line, await reader.run(block)]).toEqual([page, block.line, ''])
      }
    },
    PAGE_TIMEOUT_MS,
  )
})

/** Returns the level of each heading and the number of columns of each table row, in the order of the page. */
function shapeOf(text: string): string[] {
  let isCode = false
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('```')) isCode = !isCode
    if (isCode) return []
    if (line.startsWith('| ')) return [`| ${line.replaceAll('\\|', '').split('|').length - 2}`]
    return /^#+ /.exec(line) ? [line.slice(0, line.indexOf(' '))] : []
  })
}

/** Returns the anchor that GitHub makes from a heading. */
function toAnchor(heading: string): string {
  return heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

interface KnownCommand {
  readonly path: string
  readonly options: readonly Option[]
}

function commandsIn(command: Command, path: string): KnownCommand[] {
  const inside = command.commands.flatMap((child) => commandsIn(child, `${path} ${child.name()}`))
  return command.commands.length > 0 ? inside : [{ path, options: command.options }]
}

/** An option of at least this many commands may be described anywhere on the page. */
const COMMON_OPTION_COMMANDS_MIN = 4

describe.each(LANGUAGES)('the reference pages (%s)', (language) => {
  it('commands.md has a row for every command, with each option that few other commands have', () => {
    const commands = commandsIn(createProgram(createCli()), 'hagane')

    const page = readPage(language, 'commands.md')
    const countCommandsWith = (long: string) =>
      commands.filter(({ options }) => options.some((option) => option.long === long)).length

    const missing = commands.flatMap(({ path, options }) => {
      const row = page.split('\n').find((line) => new RegExp(`^\\| \`${path}[ \`]`).test(line))
      if (row === undefined) return [path]
      return options.flatMap(({ long, short, hidden }) => {
        const where = hidden || countCommandsWith(long!) >= COMMON_OPTION_COMMANDS_MIN ? page : row
        return [long!, ...(short ? [`${short}, ${long}`] : [])].every((text) => where.includes(text))
          ? []
          : [`${path} ${long}`]
      })
    })

    expect(missing).toEqual([])
  })

  it('configuration.md names every variable that the server, the commands and the client read, and every variable of a run', () => {
    const files = ['src/config', 'clients/python/hagane', 'src/executors/local'].flatMap((folder) =>
      readdirSync(join(ROOT, folder)).flatMap((name) =>
        /\.(ts|py)$/.test(name) ? [readFileSync(join(ROOT, folder, name), 'utf8')] : [],
      ),
    )

    const names = files.flatMap((text) =>
      [...text.matchAll(/\bHAGANE_[A-Z_]*[A-Z]\b|env(?:\['|\.get\(")([A-Z_]+)/g)].map((match) => match[1] ?? match[0]),
    )

    const page = readPage(language, 'configuration.md')
    expect(names.length).toBeGreaterThan(20)
    expect([...new Set(names)].filter((name) => !page.includes(name))).toEqual([])
  })

  it('language.md names every field of every kind', () => {
    const names = new Set<string>()
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return
      const { properties } = node as { properties?: object }
      for (const name of Object.keys(properties ?? {})) names.add(name)
      for (const child of Object.values(node)) visit(child)
    }

    visit(JSON.parse(readFileSync(join(DOCS, 'hagane.schema.json'), 'utf8')))

    const rows = readPage(language, 'language.md')
      .split('\n')
      .flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].flatMap((match) => match[1]!.split(/\W+/)))

    expect(names.size).toBeGreaterThan(80)
    expect([...names].filter((name) => !rows.includes(name))).toEqual([])
  })
})
