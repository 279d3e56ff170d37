import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it } from 'vitest'

import { createCliFolder } from '../../support/cli.ts'
import type { CliResult, CliFolder } from '../../support/cli.ts'
import { startTestServer } from '../../support/server.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** A clone of the project, as a person has it. */
interface Clone extends Disposable {
  readonly folder: string
  hagane(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }>
  bundles(): string[]
}

/** Copies this clone and gives it a home directory of its own. The installed packages are shared. */
function copyClone(): Clone {
  const home = mkdtempSync(join(tmpdir(), 'hagane-clone-'))
  const folder = join(home, 'clone')
  mkdirSync(folder)
  for (const name of ['src', 'bin', 'scripts', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, preserveTimestamps: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))

  const hagane: Clone['hagane'] = async (...args) => {
    const child = spawn(process.execPath, [join(folder, 'bin/hagane.mjs'), ...args], {
      env: { HOME: home, PATH: process.env['PATH'], LANG: 'C' },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    return { status: await new Promise((resolve) => child.once('close', resolve)), stdout, stderr }
  }

  return {
    folder,
    hagane,
    bundles: () => readdirSync(join(folder, '.bundle')).sort(),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  }
}

/** Replaces a text of the help by one of the same length, and keeps the times of its file. */
function edit(folder: string, from: string, to: string): void {
  const file = join(folder, 'src/contract/messages/help.ts')
  const { atime, mtime } = statSync(file)
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to))
  utimesSync(file, atime, mtime)
}

describe('the command line of a clone', () => {
  it('A clone runs from a bundle and detects an edit that keeps the size and the time of a file', async () => {
    using clone = copyClone()
    expect((await clone.hagane('--help')).stdout).toContain('Runs machine-learning')
    const first = clone.bundles()
    expect(first).toHaveLength(1)
    expect((await clone.hagane('--help')).stdout).toContain('Runs machine-learning')
    expect(clone.bundles()).toEqual(first)

    edit(clone.folder, 'Runs machine-learning', 'Runs MACHINE-learning')
    expect((await clone.hagane('--help')).stdout).toContain('Runs MACHINE-learning')
    edit(clone.folder, 'Runs MACHINE-learning', 'Runs machine-learning')
    expect((await clone.hagane('--help')).stdout).toContain('Runs machine-learning')
  })

  it('Commands that start at once make one bundle of the same sources', async () => {
    using clone = copyClone()
    const results = await Promise.all(Array.from({ length: 4 }, () => clone.hagane('--version')))
    expect(results.map(({ status, stdout, stderr }) => [status, stdout, stderr])).toEqual(
      Array.from({ length: 4 }, () => [0, '0.1.0\n', '']),
    )
    expect(clone.bundles()).toHaveLength(1)
  })

  it('A clone runs its sources where no bundle can be written', async () => {
    using clone = copyClone()
    writeFileSync(join(clone.folder, '.bundle'), '')
    const { status, stdout, stderr } = await clone.hagane('--version')
    expect([status, stdout, stderr]).toEqual([0, '0.1.0\n', ''])
  })

  it('The oldest bundles are removed, but none that a server runs from', async () => {
    using clone = copyClone()

    const make = (name: string, pid: number, day: number): void => {
      const folder = join(clone.folder, '.bundle', name)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, `${pid}.server`), '')
      utimesSync(folder, new Date(2020, 0, day), new Date(2020, 0, day))
    }

    make('served', process.pid, 1)
    // No process has this pid, which is above the maximum of Linux.
    make('left', 2 ** 22 + 1, 2)
    for (let count = 0; count < 9; count++) make(`later-${count}`, 2 ** 22 + 1, 3 + count)

    expect((await clone.hagane('--version')).status).toBe(0)

    const left = clone.bundles()
    expect(left).toHaveLength(11)
    expect(left).toContain('served')
    expect(existsSync(join(clone.folder, '.bundle', 'left'))).toBe(false)
  })
})

interface Place extends AsyncDisposable {
  readonly dataDir: string
  readonly hagane: CliFolder['hagane']
  run(name: string): Promise<CliResult>
  names(): Promise<string[]>
}

/** Creates a working folder and a data directory that has no server. */
function openPlace(): Place {
  const dataDir = mkdtempSync(join(tmpdir(), 'hagane-data-'))
  const work: CliFolder = createCliFolder({ dataDir, url: '' })
  work.write('run.yml', 'version: 1\nkind: experiment\nrun: {cmd: echo hi}\n')

  return {
    dataDir,
    hagane: work.hagane,
    run: (name) => work.hagane('run', '-f', 'run.yml', '--in-place', '--name', name),
    names: async () => ((await work.hagane('ls', '--json')).json as { name: string }[]).map((run) => run.name).sort(),
    [Symbol.asyncDispose]: async () => {
      await work.hagane('down')
      work[Symbol.dispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

describe('a command that needs a server', () => {
  it('Commands that start at the same moment start one server', async () => {
    await using place = openPlace()
    const names = ['a', 'b', 'c', 'd', 'e']
    const results = await Promise.all(names.map((name) => place.run(name)))
    expect(results.map(({ status, stderr }) => [status, stderr.includes('did not')])).toEqual(
      names.map(() => [0, false]),
    )
    expect(results.filter(({ stderr }) => stderr.includes('started a server'))).toHaveLength(1)
    expect(await place.names()).toEqual(names)
  })

  it('`hagane up --detach --data` starts a server of that folder, at a free port for port 0', async () => {
    await using place = openPlace()
    const dataDir = join(place.dataDir, 'own')
    const { status, stderr } = await place.hagane('up', '--detach', '--data', dataDir, '--port', '0')

    const { url } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { url: string }
    const token = readFileSync(join(dataDir, 'token'), 'utf8')
    expect([status, stderr]).toEqual([0, expect.stringContaining(dataDir)])
    expect(url).not.toMatch(/:0$/)
    const stop = { method: 'POST', headers: { authorization: `Bearer ${token}` } }
    expect((await fetch(`${url}/api/v1/shutdown`, stop)).status).toBe(200)
  })

  it('`hagane up` says which version wrote a database that is newer than this program', async () => {
    await using place = openPlace()
    const database = new DatabaseSync(join(place.dataDir, 'hagane.db'))
    database.exec('create table schema_version (version integer not null); insert into schema_version values (999)')
    database.close()

    const { status, stderr } = await place.hagane('up')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/999.*\d+/)])
    expect(stderr).not.toContain('schema 999 is newer than')
  })

  it('A command waits while another process locks the data directory, and then starts a server', async () => {
    await using place = openPlace()
    const holder = new DatabaseSync(join(place.dataDir, 'lock.db'))
    holder.exec('pragma journal_mode = delete; begin exclusive')
    const waiting = place.run('a')
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    holder.close()
    expect(await waiting).toMatchObject({ status: 0 })
    expect(await place.names()).toEqual(['a'])
  })

  it.each(['a server of another directory', 'nobody'])(
    'A command ignores the state file of an earlier server when %s answers at its address',
    async (who) => {
      await using place = openPlace()
      await using other = await startTestServer()

      if (who === 'nobody') await other.kill()
      // The pid of a running process, and a token of the form that a data directory has.
      writeFileSync(
        join(place.dataDir, 'server.json'),
        JSON.stringify({ pid: process.pid, url: other.url, version: '0.1.0' }),
      )
      writeFileSync(join(place.dataDir, 'token'), 'hpt_0123')

      expect(await place.run('a')).toMatchObject({ status: 0 })
      expect(await place.names()).toEqual(['a'])
    },
  )
})
