import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

import type { ServerConfig } from './config/config.ts'
import { pathBytes } from './contract/file-paths.ts'
import type { DetailCode } from './contract/messages/messages.ts'
import type { DoctorFinding } from './contract/routes/system.ts'
import { runPaths } from './core/data-dir.ts'
import type { CodeStore } from './core/ports/code-store.ts'
import type { Store } from './core/ports/store.ts'
import { joinBytes } from './disk/copy-folder.ts'
import { runFolder } from './disk/run-dir.ts'

/** The parts of the server that are examined. */
interface DoctorDeps {
  readonly config: ServerConfig
  readonly store: Store
  readonly code: CodeStore
}

const FREE_BYTES_MIN = 1_000_000_000
const RUNS_AT_ONCE = 500
const OTHERS_MODE_BITS = 0o077

/**
 * Examines what the server depends on and returns one finding per subject. `isDeep` also reads every listed output file
 * and compares its hash.
 */
export async function examine(patient: DoctorDeps, isDeep: boolean): Promise<DoctorFinding[]> {
  const { config } = patient
  const disk = await statfs(config.dataDir)
  const freeBytes = disk.bavail * disk.bsize
  const mode = (await stat(config.dataDir)).mode & OTHERS_MODE_BITS

  return [
    { name: 'node', isOk: true, detail: process.version },
    {
      name: 'data',
      isOk: mode === 0,
      detail: mode === 0 ? config.dataDir : { detail: 'doctor_open', args: { path: config.dataDir } },
    },
    {
      name: 'disk',
      isOk: freeBytes >= FREE_BYTES_MIN,
      detail: { detail: 'doctor_free', args: { gigabytes: (freeBytes / 1e9).toFixed(1) } },
    },
    await examineDatabase(patient),
    await findProgram(
      'python3',
      ['-c', 'import sys, venv, ensurepip; print(sys.version.split()[0], sys.executable)'],
      config,
    ),
    await findProgram('uv', ['--version'], config, 'doctor_pip'),
    await findProgram('git', ['--version'], config, 'doctor_no_git'),
    ...(isDeep ? [await examineFiles(patient)] : []),
  ]
}

async function examineDatabase({ config, store }: DoctorDeps): Promise<DoctorFinding> {
  const name = 'database'
  try {
    const problems = await store.examine()
    const kind = config.database === null ? 'SQLite' : 'PostgreSQL'
    return { name, isOk: problems.length === 0, detail: problems.length === 0 ? kind : problems.slice(0, 3).join('; ') }
  } catch (error) {
    return { name, isOk: false, detail: (error as Error).message }
  }
}

/**
 * Returns a finding about a program of this machine. With `missingDetail`, a missing program is no fault, and `missingDetail` is
 * the text.
 */
async function findProgram(
  program: string,
  args: readonly string[],
  { baseEnv }: ServerConfig,
  missingDetail?: DetailCode,
): Promise<DoctorFinding> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { env: { ...baseEnv }, timeout: 10_000 })
    return { name: program, isOk: true, detail: stdout.trim() }
  } catch (error) {
    const found = (error as { code?: unknown }).code === 'ENOENT' ? 'doctor_missing' : 'doctor_venv'
    return { name: program, isOk: missingDetail !== undefined, detail: { detail: missingDetail ?? found } }
  }
}

/** Reads every output file that a run's list contains, and names the missing and the changed ones. */
async function examineFiles({ config, store }: DoctorDeps): Promise<DoctorFinding> {
  const wrong: string[] = []
  let files = 0
  for (let cursor: string | undefined; ;) {
    const page = await store.scan.runQueries.listPage({
      projects: 'all',
      sort: [],
      limit: RUNS_AT_ONCE,
      ...(cursor !== undefined && { cursor }),
    })
    for (const run of page.runs) {
      for (const artifact of await store.read.outputs.list(run.id)) {
        if (artifact.kind !== 'output') continue
        files += 1
        const path = joinBytes(runPaths(runFolder(config.dataDir, run)).outputs, pathBytes(artifact.path))
        const hash = existsSync(path) ? await hashOf(path) : undefined
        if (hash !== artifact.sha256)
          wrong.push(`#${run.number} ${artifact.path}: ${hash === undefined ? 'missing' : 'changed'}`)
      }
    }
    if (page.next === null) break
    cursor = page.next
  }

  return {
    name: 'files',
    isOk: wrong.length === 0,
    detail: wrong.length === 0 ? { detail: 'doctor_files', args: { n: files } } : wrong.slice(0, 10).join('; '),
  }
}

async function hashOf(path: Buffer): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
