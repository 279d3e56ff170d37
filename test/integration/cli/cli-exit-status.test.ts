import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createCliFolder } from '../../support/cli.ts'
import type { CliResult, CliFolder } from '../../support/cli.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts')

let server: TestServer
let work: CliFolder
const hagane = (...args: string[]): Promise<CliResult> => work.hagane(...args)

const group = (cmd: string): string =>
  `version: 1\nkind: group\nhptuning: {grid_search: {}, matrix: {x: {values: [1, 2]}}}\nrun: {cmd: "${cmd}"}\n`

beforeAll(async () => {
  server = await startTestServer()
  work = createCliFolder(server)
  for (const [name, cmd] of [
    ['ok', 'true'],
    ['fails', 'exit 3'],
    ['sleeps', 'sleep 300'],
  ]) {
    work.write(`${name}.yml`, `version: 1\nkind: experiment\nrun: {cmd: "${cmd}"}\n`)
    work.write(`${name}-group.yml`, group(cmd!))
  }

  expect((await hagane('run', 'ok.yml', '--wait')).status).toBe(0)
  expect((await hagane('run', 'ok-group.yml', '--wait')).status).toBe(0)
})
afterAll(async () => {
  work[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

describe('the exit status', () => {
  it.each<[number, string, string]>([
    [2, 'nosuch', 'there is no command nosuch'],
    [2, 'ls --nosuch', 'there is no option --nosuch'],
    [2, 'ls --sweeps -q phase=failed', '--sweeps'],
    [2, 'ls --sweeps --sort number', '--sweeps'],
    [2, 'ls -n 0', '--limit'],
    [2, 'ls --phase nosuch', 'nosuch'],
    [2, 'ls --sort nosuch', 'nosuch'],
    [4, 'ls --view nosuch', 'nosuch'],
    [4, 'ls --project nosuch', 'nosuch'],
    [4, 'ls --sweep 1', '1'],
    [4, 'show 999', '999'],
    [4, 'logs 999', '999'],
    [4, 'logs 1 --attempt 9', 'attempt 9'],
    [2, 'logs 1 --attempt x', '--attempt'],
    [2, 'logs 1 --tail -5', '--tail'],
    [4, 'metrics 1 nosuch', 'nosuch'],
    [4, 'events --run 999', '999'],
    [2, 'events -n x', '--limit'],
    [2, 'stop', 'numbers'],
    [4, 'stop 999', '999'],
    [1, 'pause 1', 'ended'],
    [4, 'resume 999', '999'],
    [2, 'update 1', 'nothing'],
    [4, 'artifacts 1 nosuch', 'nosuch'],
    [1, 'code 1 --to ok.yml/x', 'not a folder'],
    [2, 'sweep add 2 -P x', 'NAME=VALUE'],
    [2, 'restart 1 -P x', 'NAME=VALUE'],
    [2, 'restart 1 -f nosuch.yml', 'nosuch.yml'],
    [2, 'sweep simulate ok.yml', 'experiment'],
    [2, 'check nosuch.yml', 'nosuch.yml'],
    [2, 'run nosuch.yml', 'nosuch.yml'],
    [2, 'run ok.yml -P x', 'NAME=VALUE'],
    [0, 'check ok.yml', ''],
    [0, 'check ok.yml fails.yml', ''],
    [2, 'project delete nosuch', '--yes'],
    [4, 'project delete nosuch --yes', 'nosuch'],
    [4, 'sync /nowhere', '/nowhere does not exist'],
    [1, 'backup .', 'not empty'],
    [1, 'restore nosuch', 'not a backup'],
    [5, 'login --host http://127.0.0.1:1 -t x', 'no server answers'],
    [6, 'login --host SERVER -t x', 'token'],
    [2, 'up --host 0.0.0.0', '0.0.0.0'],
    [2, 'up --port 99999', '--port'],
    [2, 'up --database mysql://x', '--database'],
    [1, 'up --data DATA --database postgres://127.0.0.1:1/x', 'no database answers at 127.0.0.1:1'],
    [1, 'up --data ok.yml', 'ok.yml'],
  ])('The exit status is %i after: hagane %s', async (status, line, said) => {
    const args = line
      .split(' ')
      .map((word) => (word === 'SERVER' ? server.url : word === 'DATA' ? join(work.folder, 'data') : word))
    const result = await hagane(...args)
    expect([result.status, result.stderr]).toEqual([status, expect.stringContaining(said)])
    expect(result.stderr).not.toMatch(/\n\s+at |\b(ENOTDIR|EISDIR|ECONNREFUSED|ENOSPC|EADDRINUSE)\b|undefined/)
  })

  it('A wrong setting, an absent server and a wrong token each have their own exit status', async () => {
    expect(await work.haganeWith({ env: { HAGANE_CONCURRENCY: 'four' } }, 'up')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('HAGANE_CONCURRENCY'),
    })
    expect(await work.haganeWith({ env: { HAGANE_HOST: 'http://127.0.0.1:1' } }, 'run', 'ok.yml')).toMatchObject({
      status: 5,
    })
    expect(await work.haganeWith({ env: { HAGANE_TOKEN: 'wrong' } }, 'run', 'ok.yml')).toMatchObject({ status: 6 })
  })

  it.each(['fails.yml', 'fails-group.yml'])('The exit status is 1 after a wait for %s, which fails', async (file) => {
    expect((await hagane('run', file, '--wait')).status).toBe(1)
  })

  it.each(['sleeps.yml', 'sleeps-group.yml'])(
    'The exit status is 1 after a wait for %s, which is stopped',
    async (file) => {
      const waiting = hagane('run', file, '--wait', '--name', file)
      let number = 0
      await waitUntil(async () => {
        const list = (await hagane('ls', ...(file.includes('group') ? ['--sweeps'] : []), '--json')).json as {
          name: string
          number: number
          phase: string
        }[]
        number = list.find(({ name, phase }) => name === file && phase === 'running')?.number ?? 0
        return number > 0
      })

      expect((await hagane('stop', String(number))).status).toBe(0)
      expect((await waiting).status).toBe(1)
    },
  )

  const env = (): NodeJS.ProcessEnv => ({
    HOME: work.folder,
    PATH: process.env['PATH'],
    HAGANE_DATA: server.dataDir,
    HAGANE_HOST: server.url,
    LANG: 'C',
  })

  /** Returns the exit status of a command whose output pipes are closed before it prints. */
  async function runUnread(...args: string[]): Promise<number | null> {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: work.folder,
      env: env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    child.stderr.destroy()
    return await new Promise((resolve) => child.once('exit', resolve))
  }

  it.each<[number, string]>([
    [0, 'ls'],
    [0, 'ls --csv'],
    [0, 'events'],
    [0, 'show 1'],
    [4, 'show 999'],
    [2, 'nosuch'],
    [1, 'run fails.yml --wait'],
    [0, 'run ok.yml --wait'],
  ])('The exit status is %i even if nobody reads the output: hagane %s', async (status, line) => {
    expect(await runUnread(...line.split(' '))).toBe(status)
  })

  it('A command whose output goes to a full disk ends with status 1 and says so', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `'${process.execPath}' '${MAIN}' ls > /dev/full`], {
      cwd: work.folder,
      env: env(),
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([1, 'no room is left on the disk for the output: free some space and try again\n'])
  })

  it('A command ends with status 5 if the server is not Hagane, whatever it answers', async () => {
    const file = join(work.folder, 'foreign.mjs')
    writeFileSync(
      file,
      `import { createServer } from 'node:http'
const [status, body] = process.argv.slice(2)
const server = createServer((_, response) => response.writeHead(Number(status)).end(body)).listen(0, '127.0.0.1', () => console.log(server.address().port))`,
    )

    for (const [status, body] of [
      ['200', '<html>'],
      ['404', '<html>'],
      ['500', '{}'],
      ['401', 'null'],
    ]) {
      const child = spawn(process.execPath, [file, status!, body!], { stdio: ['ignore', 'pipe', 'inherit'] })
      const port = await new Promise<string>((resolve) =>
        child.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
      )
      const result = await work.haganeWith({ env: { HAGANE_HOST: `http://127.0.0.1:${port}` } }, 'ls')
      child.kill()
      expect([status, result.status, result.stderr]).toEqual([status, 5, expect.stringContaining('not Hagane')])
    }
  })
})
