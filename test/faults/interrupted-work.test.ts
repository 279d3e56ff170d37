import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { DatabaseSync } from 'node:sqlite'

import { describe, expect, inject, it } from 'vitest'

import type { EnvironmentView } from '../../src/contract/routes/environments.ts'
import type { RunPageView } from '../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../src/contract/run.ts'
import { createCliFolder } from '../support/cli.ts'
import { startPostgres } from '../support/postgres.ts'
import { createRandom, startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function killAndStart(server: TestServer, random: { next(): number }): Promise<void> {
  await server.kill()
  if (random.next() < 0.3) await pause(random.next() * 500)
  await server.start()
}

/** Returns the number of processes of this machine whose environment variables contain the id of a run. */
function countProcessesOf(runId: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`HAGANE_RUN_ID=${runId}`)
    } catch {
      return false
    }
  }).length
}

const UPLOAD_KILLS = 10
const UPLOAD_FILES = 400
const UPLOAD_FILE_BYTES = 500_000

describe('an upload of 200 MB', () => {
  it(
    `An upload of 200 MB is completed after ${UPLOAD_KILLS} kills of the server, and every file has the right hash`,
    { timeout: 300_000 },
    async () => {
      const random = createRandom()
      await using server = await startTestServer()
      using work = createCliFolder(server)

      for (let index = 0; index < UPLOAD_FILES; index += 1)
        work.write(`part-${index % 20}/file-${index}.bin`, String(index).padEnd(UPLOAD_FILE_BYTES, 'x'))

      let kills = 0
      let uploaded: { digest: string; files: number; sentBytes: number } | undefined
      while (uploaded === undefined) {
        const upload = work.hagane('upload', '--json')
        if (kills < UPLOAD_KILLS) {
          await pause(300 + random.next() * 900)
          await killAndStart(server, random)
          kills += 1
        }

        const { status, stderr, json } = await upload
        expect(stderr).not.toMatch(/\n\s+at /)
        if (status === 0 && kills >= UPLOAD_KILLS) uploaded = json
      }

      console.log(`upload: ${kills} kills, ${UPLOAD_FILES} files, the last try sent ${uploaded.sentBytes} bytes`)
      const { files } = (
        await server.call<{ files: { path: string; sha256: string }[] }>('GET', `/snapshots/${uploaded.digest}`)
      ).body
      expect(files).toHaveLength(UPLOAD_FILES)
      for (const { path, sha256 } of files) {
        const blob = readFileSync(join(server.dataDir, 'blobs', sha256.slice(0, 2), sha256.slice(2)))
        expect([path, createHash('sha256').update(blob).digest('hex')]).toEqual([path, sha256])
      }
    },
  )
})

const DELETED = 50

describe('runs that are deleted while they run', () => {
  it(
    `A run deleted while it runs is stopped first and leaves no process, file or row: ${DELETED} runs with kills between`,
    { timeout: 300_000 },
    async () => {
      const random = createRandom()
      await using server = await startTestServer()

      const ids: { id: string; number: number }[] = []
      for (let round = 0; round < 5; round += 1) {
        const batch = await Promise.all(
          Array.from({ length: DELETED / 5 }, () =>
            server.submit(
              'version: 1\nkind: experiment\nenvironment: {stop_grace: 1}\nrun: {cmd: "trap \'\' TERM; echo x > $HAGANE_OUTPUTS/x; (sleep 300 &) ; while :; do sleep 0.1; done"}',
            ),
          ),
        )

        await pause(random.next() * 1500)
        await Promise.all(batch.map((run) => server.call('DELETE', `/runs/${run.number}`)))
        await server.call('POST', '/trash/empty')
        if (random.next() < 0.8) await killAndStart(server, random)
        ids.push(...batch)
      }

      await waitUntil(async () => {
        await server.call('POST', '/trash/empty')
        return (await server.call<RunPageView>('GET', '/runs?trash=true&count=true')).body.total === 0
      }, 120_000)

      for (const { id, number } of ids) {
        expect((await server.call('GET', `/runs/${number}`)).status).toBe(404)
        expect([number, existsSync(join(server.dataDir, 'runs', String(number))), countProcessesOf(id)]).toEqual([
          number,
          false,
          0,
        ])
      }
      expect(readdirSync(join(server.dataDir, 'attempts'))).toEqual([])
    },
  )
})

const BUILD_KILLS = 12

describe('a server killed while environments are built', () => {
  it(`No run gets a partial environment over ${BUILD_KILLS} kills during builds`, { timeout: 400_000 }, async () => {
    const random = createRandom()
    await using server = await startTestServer()
    using work = createCliFolder(server)

    work.write(
      'make.py',
      'import sysconfig, os, time\npath = os.path.join(sysconfig.get_paths()["purelib"], "made.py")\nopen(path, "w").write("VALUE = 1\\n")\ntime.sleep(0.5)\nopen(path, "a").write("WHOLE = True\\n")\n',
    )

    const numbers: number[] = []
    for (let kill = 0; kill < BUILD_KILLS; kill += 1) {
      const file = work.write(
        `run-${kill}.yml`,
        `version: 1\nkind: experiment\nbuild: {image: any, build_steps: [python make.py run-${kill}.yml]}\nrun: {cmd: "python -c 'import made; print(made.WHOLE)'"}\n`,
      )
      numbers.push(((await work.hagane('run', '-f', file, '--json')).json as { number: number }).number)
      await pause(random.next() * 4000)
      await killAndStart(server, random)
    }

    const loadRun = async (number: number) => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
    for (const number of numbers) {
      await waitUntil(async () => (await loadRun(number)).phase === 'succeeded', 60_000).catch(
        async (error: unknown) => {
          console.log(JSON.stringify(await loadRun(number)))
          throw error
        },
      )
      expect((await server.call<string>('GET', `/runs/${number}/logs`)).body).toBe('True\n')
    }

    const environments = (await server.call<EnvironmentView[]>('GET', '/environments')).body
    expect(environments.map((item) => item.state)).toEqual(Array(BUILD_KILLS).fill('ready'))
  })
})

const PAUSES = 20

describe('a run paused and resumed with kills between', () => {
  const COUNT =
    'mkdir -p $HAGANE_CHECKPOINT_DIR; n=$(cat $HAGANE_CHECKPOINT_DIR/n 2>/dev/null || echo 0); while :; do n=$((n+1)); echo $n > $HAGANE_CHECKPOINT_DIR/half; mv $HAGANE_CHECKPOINT_DIR/half $HAGANE_CHECKPOINT_DIR/n; echo $n $HAGANE_ATTEMPT >> $HAGANE_OUTPUTS/all; sleep 0.02; done'

  const checkPauses = async (server: TestServer): Promise<void> => {
    const random = createRandom()
    const { number } = await server.submit(`version: 1\nkind: experiment\nrun: {cmd: ${JSON.stringify(COUNT)}}`)

    const loadRun = async () => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body

    for (let round = 0; round < PAUSES; round += 1) {
      await waitUntil(async () => (await loadRun()).phase === 'running')
      await pause(random.next() * 300)
      await server.call('POST', `/runs/${number}/pause`)
      if (random.next() < 0.5) await killAndStart(server, random)
      await waitUntil(async () => (await loadRun()).phase === 'paused')
      await server.call('POST', `/runs/${number}/resume`)
      if (random.next() < 0.5) await killAndStart(server, random)
    }

    await waitUntil(async () => (await loadRun()).phase === 'running')
    await server.call('POST', `/runs/${number}/stop`)
    await waitUntil(async () => (await loadRun()).phase === 'stopped')

    const run = await loadRun()
    expect(run.attempts.map((attempt) => attempt.n)).toEqual(
      Array.from({ length: run.attempts.length }, (_, index) => index + 1),
    )

    const lines = readFileSync(join(server.dataDir, 'runs', String(number), 'outputs', 'all'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number) as [number, number])

    // Two attempts at the same time would count side by side. An attempt without its checkpoint would count from one.
    lines.slice(1).forEach(([n, attempt], index) => {
      const [before, earlier] = lines[index]!
      expect(n - before).toBeGreaterThanOrEqual(attempt === earlier ? 1 : 0)
      expect(attempt).toBeGreaterThanOrEqual(earlier)
    })

    console.log(`pause: ${PAUSES} rounds, ${run.attempts.length} attempts, counted to ${lines.at(-1)![0]}`)
  }

  it(`A resumed run continues from its checkpoint ${PAUSES} times on SQLite`, { timeout: 300_000 }, async () => {
    await using server = await startTestServer()
    await checkPauses(server)
  })

  it.skipIf(inject('postgresError') !== '')(
    `A resumed run continues from its checkpoint ${PAUSES} times on PostgreSQL`,
    { timeout: 300_000 },
    async () => {
      await using postgres = await startPostgres()
      await using server = await startTestServer({ database: await postgres.createDatabase() })
      await checkPauses(server)
    },
  )
})

const PURGE_KILLS = 15

describe('an interrupted removal', () => {
  it(`A removal continues after each of ${PURGE_KILLS} kills until nothing is left`, { timeout: 300_000 }, async () => {
    const random = createRandom()
    await using server = await startTestServer()

    const folder = join(server.dataDir, 'code')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'log.py'),
      'from hagane import Experiment\ne = Experiment()\nfor step in range(3000):\n    e.log_metrics(step=step, **{"m%d" % i: step for i in range(20)})\n' +
        'import os\nfor i in range(300):\n    open(os.path.join(os.environ["HAGANE_OUTPUTS"], str(i)), "w").close()\n',
    )

    const { number } = await server.submit(
      'version: 1\nkind: group\nhptuning: {concurrency: 4, matrix: {a: {range: [0, 12, 1]}}}\nrun: {cmd: python log.py}',
      folder,
    )
    await waitUntil(
      async () => (await server.call<{ phase: string }>('GET', `/sweeps/${number}`)).body.phase === 'done',
      120_000,
    )

    await server.call('DELETE', `/sweeps/${number}`)
    await server.call('POST', '/trash/empty')
    for (let kill = 0; kill < PURGE_KILLS; kill += 1) {
      await pause(random.next() * 120)
      await killAndStart(server, random)
    }

    await waitUntil(async () => (await server.call('GET', `/sweeps/${number}`)).status === 404, 60_000)
    expect((await server.call<RunPageView>('GET', '/runs?trash=true')).body.runs).toEqual([])
    for (const kind of ['attempts', 'runs', 'work'])
      expect([kind, existsSync(join(server.dataDir, kind)) ? readdirSync(join(server.dataDir, kind)) : []]).toEqual([
        kind,
        [],
      ])

    using database = new DatabaseSync(join(server.dataDir, 'hagane.db'), { readOnly: true })
    for (const table of [
      'run',
      'attempt',
      'series',
      'chunk',
      'metric',
      'run_param',
      'run_tag',
      'writer',
      'artifact',
      'sweep',
    ])
      expect([table, database.prepare(`select count(*) as n from ${table}`).get()]).toEqual([table, { n: 0 }])
  })
})
