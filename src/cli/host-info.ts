import { execFile } from 'node:child_process'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { promisify } from 'node:util'

import { childEnv } from '../config/config.ts'
import { LIMITS } from '../contract/limits.ts'
import type { HostInfo } from '../contract/run.ts'

const run = promisify(execFile)
const TIMEOUT_MS = 10_000

/** What a run needs to know of the submitting shell. */
export interface Shell {
  /** Where it works, which Python it means, what git says of the code. */
  readonly host: HostInfo
  /** Difference of the code to its commit; null when there is none, or too much of it. */
  readonly changes: string | null
}

export async function readHostInfo(workDir: string, shellPath: string): Promise<Shell> {
  const [python, git] = await Promise.all([readPython(shellPath), readGit(workDir)])
  return { host: { workDir, python, path: shellPath, git }, changes: git?.isDirty ? await readChanges(workDir) : null }
}

/** Tracked files against the last commit, as text; binary files are only named. */
async function readChanges(folder: string): Promise<string | null> {
  try {
    const { stdout } = await run(
      'git',
      ['-C', folder, 'diff', 'HEAD', '--no-color', '--no-ext-diff', '--no-textconv'],
      {
        timeout: TIMEOUT_MS,
        env: childEnv({ GIT_OPTIONAL_LOCKS: '0' }),
        maxBuffer: LIMITS.diffCharsMax,
      },
    )
    return stdout === '' || stdout.includes('\0') ? null : stdout
  } catch {
    return null
  }
}

/** The folder a document's commands run in: where the command was typed, unless the file lies outside of it. */
export function chooseWorkDir(files: readonly string[], cwd: string): string {
  const outside = files
    .map((file) => resolve(cwd, file))
    .find((path) => relative(cwd, path).startsWith('..') || isAbsolute(relative(cwd, path)))
  return outside ? dirname(outside) : cwd
}

/** The interpreter that `python`, else `python3`, means in this shell, by its real path: no shim, no alias. */
async function readPython(shellPath: string): Promise<HostInfo['python']> {
  for (const name of ['python', 'python3']) {
    try {
      const { stdout } = await run(
        name,
        ['-c', 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])'],
        {
          env: childEnv({ PATH: shellPath }),
          timeout: TIMEOUT_MS,
        },
      )
      const [executable, version] = stdout.trim().split('\n')
      if (executable && version?.startsWith('3')) return { executable, version }
    } catch {
      continue
    }
  }
  return null
}

async function readGit(folder: string): Promise<HostInfo['git']> {
  const git = async (...args: string[]): Promise<string> =>
    (
      await run('git', ['-C', folder, ...args], { timeout: TIMEOUT_MS, env: childEnv({ GIT_OPTIONAL_LOCKS: '0' }) })
    ).stdout.trim()
  try {
    const [commit, branch, remote, status] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('rev-parse', '--abbrev-ref', 'HEAD'),
      git('config', '--get', 'remote.origin.url').catch(() => ''),
      git('status', '--porcelain', '--untracked-files=no'),
    ])
    return { commit, branch, remote: withoutCredentials(remote), isDirty: status !== '' }
  } catch {
    return null
  }
}

function withoutCredentials(remote: string): string {
  return remote.replace(/^(\w+:\/\/)[^@/]*@/, '$1')
}
