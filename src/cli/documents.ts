import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

import type { Problem } from '../contract/problems.ts'
import type { Args, DetailCode, ProblemCode } from '../contract/messages/messages.ts'
import { SpecError } from '../core/language/document.ts'
import type { Source } from '../core/language/document.ts'

const TYPES = new Set(['.yml', '.yaml', '.json'])
const DEFAULT_NAMES = ['haganefile', 'polyaxon', 'polyaxonci', 'polyaxon-ci', 'polyaxon.ci', 'polyaxonfile'].flatMap(
  (base) => ['yaml', 'yml', 'json'].map((type) => `${base}.${type}`),
)

/**
 * Reads the files of a document; relative paths start at `cwd`. Without files, reads the first existing file in `cwd`
 * with a default name. Throws SpecError if a file is missing, unreadable or not UTF-8.
 */
export function readSources(files: readonly string[], cwd: string): Source[] {
  if (files.length > 0) return files.map((file) => readSource(file, join(cwd, file)))
  for (const name of DEFAULT_NAMES) {
    const bytes = tryRead(join(cwd, name))
    if (bytes instanceof Uint8Array) return [{ file: name, text: decode(name, bytes) }]
  }
  return fail('haganefile.yml', 'file_none', {})
}

function readSource(file: string, path: string): Source {
  if (!TYPES.has(extname(file).toLowerCase())) return fail(file, 'file_type', { file })
  const bytes = tryRead(file.startsWith('/') ? file : path)
  if (bytes instanceof Uint8Array) return { file, text: decode(file, bytes) }
  return fail(file, 'file_unreadable', {
    file,
    reason: { detail: REASONS[bytes.code ?? ''] ?? 'file_failed', args: { code: bytes.code ?? bytes.message } },
  })
}

const REASONS: Readonly<Record<string, DetailCode>> = {
  ENOENT: 'file_missing',
  EACCES: 'file_denied',
  EISDIR: 'file_folder',
  ENOTDIR: 'file_missing',
}

function tryRead(path: string): Uint8Array | NodeJS.ErrnoException {
  try {
    return readFileSync(path)
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}

// Tried in this order: a later encoding also accepts most bytes of the encodings before it.
const OTHER_ENCODINGS = ['euc-jp', 'shift_jis', 'gb18030', 'windows-1252'] as const
const ENCODING_NAMES = {
  'euc-jp': 'EUC-JP',
  shift_jis: 'Shift_JIS',
  gb18030: 'GB 18030',
  'windows-1252': 'Latin-1',
} as const

/**
 * Decodes a file as UTF-8. Throws SpecError for other bytes, with the probable encoding and the position of the first
 * invalid byte.
 */
function decode(file: string, bytes: Uint8Array): string {
  const text = decodeAs('utf-8', bytes)

  const [first, second] = bytes
  const isUtf16 =
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    zeroShare(bytes.subarray(0, 200)) > ZERO_SHARE_UTF16
  if (text !== undefined && !isUtf16) return text

  const other = isLatin(bytes)
    ? undefined
    : OTHER_ENCODINGS.find((encoding) => looksLikeText(decodeAs(encoding, bytes)))
  const encoding = isUtf16 ? 'UTF-16' : ENCODING_NAMES[other ?? 'windows-1252']

  throw new SpecError([
    {
      code: 'file_encoding',
      args: { file, encoding },
      path: '',
      file,
      ...positionOf(bytes, isUtf16 ? 0 : validLength(bytes)),
    },
  ])
}

/** Byte of the first accented letter in Latin-1. */
const LATIN1_LETTERS_MIN = 0xc0

/**
 * Whether every byte beyond ASCII is an accented letter of Latin-1 and stands alone between ASCII bytes, as in French
 * and German words.
 */
function isLatin(bytes: Uint8Array): boolean {
  return bytes.every(
    (byte, at) =>
      byte < 0x80 || (byte >= LATIN1_LETTERS_MIN && (bytes[at - 1] ?? 0) < 0x80 && (bytes[at + 1] ?? 0) < 0x80),
  )
}

// Share of zero bytes above which a file counts as UTF-16. In Latin text in UTF-16 half of the bytes are zero.
const ZERO_SHARE_UTF16 = 0.25

function zeroShare(bytes: Uint8Array): number {
  return bytes.filter((byte) => byte === 0).length / Math.max(1, bytes.length)
}

function decodeAs(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function looksLikeText(text: string | undefined): boolean {
  return text !== undefined && !/[\u0080-\u009f\ufffd\ue000-\uf8ff]/.test(text)
}

/**
 * Returns the length in bytes of the longest prefix that is valid UTF-8. The last character of the prefix may be
 * incomplete.
 */
function validLength(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const isValid = isValidPrefix(bytes.subarray(0, middle))
    if (isValid) low = middle
    else high = middle - 1
  }

  return low
}

/** Whether the bytes are valid UTF-8, except that the last character may be incomplete. */
function isValidPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function positionOf(bytes: Uint8Array, length: number): { line: number; column: number } {
  // With `stream`, an incomplete last character is not decoded. The reported position is thus that of its first byte.
  const lines = new TextDecoder().decode(bytes.subarray(0, length), { stream: true }).split('\n')
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}

/**
 * Parses the `name=value` arguments of `--param` and of Polyaxon's `--params`. Throws SpecError for another form or a
 * repeated name.
 */
export function readParams({
  param,
  params: others = [],
}: {
  param: readonly string[]
  params?: readonly string[]
}): Record<string, string> {
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

function fail(file: string, code: ProblemCode, args: Args): never {
  const problem: Problem = { code, args, path: '', file, line: 1, column: 1 }
  throw new SpecError([problem])
}
