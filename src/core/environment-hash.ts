import type { BuildPlan } from '../contract/plan.ts'

/** The code folder as the environment hash reads it. Paths are relative, with `/` between folders. */
export interface CodeFolder {
  /** Returns the hex SHA-256 of a file's bytes; undefined where the path is not a file. */
  hashFile(path: string): Promise<string | undefined>
  /** Returns the content of a file, read as UTF-8. */
  readText(path: string): Promise<string>
  /** Returns the paths of all files below a folder; none where the path is not a folder. */
  listFiles(path: string): Promise<string[]>
}

/** Everything that determines an environment. */
export interface EnvironmentRequest {
  /** The base interpreter and its version. Another interpreter or another version gives another environment. */
  readonly python: { readonly executable: string; readonly version: string }
  readonly build: BuildPlan
  readonly folder: CodeFolder
  /**
   * Set where the document asks for a fresh build: it makes the hash differ from that of every earlier submission.
   */
  readonly salt?: string
}

/**
 * Returns the text that identifies an environment: all that can change the result of its build steps. The digest of
 * this text is the environment's hash.
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
 * Returns path and hash of each file that the steps name, and of the files that requirements files name in turn, by
 * path.
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
 * Returns the words of a shell command that could be paths inside the code folder. `.` is the folder itself, as in
 * `pip install .[test]`.
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
 * Resolves a path against a folder and removes its dots. Returns no path for a URL, an absolute path, or one that
 * leaves the code folder.
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
