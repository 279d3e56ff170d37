import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { EnvironmentView } from '../../../src/contract/routes/environments.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../src/contract/run.ts'
import { createCliFolder } from '../../support/cli.ts'
import type { CliFolder } from '../../support/cli.ts'
import { waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()
let work: CliFolder

// Writes a module into the environment without a package index. Its first argument is the time it takes in seconds.
const BUILD_SCRIPT = `import sysconfig, os, time, sys
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0.3)
open(os.path.join(sysconfig.get_paths()["purelib"], "made.py"), "w").write("VALUE = " + repr(open("value.txt").read()))
print("made")
`

beforeAll(() => {
  work = createCliFolder(used.server)
  work.write('make.py', BUILD_SCRIPT)
  work.write('value.txt', 'one')
  work.write('unread.txt', 'x')
})
afterAll(() => work[Symbol.dispose]())

const PRINT = `python -c "import made, os, sys; print(made.VALUE, os.environ.get('COLOR'), sys.prefix != sys.base_prefix)"`

function writeExperiment(
  name: string,
  steps: readonly string[],
  { cmd = PRINT, more = '' }: { cmd?: string; more?: string } = {},
): string {
  return work.write(
    name,
    `version: 1\nkind: experiment\nbuild:\n  image: any\n  build_steps: ${JSON.stringify(steps)}\n  env_vars: [[COLOR, red]]\n${more}run:\n  cmd: ${JSON.stringify(cmd)}\n`,
  )
}

async function runFile(file: string): Promise<RunDetailView> {
  const { json, stderr } = await work.hagane('run', '-f', file, '--wait', '--json')
  if (json === undefined) throw new Error(stderr)
  return await used.getRun((json as { number: number }).number)
}

const builds = async (): Promise<RunPageView['runs']> =>
  (await used.server.call<RunPageView>('GET', '/runs?filter=kind=build&sort=number')).body.runs
const environments = async (): Promise<EnvironmentView[]> =>
  (await used.server.call<EnvironmentView[]>('GET', '/environments')).body

describe('an environment', () => {
  it('An environment is built once for runs that need it at the same time, and its packages are recorded', async () => {
    const file = work.write(
      'group.yml',
      `version: 1\nkind: group\nhptuning: {concurrency: 4, matrix: {x: {range: [0, 4, 1]}}}\nbuild: {image: any, build_steps: [python make.py], env_vars: [[COLOR, red]]}\nrun: {cmd: ${JSON.stringify(PRINT)}}\n`,
    )
    const { status, stderr, json } = await work.hagane('run', '-f', file, '--wait', '--json')
    expect(status, stderr).toBe(0)

    const trials = (await used.server.call<RunPageView>('GET', `/runs?sweep=${(json as { number: number }).number}`))
      .body.runs
    for (const trial of trials) expect(await used.readLog(trial.number)).toBe('one red True\n')
    expect(await builds()).toHaveLength(1)

    const [build] = await builds()
    expect(await used.readLog(build!.number)).toContain('+ python make.py\nmade\n')

    const [environment] = await environments()
    expect(environment).toMatchObject({
      state: 'ready',
      build: build!.number,
      packages: expect.arrayContaining([expect.stringMatching(/^pip==/)]),
    })

    const detail = await used.getRun(trials[0]!.number)
    expect(detail.ranOn).toMatchObject({
      environment: environment!.hash,
      imageAsked: 'any',
      python: { executable: expect.stringContaining(environment!.hash) },
    })
  })

  it('A changed file leads to a new environment only if a build step names the file', async () => {
    work.write('unread.txt', 'y')
    expect((await runFile(writeExperiment('same.yml', ['python make.py']))).phase).toBe('succeeded')
    expect(await builds()).toHaveLength(1)

    work.write('value.txt', 'two')
    // The step names make.py, which opens value.txt. Only files that a step names are part of the identity.
    await runFile(writeExperiment('same.yml', ['python make.py']))
    expect(await builds()).toHaveLength(1)

    const named = await runFile(writeExperiment('named.yml', ['python make.py 0 value.txt']))
    expect([await used.readLog(named.number), (await builds()).length]).toEqual(['two red True\n', 2])

    work.write('value.txt', 'three')
    const again = await runFile(writeExperiment('named.yml', ['python make.py 0 value.txt']))
    expect([await used.readLog(again.number), (await builds()).length]).toEqual(['three red True\n', 3])
  })

  it('A failed build fails the runs that wait for it with one sentence, and the next run builds again', async () => {
    const run = await runFile(writeExperiment('broken.yml', ['echo before', 'echo the reason >&2; exit 3']))
    const build = (await builds()).at(-1)!
    expect(run).toMatchObject({
      phase: 'failed',
      reason: 'BuildFailed',
      message: expect.stringContaining(`#${build.number}`),
      attempts: [],
    })
    expect(await used.readLog(build.number)).toContain('the step ended with status 3')

    const count = (await builds()).length
    await runFile(writeExperiment('broken.yml', ['echo before', 'echo the reason >&2; exit 3']))
    expect(await builds()).toHaveLength(count + 1)
  })

  it('A person can stop a build, and the runs that wait for it fail', async () => {
    const file = writeExperiment('slow.yml', ['python make.py 60 value.txt'])
    const { json } = await work.hagane('run', '-f', file, '--json')
    const { number } = json as { number: number }
    await waitUntil(async () => (await builds()).at(-1)!.phase === 'running')

    const waiting = await used.getRun(number)
    const build = (await builds()).at(-1)!
    expect([waiting.phase, waiting.waiting]).toEqual(['queued', `its environment is being built by #${build.number}`])

    await work.hagane('stop', String(build.number))
    await waitUntil(async () => (await used.getRun(number)).phase === 'failed')
    expect((await used.getRun(number)).message).toContain('stopped')
  })

  it('A document of kind build builds an environment, and a run that needs the same finds it ready', async () => {
    const text =
      'version: 1\nkind: build\nimage: any\nbuild_steps: ["python make.py 0 value.txt unread.txt"]\nenv_vars: [[COLOR, red]]\n'
    const build = await runFile(work.write('build.yml', text))
    expect(build).toMatchObject({ kind: 'build', phase: 'succeeded' })

    const count = (await builds()).length
    const run = await runFile(writeExperiment('uses.yml', ['python make.py 0 value.txt unread.txt']))
    expect([run.environment, (await builds()).length]).toEqual([build.environment, count])

    const repeated = await runFile('build.yml')
    expect(await used.readLog(repeated.number)).toContain('there already')

    const empty = await work.hagane('run', '-f', work.write('empty.yml', 'version: 1\nkind: build\nimage: any\n'))
    expect([empty.status, empty.stderr]).toEqual([2, expect.stringContaining('there is nothing to build')])
  })

  it('A document with nocache gets an environment of its own, which the trials of one sweep share', async () => {
    const count = (await builds()).length

    const fresh = (name: string): string =>
      work.write(
        name,
        `version: 1\nkind: experiment\nbuild: {image: any, build_steps: ["python make.py 0 value.txt"], env_vars: [[COLOR, red]], nocache: true}\nrun: {cmd: ${JSON.stringify(PRINT)}}\n`,
      )

    const [first, second] = [await runFile(fresh('fresh.yml')), await runFile(fresh('fresh.yml'))]
    expect([first.phase, second.phase, first.environment === second.environment]).toEqual([
      'succeeded',
      'succeeded',
      false,
    ])

    const group =
      'version: 1\nkind: group\nhptuning: {concurrency: 2, matrix: {x: {values: [1, 2]}}}\nbuild: {image: any, build_steps: ["python make.py 0 value.txt"], nocache: true}\nrun: {cmd: "true"}\n'
    expect((await work.hagane('run', '-f', work.write('fresh-group.yml', group), '--wait')).status).toBe(0)
    expect(await builds()).toHaveLength(count + 3)
  })

  it('An environment that was removed by the command or by hand is built again', async () => {
    const file = writeExperiment('uses.yml', ['python make.py 0 value.txt unread.txt'])
    const run = await runFile(file)
    expect((await work.hagane('env', 'rm', run.environment!.slice(0, 12))).status).toBe(0)

    const count = (await builds()).length
    expect((await runFile(file)).phase).toBe('succeeded')
    expect(await builds()).toHaveLength(count + 1)

    rmSync(join(used.server.dataDir, 'environments', run.environment!), { recursive: true })
    const again = await runFile(file)
    expect([again.phase, (await builds()).length]).toEqual(['succeeded', count + 2])
  })

  it('A run fails with the reason if its Python lacks venv or it has no Python', async () => {
    const bin = join(work.folder, 'bin')
    mkdirSync(bin, { recursive: true })
    const real = process.env['PATH']!.split(':')
    writeFileSync(
      join(bin, 'python'),
      `#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; *) exec /usr/bin/env -S PATH='${real.join(':')}' python3 "$@";; esac\n`,
      {
        mode: 0o755,
      },
    )

    const host = {
      workDir: work.folder,
      python: { executable: join(bin, 'python'), version: '3.9.9' },
      path: '/usr/bin:/bin',
      git: null,
    }
    const text = `version: 1\nkind: experiment\nbuild: {image: any, build_steps: [echo hi]}\nrun: {cmd: echo}\n`

    const { body } = await used.server.call<{ number: number }>('POST', '/submissions', {
      sources: [{ file: 'a.yml', text }],
      host,
    })
    await waitUntil(async () => (await used.getRun(body.number)).phase === 'failed')
    expect(await used.getRun(body.number)).toMatchObject({
      reason: 'VenvMissing',
      message: expect.stringContaining('python3-venv'),
    })

    const none = await used.server.call<{ number: number }>('POST', '/submissions', {
      sources: [{ file: 'a.yml', text }],
      host: { ...host, python: null },
    })
    await waitUntil(async () => (await used.getRun(none.body.number)).phase === 'failed')
    expect((await used.getRun(none.body.number)).reason).toBe('PythonMissing')
  })

  it('The build of an environment continues while the server is down', async () => {
    const { json } = await work.hagane(
      'run',
      '-f',
      writeExperiment('away.yml', ['python make.py 1.5 value.txt']),
      '--json',
    )
    await waitUntil(async () => (await builds()).at(-1)!.phase === 'running')
    await used.server.kill()
    await used.server.start()
    const { number } = json as { number: number }
    await waitUntil(async () => (await used.getRun(number)).phase === 'succeeded')
    expect((await builds()).at(-1)!.phase).toBe('succeeded')
  })
})

describe('a secret', () => {
  const document = (refs: string): string =>
    `version: 1\nkind: experiment\nenvironment: {${refs}}\nrun: {cmd: 'echo "<$API_TOKEN> <$REGION>"; exit 3'}\n`

  it('A secret reaches the run and appears in no log, no answer and no database', async () => {
    const secret = 'hunter2-väry-secret'
    expect((await work.haganeWith({ input: `${secret}\n` }, 'secret', 'set', 'warehouse', 'API_TOKEN')).status).toBe(0)

    const path = join(used.server.dataDir, 'secrets', 'warehouse', 'API_TOKEN')
    expect(statSync(path).mode & 0o777).toBe(0o600)

    const configs = join(used.server.dataDir, 'configmaps', 'place')
    mkdirSync(configs, { recursive: true })
    writeFileSync(join(configs, 'REGION'), 'tokyo\n')

    const run = await runFile(work.write('secret.yml', document('secret_refs: [warehouse], config_map_refs: [place]')))
    const log = await used.readLog(run.number)
    expect(log).toBe(`<${'*'.repeat(Buffer.byteLength(secret))}> <tokyo>\n`)
    expect(JSON.stringify(run)).not.toContain(secret)
    for (const file of ['hagane.db', 'hagane.db-wal', 'server.log'])
      expect([file, readFileSync(join(used.server.dataDir, file)).includes(secret)]).toEqual([file, false])
    expect((await work.hagane('secret', 'ls')).stdout).toMatch(/warehouse\s+API_TOKEN/)

    // After the end of the run the log file itself no longer contains the secret, so that no backup does.
    const file = join(used.server.dataDir, 'attempts', `hagane-${run.number}-1`, 'log')
    await waitUntil(async () => !readFileSync(file).includes(secret))
    expect(readFileSync(file, 'utf8')).toBe(log)

    // A page of the log that starts inside the secret shows no part of it either.
    for (const cursor of [1, 5, 12])
      expect((await used.server.call<string>('GET', `/runs/${run.number}/logs?cursor=${cursor}`)).body).not.toMatch(
        /hunter|secret/,
      )

    chmodSync(path, 0o644)
    expect((await runFile('secret.yml')).message).toContain('can be read by others')

    await work.hagane('secret', 'rm', 'warehouse')
    expect(await runFile('secret.yml')).toMatchObject({
      phase: 'failed',
      reason: 'ReferenceMissing',
      message: expect.stringContaining('there is no secret warehouse'),
    })
  })

  it('A run whose second attempt lacks a secret lists the files that its first attempt left', async () => {
    await work.haganeWith({ input: 'once' }, 'secret', 'set', 'once', 'ONCE')
    const folder = join(used.server.dataDir, 'secrets', 'once')
    const cmd = `echo model > $HAGANE_OUTPUTS/model.txt; rm -r ${folder}; exit 1`
    const environment = '{secret_refs: [once], max_restarts: 1}'
    const run = await runFile(
      work.write('once.yml', `version: 1\nkind: experiment\nenvironment: ${environment}\nrun: {cmd: '${cmd}'}\n`),
    )
    expect(run).toMatchObject({ phase: 'failed', reason: 'ReferenceMissing' })
    const listed = async () =>
      (await used.server.call<{ path: string }[]>('GET', `/runs/${run.number}/artifacts`)).body.map(({ path }) => path)
    await waitUntil(async () => (await listed()).length > 0)
    expect(await listed()).toEqual(['model.txt'])
  })

  it('A secret is never read from outside the folder of secrets', async () => {
    for (const name of ['../../token', '/etc', '..', '.'])
      expect(await runFile(work.write('outside.yml', document(`secret_refs: ["${name}"]`)))).toMatchObject({
        phase: 'failed',
        reason: 'ReferenceMissing',
      })
    expect((await work.haganeWith({ input: 'x' }, 'secret', 'set', '../up', 'KEY')).status).toBe(2)
  })
})
