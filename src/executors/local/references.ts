import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import type { RunReferences } from '../../contract/plan.ts'
import { readPlainText } from './plain-file.ts'

/** Named sets of variables on this machine: `secrets/NAME/KEY` and `configmaps/NAME/KEY`, a file each. */
export interface References {
  /** Variables of everything a run names. Throws AppError `reference_missing`. */
  variables(references: RunReferences | undefined): Record<string, string>
  /** Values of the secrets that a run names, as files hold them now. */
  secretsOf(references: RunReferences | undefined): string[]
  /** All that is to be starred out: every secret value of this machine, and others that were given to a process; the longest first. */
  secrets(given?: readonly string[]): string[]
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const KEY = /^[A-Za-z_][A-Za-z0-9_]*$/
// A shorter one stands in too many texts by chance, and hides nothing.
const MASKED_CHARS_MIN = 4
const OTHERS = 0o077

export function createReferences(dataDir: string): References {
  const secrets: References['secrets'] = (given = []) => {
    const root = join(dataDir, 'secrets')
    const kept = namesIn(root).flatMap((name) =>
      filesIn(join(root, name)).flatMap((key) => readOrNone(join(root, name, key)) ?? []),
    )
    // A secret of several lines is a secret in each of them.
    const all = new Set([...kept, ...given].flatMap((value) => [value, ...value.split(/\r?\n/)]))
    return [...all].filter((value) => value.length >= MASKED_CHARS_MIN).sort((a, b) => b.length - a.length)
  }
  return {
    variables: (references) => ({
      ...Object.assign({}, ...(references?.configs ?? []).map((name) => readSet(dataDir, 'configmaps', name))),
      ...Object.assign({}, ...(references?.secrets ?? []).map((name) => readSet(dataDir, 'secrets', name))),
    }),
    secretsOf: (references) =>
      (references?.secrets ?? []).flatMap((name) => Object.values(readSet(dataDir, 'secrets', name))),
    secrets,
  }
}

function readSet(dataDir: string, kind: 'secrets' | 'configmaps', name: string): Record<string, string> {
  const folder = join(dataDir, kind, name)
  const keys = NAME.test(name) ? filesIn(folder) : []
  if (keys.length === 0)
    throw new AppError('reference_missing', {
      detail: phrase(kind === 'secrets' ? 'secret_missing' : 'config_map_missing', { name, folder }),
    })
  return Object.fromEntries(
    keys.map((key) => {
      const path = join(folder, key)
      if (!KEY.test(key)) throw new AppError('reference_missing', { detail: phrase('reference_name', { path }) })
      if (kind === 'secrets' && (statSync(path).mode & OTHERS) !== 0)
        throw new AppError('reference_missing', { detail: phrase('reference_open', { path }) })
      return [key, read(path)]
    }),
  )
}

/** A file that cannot be read keeps no other secret from being starred out. */
function readOrNone(path: string): string | undefined {
  try {
    return read(path)
  } catch {
    return undefined
  }
}

function filesIn(folder: string): string[] {
  return namesIn(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true)
}

/** An editor ends a file with a line end that is no part of the value. */
function read(path: string): string {
  return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

/** A text with some secrets in it starred out. */
export function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '*'.repeat(secret.length)), text)
}

/** Notes which secrets an attempt was given: they may be others by the time that its log is read. */
export function writeGiven(path: string, secrets: readonly string[]): void {
  if (secrets.length > 0) writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 })
}

/** The secret values that an attempt was given; an empty list where its program overwrote the file. */
export function readGiven(path: string): string[] {
  try {
    const given: unknown = JSON.parse(readPlainText(path) ?? '[]')
    return Array.isArray(given) ? given.filter((secret) => typeof secret === 'string') : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
