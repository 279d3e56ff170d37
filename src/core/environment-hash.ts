import type { BuildPlan } from '../contract/plan.ts'

/**
 * Access to the code folder. Paths are relative to it, with `/` between folders; the empty path is the folder itself.
 */
export interface CodeFolder {
  /** Returns the hex SHA-256 of a file's bytes; undefined where the path is not a file. */
  hashFile(path: string): Promise<string | undefined>
  /** Returns the content of a file, read as UTF-8. */
  readText(path: string): Promise<string>
  /** Returns the paths of all files below a folder; an empty list if the path is not a folder. */
  listFiles(path: string): Promise<string[]>
}

/** The inputs of an environment's hash. */
export interface EnvironmentRequest {
  /** The interpreter that creates the virtual environment. Another path or another version gives another hash. */
  readonly python: { readonly executable: string; readonly version: string }
  readonly build: BuildPlan
  readonly folder: CodeFolder
  /** Random text that makes the hash unique. Set if the document requests a fresh build. */
  readonly salt?: string
}

/**
 * Returns a text of everything that can change the result of the build steps: interpreter, steps, variables, and hashes
 * of the files that the steps read. The digest of the text is the environment's hash.
 */
export async function environmentText({ python, build, folder, salt }: EnvironmentRequest): Promise<string> {
  const files = await hashFilesRead(build.steps, folder)
  return JSON.stringify({
    form: 1,
    python: [python.executable, python.version],
    steps: build.steps,
    env: build.envVars,
    files,
    ...(salt !== undefined && { salt }),
  })
}

/**
 * Returns path and hash of each file in the code folder that the steps name, also inside named folders, and of the
 * files that requirements files name in turn. Sorted by path.
 */
async function hashFilesRead(steps: readonly string[], folder: CodeFolder): Promise<[string, string][]> {
  const found = new Map<string, string>()
  const queue = steps.flatMap(findPaths)

  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue
    const hash = await folder.hashFile(path)
    if (hash === undefined) {
      queue.push(...(await folder.listFiles(path)).filter((file) => !found.has(file)))
      continue
    }
    found.set(path, hash)
    if (/\.(txt|in)$/.test(path)) queue.push(...findRequirements(path, await folder.readText(path)))
  }

  return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
}

/**
 * Returns the words of a build step that could be paths inside the code folder; the path of the folder itself (as in
 * `pip install .[test]`) is empty.
 */
function findPaths(step: string): string[] {
  return step
    .split(/[\s'"=;&|<>()]+/)
    .map((word) => word.replace(/^-[rce](?=[^-\s])/, '').replace(/\[[\w,-]*\]$/, ''))
    .filter((word) => word !== '' && !word.startsWith('-'))
    .flatMap((word) => resolveInside('', word))
}

/**
 * Returns the paths that a requirements file names (`-r other.txt`, `-c limits.txt`, `-e ./package`, `./a.whl`),
 * resolved against the folder of that file.
 */
function findRequirements(path: string, text: string): string[] {
  const base = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : ''
  return text.split('\n').flatMap((line) => {
    const [, target] =
      /^\s*(?:-r|--requirement|-c|--constraint|-e|--editable)[\s=]+(\S+)/.exec(line) ??
      /^\s*(\.{0,2}\/[^\s;#]+)/.exec(line) ??
      []
    return target === undefined ? [] : resolveInside(base, target)
  })
}

/**
 * Resolves `target` against the folder `base` and removes `.` and `..`. Returns a list of one path; an empty list for a
 * URL, an absolute path, and a path that leads out of the code folder.
 */
function resolveInside(base: string, target: string): string[] {
  if (target.startsWith('/') || /^\w+:/.test(target)) return []
  const parts: string[] = []
  for (const part of `${base}${target}`.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return []
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return [parts.join('/')]
}
