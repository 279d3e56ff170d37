import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

import type { ServerConfig } from './config/config.ts'
import type { DoctorCheck } from './contract/routes.ts'
import type { CodeStore, Store } from './core/ports.ts'

interface Patient {
  readonly config: ServerConfig
  readonly store: Store
  readonly code: CodeStore
}

const FREE_BYTES_MIN = 1_000_000_000
const RUNS_AT_ONCE = 500
const OTHERS = 0o077

/** What the server stands on, a line each. `isDeep` reads every listed file again and compares its hash. */
export async function examine(patient: Patient, isDeep: boolean): Promise<DoctorCheck[]> {
  const { config } = patient
  const disk = await statfs(config.dataDir)
  const freeBytes = disk.bavail * disk.bsize
  const mode = (await stat(config.dataDir)).mode & OTHERS
  return [
    { name: 'node', isOk: true, detail: process.version },
    { name: 'data', isOk: mode === 0, detail: `${config.dataDir}${mode === 0 ? '' : ' can be read by others: chmod 700 it'}` },
    { name: 'disk', isOk: freeBytes >= FREE_BYTES_MIN, detail: `${(freeBytes / 1e9).toFixed(1)} GB free` },
    await examineDatabase(patient),
    await findProgram('python3', ['-c', 'import sys, venv, ensurepip; print(sys.version.split()[0], sys.executable)'], config),
    await findProgram('uv', ['--version'], config, 'not there: environments are built with pip, which is slower'),
    await findProgram('git', ['--version'], config, 'not there: commits are not recorded'),
    ...(isDeep ? [await examineFiles(patient)] : []),
  ]
}

async function examineDatabase({ config, store }: Patient): Promise<DoctorCheck> {
  const name = 'database'
  try {
    const problems = await store.examine()
    const kind = config.database === null ? 'SQLite' : 'PostgreSQL'
    return { name, isOk: problems.length === 0, detail: problems.length === 0 ? kind : problems.slice(0, 3).join('; ') }
  } catch (error) {
    return { name, isOk: false, detail: (error as Error).message }
  }
}

/** A program of the machine; with `without` it may be missing. */
async function findProgram(program: string, args: readonly string[], { baseEnv }: ServerConfig, without?: string): Promise<DoctorCheck> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { env: { ...baseEnv }, timeout: 10_000 })
    return { name: program, isOk: true, detail: stdout.trim() }
  } catch (error) {
    const found = (error as { code?: unknown }).code === 'ENOENT' ? 'not found' : 'cannot make environments: install its venv module (apt install python3-venv)'
    return { name: program, isOk: without !== undefined, detail: without ?? found }
  }
}

/** Every file that a manifest lists, read and compared; what is missing or differs is named. */
async function examineFiles({ config, store }: Patient): Promise<DoctorCheck> {
  const wrong: string[] = []
  let files = 0
  for (let cursor: string | undefined; ;) {
    const page = await store.scan.search.page({ sort: [], limit: RUNS_AT_ONCE, ...(cursor !== undefined && { cursor }) })
    for (const run of page.runs) {
      for (const artifact of await store.read.attempts.listArtifacts(run.id)) {
        if (artifact.kind !== 'output') continue
        files += 1
        const path = join(config.dataDir, 'runs', String(run.number), 'outputs', artifact.path)
        const hash = existsSync(path) ? await hashOf(path) : undefined
        if (hash !== artifact.sha256) wrong.push(`#${run.number} ${artifact.path}: ${hash === undefined ? 'missing' : 'changed'}`)
      }
    }
    if (page.next === null) break
    cursor = page.next
  }
  return { name: 'files', isOk: wrong.length === 0, detail: wrong.length === 0 ? `${files} files as they were` : wrong.slice(0, 10).join('; ') }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
