import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { stat, statfs } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

import type { ServerConfig } from './config/config.ts'
import { AppError } from './contract/errors.ts'
import { joinPhrases, phrase } from './contract/fields.ts'
import type { Detail, DetailCode } from './contract/messages/messages.ts'
import type { DoctorFinding } from './contract/routes/system.ts'
import type { OutputStore } from './core/ports/output-store.ts'
import type { Store } from './core/ports/store.ts'
import type { Run } from './core/records/run.ts'

/** The parts of the server that `examine` checks. */
interface DoctorDeps {
  readonly config: ServerConfig
  readonly store: Store
  readonly outputs: OutputStore
}

const FREE_BYTES_MIN = 1_000_000_000
const RUNS_AT_ONCE = 500
const WRONG_FILES_NAMED = 10
const OTHERS_MODE_BITS = 0o077

/**
 * Checks the data directory, the disk, the database and the programs that the server needs, and returns one finding for
 * each. With `isDeep` also checks every listed output file against its hash.
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
 * Runs a program with `args` and returns a finding with its output, or that it failed. With `missingDetail` the program
 * is optional: a failure is no fault, and `missingDetail` is the text of the finding.
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

/**
 * Checks every output file that the database lists. The finding names the first files that are missing, changed or
 * unreadable.
 */
async function examineFiles({ outputs, store }: DoctorDeps): Promise<DoctorFinding> {
  const wrong: Detail[] = []
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
        const fault = await findFault(outputs, run, artifact)
        if (fault) wrong.push(phrase(fault, { run: run.number, path: artifact.path }))
      }
    }
    if (page.next === null) break
    cursor = page.next
  }

  return {
    name: 'files',
    isOk: wrong.length === 0,
    detail: wrong.length === 0 ? phrase('doctor_files', { n: files }) : joinPhrases(wrong.slice(0, WRONG_FILES_NAMED)),
  }
}

/**
 * Returns the code of a phrase for a file that is missing, changed or unreadable; undefined for a file with the listed
 * hash.
 */
async function findFault(
  outputs: OutputStore,
  run: Run,
  { path, sha256 }: { readonly path: string; readonly sha256: string },
): Promise<DetailCode | undefined> {
  try {
    const bytes = await outputs.open(run, path)
    if (!bytes) return 'doctor_file_missing'
    return (await hashOf(bytes)) === sha256 ? undefined : 'doctor_file_changed'
  } catch (error) {
    if (error instanceof AppError) return 'doctor_file_unreadable'
    throw error
  }
}

async function hashOf(bytes: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(bytes, hash)
  return hash.digest('hex')
}
