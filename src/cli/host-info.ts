import { execFile } from 'node:child_process'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { promisify } from 'node:util'

import { childEnv } from '../config/config.ts'
import { LIMITS } from '../contract/limits.ts'
import type { HostInfo } from '../contract/run.ts'

const run = promisify(execFile)
const TIMEOUT_MS = 10_000

/** Facts about the machine and folder from which a run is submitted. They are sent with the run. */
export interface ShellInfo {
  /** Working folder, Python interpreter, PATH, and state of the git repository. */
  readonly host: HostInfo
  /**
   * Output of `git diff HEAD`. Null if there are no changes or no repository, or if the output contains a NUL or is too
   * long.
   */
  readonly changes: string | null
}

/**
 * Collects the facts about the submitting machine for a run in `workDir`. `shellPath` is the PATH on which Python is
 * looked up.
 */
export async function readHostInfo(workDir: string, shellPath: string): Promise<ShellInfo> {
  const [python, git] = await Promise.all([readPython(shellPath), readGit(workDir)])
  return { host: { workDir, python, path: shellPath, git }, changes: git?.isDirty ? await readChanges(workDir) : null }
}

/**
 * Returns the changes of tracked files since the last commit; binary files are only named. Null if there are none, or
 * if git fails.
 */
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

/** Returns the folder in which a document's commands work: the folder of the first file outside `cwd`, else `cwd`. */
export function chooseWorkDir(files: readonly string[], cwd: string): string {
  const outside = files
    .map((file) => resolve(cwd, file))
    .find((path) => relative(cwd, path).startsWith('..') || isAbsolute(relative(cwd, path)))
  return outside ? dirname(outside) : cwd
}

/**
 * Returns path and version of the interpreter that `python`, else `python3`, starts on this PATH. The path is that of
 * the interpreter itself, not of a shim such as that of pyenv. Returns null if neither is Python 3.
 */
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

/** Removes the user name and password from the URL of a git remote. */
function withoutCredentials(remote: string): string {
  return remote.replace(/^(\w+:\/\/)[^@/]*@/, '$1')
}
