import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { AppError } from '../contract/errors.ts'
import { phrase } from '../contract/fields.ts'
import type { RunReferences } from '../contract/plan.ts'
import { dataDirPaths } from '../core/data-dir.ts'
import { readPlainText } from './plain-file.ts'

/**
 * Reads the sets of variables that are stored on this machine: secrets in `secrets/NAME/KEY` and config maps in
 * `configmaps/NAME/KEY`, one file for each variable.
 */
export interface References {
  /**
   * Returns the variables of all secrets and config maps that a run refers to. Throws AppError `reference_missing` if
   * one does not exist, has an invalid name, or is a secret that other users can read.
   */
  variables(references: RunReferences | undefined): Record<string, string>
  /**
   * Returns the current values of the secrets that a run refers to. Throws AppError `reference_missing` like
   * `variables`.
   */
  valuesOfSecrets(references: RunReferences | undefined): string[]
  /**
   * Returns all values to mask in logs, the longest first: every secret that is stored on this machine now, and the
   * values in `given`.
   */
  secrets(given?: readonly string[]): string[]
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const KEY = /^[A-Za-z_][A-Za-z0-9_]*$/
// A shorter value is not masked: it occurs in too many texts by chance.
const MASKED_CHARS_MIN = 4
// Permission bits of the group and of others.
const GROUP_AND_OTHERS_MODE = 0o077

/** Creates the reader of the secrets and config maps in a data directory. */
export function createReferences(dataDir: string): References {
  const secrets: References['secrets'] = (given = []) => {
    const root = dataDirPaths(dataDir).secrets
    const kept = namesIn(root).flatMap((name) =>
      filesIn(join(root, name)).flatMap((key) => readIfPossible(join(root, name, key)) ?? []),
    )
    // Each line of a value with several lines is also masked by itself.
    const all = new Set([...kept, ...given].flatMap((value) => [value, ...value.split(/\r?\n/)]))
    return [...all].filter((value) => value.length >= MASKED_CHARS_MIN).sort((a, b) => b.length - a.length)
  }

  return {
    variables: (references) => ({
      ...Object.assign({}, ...(references?.configs ?? []).map((name) => readSet(dataDir, 'configMaps', name))),
      ...Object.assign({}, ...(references?.secrets ?? []).map((name) => readSet(dataDir, 'secrets', name))),
    }),

    valuesOfSecrets: (references) =>
      (references?.secrets ?? []).flatMap((name) => Object.values(readSet(dataDir, 'secrets', name))),
    secrets,
  }
}

function readSet(dataDir: string, kind: 'secrets' | 'configMaps', name: string): Record<string, string> {
  const folder = join(dataDirPaths(dataDir)[kind], name)
  const keys = NAME.test(name) ? filesIn(folder) : []
  if (keys.length === 0)
    throw new AppError('reference_missing', {
      detail: phrase(kind === 'secrets' ? 'secret_missing' : 'config_map_missing', { name, folder }),
    })

  return Object.fromEntries(
    keys.map((key) => {
      const path = join(folder, key)
      if (!KEY.test(key)) throw new AppError('reference_missing', { detail: phrase('reference_name', { path }) })
      if (kind === 'secrets' && (statSync(path).mode & GROUP_AND_OTHERS_MODE) !== 0)
        throw new AppError('reference_missing', { detail: phrase('reference_open', { path }) })
      return [key, read(path)]
    }),
  )
}

/** Reads a value. Returns undefined if its file cannot be read: the other secrets are then still masked. */
function readIfPossible(path: string): string | undefined {
  try {
    return read(path)
  } catch {
    return undefined
  }
}

function filesIn(folder: string): string[] {
  return namesIn(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true)
}

/** Reads a value, without the line end that editors put at the end of a file. */
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

/**
 * Writes the values of the secrets that an attempt received to a file. They are needed to mask its log later, when the
 * stored secrets may have changed.
 */
export function writeReceivedSecrets(path: string, secrets: readonly string[]): void {
  if (secrets.length > 0) writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 })
}

/**
 * Reads the file of `writeReceivedSecrets`. Returns an empty list if the file is missing or a program has overwritten
 * it.
 */
export function readReceivedSecrets(path: string): string[] {
  try {
    const given: unknown = JSON.parse(readPlainText(path) ?? '[]')
    return Array.isArray(given) ? given.filter((secret) => typeof secret === 'string') : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
