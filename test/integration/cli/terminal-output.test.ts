import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { textWidth } from '../../../src/cli/format-table.ts'
import { createCliFolder } from '../../support/cli.ts'
import type { CliFolder } from '../../support/cli.ts'
import { findPython, startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts')
/**
 * Text with a title sequence, a colour, an 8-bit control sequence, a carriage return, a line feed, a tab and a
 * right-to-left override.
 */
const HOSTILE = '\u001b]0;title\u0007\u001b[31mred\u009b2J\r\n\t\u202egnp.exe'
/** Characters that control a terminal or the direction of text. */
const CONTROL_CHARACTERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

let server: TestServer
let work: CliFolder
let run: number
let sweep: number

beforeAll(async () => {
  server = await startTestServer()
  work = createCliFolder(server)

  const odd = join(work.folder, 'dir\u001b]0;title\u0007')
  mkdirSync(odd)
  const text = `version: 1\nkind: experiment\nparams: {p: ${JSON.stringify(HOSTILE)}}\nrun: {cmd: 'exit 3'}\n`
  run = await submit(text, odd)
  const axis = JSON.stringify(`a${HOSTILE}`)
  sweep = await submit(
    `version: 1\nkind: group\nhptuning: {grid_search: {}, metric: {name: ${JSON.stringify(`m${HOSTILE}`)}, optimization: maximize}, matrix: {x: {values: [${axis}]}}}\nrun: {cmd: 'echo {{ x }}'}\n`,
    odd,
  )

  await server.call('PATCH', `/runs/${run}`, { note: HOSTILE, tags: [HOSTILE] })
  await waitUntil(async () => (await server.call<{ phase: string }>('GET', `/sweeps/${sweep}`)).body.phase === 'done')
  await server.call('POST', '/projects', { name: 'other', description: HOSTILE })
  await server.call('PUT', `/projects/default/metrics/${encodeURIComponent(`m${HOSTILE}`)}`, { direction: 'minimize' })

  work.write(
    'keys.yml',
    `version: 1\nkind: experiment\n"k\\e[31m": 1\n"run\\e[31m": 2\nrun: {cmd: "echo {{ nobody\\e[31m }}"}\n`,
  )
  work.write('run.yml', 'version: 1\nkind: experiment\nrun: {cmd: "true"}\n')
})
afterAll(async () => {
  work[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

async function submit(text: string, workDir: string): Promise<number> {
  const host = {
    workDir,
    python: { executable: findPython(), version: '3\u001b[31m' },
    path: process.env['PATH'] ?? '',
    git: null,
  }
  const body = { id: randomUUID(), sources: [{ file: 'a\u001b[31m.yml', text }], host, name: `n${HOSTILE}` }
  const answer = await server.call<{ number: number }>('POST', '/submissions', body)
  expect([answer.status, answer.body]).toEqual([200, expect.anything()])
  return answer.body.number
}

describe('the output of commands', () => {
  it.each([
    ['ls'],
    ['ls', '--columns', 'name,note,p.p,m.x,tag'],
    ['ls', '--json'],
    ['ls', '--sweeps'],
    ['ls', '--sweep', 'SWEEP'],
    ['ls', '-q', 'p."zz\u001b[31m" = 1'],
    ['ls', '-q', 'name \u001b[31m'],
    ['ls', '--columns', '\u001b[31m'],
    ['ls', '--view', '\u001b[31m'],
    ['ls', '--\u001b[31m'],
    ['\u001b[31m'],
    ['show', 'RUN'],
    ['show', 'SWEEP'],
    ['show', 'x\u001b[31m'],
    ['events'],
    ['metrics', 'RUN'],
    ['metrics', 'RUN', 'x\u001b[31m'],
    ['artifacts', 'RUN', 'x\u001b[31m'],
    ['code', 'RUN'],
    ['project', 'ls'],
    ['project', 'show', 'other'],
    ['project', 'show'],
    ['project', 'show', 'x\u001b[31m'],
    ['sweep', 'insight', 'SWEEP'],
    ['check', '-f', 'keys.yml'],
    ['run', '-f', 'keys.yml'],
    ['run', '-f', 'g\u001b[31m.yml'],
    ['run', '-f', 'run.yml', '-P', '\u001b[31m'],
    ['run', '-f', 'run.yml', '--in-place', '--wait', '--name', 'n\u001b[31m'],
    ['up', '--port', '\u001b[31m'],
    ['upload', '--workdir', '/nowhere\u001b[31m'],
    ['sync', '/nowhere\u001b[31m'],
    ['backup', '/nowhere\u001b[31m/x'],
    ['restore', '/nowhere\u001b[31m'],
    ['login', '--host', 'http://\u001b[31m'],
    ['project', 'delete', '\u001b[31m'],
    ['trash', 'ls'],
  ])('The output has no characters that control a terminal: hagane %s %s %s %s', async (...words) => {
    const args = words
      .filter((word) => word !== undefined)
      .map((word) => (word === 'RUN' ? String(run) : word === 'SWEEP' ? String(sweep) : word))
    const { stdout, stderr } = await work.hagane(...args)
    expect(stdout + stderr).not.toMatch(CONTROL_CHARACTERS)
    expect((stdout + stderr).length).toBeGreaterThan(0)
  })

  it('A list has one line per run, and its JSON contains the values unchanged', async () => {
    const list = (await work.hagane('ls', '--json', '--sort', 'number')).json as { note: string; name: string }[]
    expect(list[0]).toMatchObject({ note: HOSTILE, name: `n${HOSTILE}` })
    expect((await work.hagane('ls')).stdout.trim().split('\n')).toHaveLength(list.length + 1)
  })
})

/** A Python script that runs a command in a pseudo-terminal of a given width and prints its output. */
const PTY = `
import fcntl, os, pty, struct, sys, termios
pid, master = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, int(sys.argv[1]), 0, 0))
while True:
    try:
        data = os.read(master, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
os.waitpid(pid, 0)
`

/** Returns the lines that a command prints in a terminal of this width, without colours. */
async function runInTerminal(columns: number, ...args: string[]): Promise<string[]> {
  const env = {
    HOME: work.folder,
    PATH: process.env['PATH'],
    HAGANE_DATA: server.dataDir,
    HAGANE_HOST: server.url,
    LANG: 'C',
    TERM: 'xterm',
  }
  const child = spawn(findPython(), ['-c', PTY, String(columns), process.execPath, MAIN, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await new Promise((resolve) => child.once('close', resolve))

  return text
    .replace(/\u001b\[\d+m/g, '')
    .trimEnd()
    .split('\r\n')
}

describe('a list in a terminal', () => {
  it.each([60, 100])('A list fits into a terminal of %i columns although one run is very wide', async (columns) => {
    const options = Array.from({ length: 60 }, (_, index) => `option_name_${index}: ${index / 1000}`).join(', ')
    await server.submit(
      `version: 1\nkind: experiment\nparams: {${options}, 説明: "${'とても長い説明'.repeat(20)}\\n二行目"}\nrun: {cmd: "true"}\n`,
      work.folder,
    )

    const lines = await runInTerminal(columns, 'ls')
    expect(lines.length).toBeGreaterThan(3)
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns)
    expect(lines.some((line) => line.includes('…'))).toBe(true)
    expect(lines.join('\n')).not.toMatch(CONTROL_CHARACTERS)
  })
})
