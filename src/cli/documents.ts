import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

import type { Problem } from '../contract/problems.ts'
import type { ProblemCode } from '../contract/messages/messages.ts'
import { SpecError } from '../core/spec/document.ts'
import type { Source } from '../core/spec/document.ts'

const TYPES = new Set(['.yml', '.yaml', '.json'])
const DEFAULT_NAMES = ['haganefile', 'polyaxon', 'polyaxonci', 'polyaxon-ci', 'polyaxon.ci', 'polyaxonfile'].flatMap((base) =>
  ['yaml', 'yml', 'json'].map((type) => `${base}.${type}`),
)

/** Reads the files of one document; without any, the first file of a usual name. Throws SpecError. */
export function readSources(files: readonly string[], cwd: string): Source[] {
  if (files.length > 0) return files.map((file) => readSource(file, join(cwd, file)))
  for (const name of DEFAULT_NAMES) {
    const text = tryRead(join(cwd, name))
    if (typeof text === 'string') return [{ file: name, text }]
  }
  return fail(DEFAULT_NAMES[0]!, 'file_unreadable', { file: DEFAULT_NAMES[0]!, reason: 'ENOENT' })
}

function readSource(file: string, path: string): Source {
  if (!TYPES.has(extname(file).toLowerCase())) return fail(file, 'file_type', { file })
  const text = tryRead(file.startsWith('/') ? file : path)
  return typeof text === 'string' ? { file, text } : fail(file, 'file_unreadable', { file, reason: text.code ?? 'error' })
}

function tryRead(path: string): string | NodeJS.ErrnoException {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}

/** Parameters from the `name=value` words of the command line, in either spelling of the option. Throws SpecError. */
export function readParams({ param, params: others = [] }: { param: readonly string[]; params?: readonly string[] }): Record<string, string> {
  const params = new Map<string, string>()
  for (const pair of [...param, ...others]) {
    const at = pair.indexOf('=')
    if (at <= 0) fail('-P', 'param_pair', { found: pair })
    const name = pair.slice(0, at)
    if (params.has(name)) fail('-P', 'param_repeated', { name })
    params.set(name, pair.slice(at + 1))
  }
  return Object.fromEntries(params)
}

function fail(file: string, code: ProblemCode, args: Record<string, string>): never {
  const problem: Problem = { code, args, path: '', file, line: 1, column: 1 }
  throw new SpecError([problem])
}
