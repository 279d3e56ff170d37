import type { BuildPlan } from '../contract/plan.ts'

/** A folder of code as hashing sees it. Paths are relative, with `/`. */
export interface CodeFolder {
  /** SHA-256 of a file's bytes; undefined for what is no file. */
  hash(path: string): Promise<string | undefined>
  text(path: string): Promise<string>
  /** Files under a folder; none for what is no folder. */
  list(path: string): Promise<string[]>
}

export interface EnvironmentRequest {
  /** The interpreter an environment is made from, with its version: another one makes another environment. */
  readonly python: { readonly executable: string; readonly version: string }
  readonly build: BuildPlan
  readonly folder: CodeFolder
  /** Of a document that wants a fresh one: what makes this submission's environment another than any before. */
  readonly salt?: string
}

/** The text an environment is known by: whatever can change what comes out of its steps. Its digest is the hash. */
export async function environmentText({ python, build, folder, salt }: EnvironmentRequest): Promise<string> {
  const files = await filesRead(build.steps, folder)
  return JSON.stringify({
    form: 1,
    python: [python.executable, python.version],
    steps: build.steps,
    env: build.envVars,
    files,
    ...(salt !== undefined && { salt }),
  })
}

/** Files that steps name, those that requirements name in turn, and their hashes, in the order of their paths. */
async function filesRead(steps: readonly string[], folder: CodeFolder): Promise<[string, string][]> {
  const found = new Map<string, string>()
  const queue = steps.flatMap(pathsIn)
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue
    const hash = await folder.hash(path)
    if (hash === undefined) {
      queue.push(...(await folder.list(path)).filter((file) => !found.has(file)))
      continue
    }
    found.set(path, hash)
    if (/\.(txt|in)$/.test(path)) queue.push(...requirementsIn(path, await folder.text(path)))
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Words of a command that could be paths inside the folder. `.` is the folder itself, as in `pip install .[test]`. */
function pathsIn(step: string): string[] {
  return step
    .split(/[\s'"=;&|<>()]+/)
    .map((word) => word.replace(/^-[rce](?=[^-\s])/, '').replace(/\[[\w,-]*\]$/, ''))
    .filter((word) => word !== '' && !word.startsWith('-'))
    .flatMap((word) => resolveInside('', word))
}

/** `-r other.txt`, `-c limits.txt` and `-e ./package` in a file of requirements, relative to that file. */
function requirementsIn(path: string, text: string): string[] {
  const base = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : ''
  return text.split('\n').flatMap((line) => {
    const [, target] =
      /^\s*(?:-r|--requirement|-c|--constraint|-e|--editable)[\s=]+(\S+)/.exec(line) ??
      /^\s*(\.{0,2}\/[^\s;#]+)/.exec(line) ??
      []
    return target === undefined ? [] : resolveInside(base, target)
  })
}

/** A path relative to a folder, without dots; none when it leaves the code. */
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
