import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { TestServer } from './server.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** How a command of the CLI ended and what it printed. */
export interface CliResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /**
   * The parsed output of a command with `--json` that printed exactly one line; otherwise undefined. The type `never`
   * lets tests use any field without a cast.
   */
  readonly json: never
}

/** A working folder, with a home directory of its own, in which commands of the CLI run. */
export interface CliFolder extends Disposable {
  readonly folder: string
  /** Runs a command of the CLI in the folder. */
  hagane(...args: string[]): Promise<CliResult>
  /**
   * Runs a command with additional variables of the process environment, standard input or another working directory.
   */
  haganeWith(options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string }, ...args: string[]): Promise<CliResult>
  /** Writes a file below the folder and returns `name`. */
  write(name: string, text: string): string
}

/** Creates a working folder and a home directory. Commands in the folder use this server. Disposal removes both. */
export function createCliFolder(server: Pick<TestServer, 'url' | 'dataDir'>): CliFolder {
  const home = mkdtempSync(join(tmpdir(), 'hagane-work-'))
  const folder = join(home, 'work')
  mkdirSync(folder)
  const base = {
    HOME: home,
    PATH: process.env['PATH'],
    HAGANE_DATA: server.dataDir,
    HAGANE_HOST: server.url,
    LANG: 'C',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  }

  const haganeWith: CliFolder['haganeWith'] = async ({ env, input = '', cwd = folder }, ...args) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...base, ...env } })
    child.stdin.end(input)
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve))

    const lines = stdout.trim().split('\n')
    return {
      status,
      stdout,
      stderr,
      json: (args.includes('--json') && lines.length === 1 && lines[0] ? JSON.parse(lines[0]) : undefined) as never,
    }
  }

  return {
    folder,
    haganeWith,
    hagane: (...args) => haganeWith({}, ...args),
    write: (name, text) => {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      return name
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  }
}
