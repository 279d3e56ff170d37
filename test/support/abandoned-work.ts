/**
 * Simulates the kill of a server inside this process: stops work before one of its changes to the file system. During
 * the work the functions of `node:fs` are replaced, also for modules that import them by name.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const PROMISED = [
  'chmod',
  'copyFile',
  'link',
  'mkdir',
  'open',
  'rename',
  'rm',
  'symlink',
  'utimes',
  'writeFile',
] as const
const SYNCHRONOUS = ['mkdirSync', 'renameSync', 'rmSync', 'symlinkSync', 'writeFileSync'] as const

type Callable = (...args: unknown[]) => unknown

/**
 * Starts work and abandons it at its n-th change to the file system, counted from 1: this change and all later ones
 * have no effect. If the n-th change is an `rm`, it removes one file. Returns false if the work ended with fewer
 * changes, and throws the error of work that failed with fewer changes.
 */
export async function abandonAt(n: number, work: () => Promise<unknown>): Promise<boolean> {
  const abandoned = Promise.withResolvers<void>()
  let changes = 0
  const isAbandoned = (name: string, [path, flags]: unknown[]): boolean => {
    if (name !== 'open' || (flags !== undefined && flags !== 'r')) changes += 1
    if (changes < n) return false
    if (changes === n && name.startsWith('rm')) removeOneFile(path as string)
    abandoned.resolve()
    return true
  }

  const restore = replaceChanges(isAbandoned)
  try {
    const ended = work()
    // Abandoned work never ends. If its change is a synchronous function, the work fails.
    await Promise.race([ended, abandoned.promise]).catch(() => {})
    if (changes < n) await ended
    else ended.catch(() => {})
    return changes >= n
  } finally {
    restore()
  }
}

/**
 * Replaces the functions of `node:fs` that change files. A call for which `isAbandoned` returns true has no effect: its
 * promise never settles, or the synchronous function throws. Returns a function that restores the originals.
 */
function replaceChanges(isAbandoned: (name: string, args: unknown[]) => boolean): () => void {
  const promised = fs.promises as unknown as Record<string, Callable>
  const synchronous = fs as unknown as Record<string, Callable>
  const originals = [
    ...PROMISED.map((name) => [promised, name, promised[name]!] as const),
    ...SYNCHRONOUS.map((name) => [synchronous, name, synchronous[name]!] as const),
  ]

  for (const [module, name, original] of originals)
    module[name] = (...args) => {
      if (!isAbandoned(name, args)) return original(...args)
      if (module === promised) return new Promise(() => {})
      throw new Error('abandoned')
    }
  syncBuiltinESMExports()

  return () => {
    for (const [module, name, original] of originals) module[name] = original
    syncBuiltinESMExports()
  }
}

const { lstatSync, readdirSync, unlinkSync } = fs

/** Removes the file at a path, or the first file below a folder. Returns false if there is none. */
function removeOneFile(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory()) return readdirSync(path).some((name) => removeOneFile(join(path, name)))
  if (found) unlinkSync(path)
  return found !== undefined
}

/**
 * Calls `step` with 1, 2, … until it returns false: a test that
 * abandons work at its n-th change. Returns the number of changes.
 */
export async function countSteps(step: (n: number) => Promise<boolean>): Promise<number> {
  let n = 1
  while (await step(n)) n += 1
  return n - 1
}
