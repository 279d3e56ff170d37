import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { EXIT } from '../../contract/errors.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { FileEntry, Manifest } from '../../contract/snapshot.ts'
import { dataDirPaths } from '../../core/data-dir.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { formatBytes } from '../output.ts'
import { bytePath, scanFolder } from './scan.ts'
import type { ScannedFile } from './scan.ts'
import { looksLikeSecret } from './secrets.ts'

/** The result of `uploadFolder`. */
export interface Uploaded {
  readonly digest: string
  readonly files: number
  readonly sizeBytes: number
  /** Size of the file contents that the server did not have and that were sent. */
  readonly sentBytes: number
}

/**
 * Makes a snapshot of a folder and sends the file contents that the server does not have yet. Prints warnings about
 * large files, possible secrets and skipped paths. Throws CliExit if the folder does not exist, is too large, or
 * contains a file that cannot be read.
 */
export async function uploadFolder(cli: Cli, client: Client, root: string): Promise<Uploaded> {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new CliExit(EXIT.usage, cli.formatMessage('code_no_folder', { path: root }))

  const { files, skipped } = scanFolder(root)
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  refuseTooLarge(cli, files, sizeBytes)
  const { entries, secrets } = hashAll(cli, root, files)
  printWarnings(cli, { files, sizeBytes, skipped, secrets })

  const manifest: Manifest = { files: entries }
  const { digest, isKnown, missing } = await client.call('findMissing', { body: manifest })

  const sentBytes = await sendMissing(cli, client, { root, entries, missing: new Set(missing) })
  if (!isKnown || missing.length > 0) await client.call('createSnapshot', { body: manifest })

  return { digest, files: files.length, sizeBytes, sentBytes }
}

function refuseTooLarge(cli: Cli, files: readonly ScannedFile[], sizeBytes: number): void {
  const huge = files.find((file) => file.sizeBytes > LIMITS.snapshotFileBytesMax)
  if (huge)
    throw new CliExit(
      EXIT.usage,
      cli.formatMessage('code_file_too_large', {
        path: huge.path,
        size: formatBytes(huge.sizeBytes),
        max: formatBytes(LIMITS.snapshotFileBytesMax),
      }),
    )

  if (files.length > LIMITS.snapshotFilesMax || sizeBytes > LIMITS.snapshotBytesMax)
    throw new CliExit(
      EXIT.usage,
      cli.formatMessage('code_too_large', {
        files: files.length,
        size: formatBytes(sizeBytes),
        largest: largestFolders(files).join(', '),
      }),
    )
}

interface Findings {
  readonly files: readonly ScannedFile[]
  readonly sizeBytes: number
  readonly skipped: readonly string[]
  readonly secrets: readonly string[]
}

const NAMED_MAX = 5

function printWarnings(cli: Cli, { files, sizeBytes, skipped, secrets }: Findings): void {
  const named = (paths: readonly string[]): string =>
    paths.slice(0, NAMED_MAX).join(', ') + (paths.length > NAMED_MAX ? ', …' : '')
  const large = files.filter((file) => file.sizeBytes > LIMITS.snapshotFileWarnBytes).map((file) => file.path)

  if (secrets.length > 0) cli.printStatus(cli.formatMessage('code_secrets', { paths: named(secrets) }))
  if (large.length > 0) cli.printStatus(cli.formatMessage('code_large_files', { paths: named(large) }))
  else if (sizeBytes > LIMITS.snapshotWarnBytes)
    cli.printStatus(
      cli.formatMessage('code_large', { size: formatBytes(sizeBytes), largest: largestFolders(files).join(', ') }),
    )
  if (skipped.length > 0) cli.printStatus(cli.formatMessage('code_skipped', { paths: named(skipped) }))
}

/** Returns the three top-level folders or files with the most bytes, each with its size. */
function largestFolders(files: readonly ScannedFile[]): string[] {
  const sizes = new Map<string, number>()
  for (const { path, sizeBytes } of files) {
    const top = path.includes('/') ? `${path.slice(0, path.indexOf('/'))}/` : path
    sizes.set(top, (sizes.get(top) ?? 0) + sizeBytes)
  }

  return [...sizes]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, size]) => `${name} ${formatBytes(size)}`)
}

/**
 * Least time since the last change of a file for its hash to be cached. A file changed more recently could change again
 * without a new modification time.
 */
const CACHE_MIN_AGE_MS = 2_000

/**
 * Hashes of the files of a folder at its last upload, by path. `fingerprint` is `ScannedFile.fingerprint` at that time;
 * `isSecret` is the result of `looksLikeSecret`.
 */
type HashCache = Record<string, readonly [fingerprint: string, hash: string, isSecret: boolean]>

/**
 * Returns the entries of a snapshot and the paths of possible secrets. Reads only files whose size, modification time
 * or inode changed since the last upload; other hashes come from the cache.
 */
function hashAll(cli: Cli, root: string, files: readonly ScannedFile[]): { entries: FileEntry[]; secrets: string[] } {
  const cacheFile = join(
    dataDirPaths(cli.config.dataDir).hashes,
    `${createHash('sha256').update(root).digest('hex').slice(0, 32)}.json`,
  )

  const cachedHashes = readCache(cacheFile)
  const newCache: HashCache = {}
  const secrets: string[] = []
  const settledBefore = Date.now() - CACHE_MIN_AGE_MS

  const entries = files.map(({ path, sizeBytes, isExecutable, fingerprint, mtimeMs }): FileEntry => {
    const cached =
      Object.hasOwn(cachedHashes, path) && cachedHashes[path]![0] === fingerprint
        ? cachedHashes[path]!
        : hashFile(cli, root, path, fingerprint)
    if (mtimeMs < settledBefore) newCache[path] = cached
    if (cached[2]) secrets.push(path)
    return { path, sha256: cached[1], sizeBytes, isExecutable }
  })

  writeCache(cacheFile, newCache)
  return { entries, secrets }
}

function hashFile(cli: Cli, root: string, path: string, fingerprint: string): HashCache[string] {
  const content = readCode(cli, root, path)
  return [fingerprint, createHash('sha256').update(content).digest('hex'), looksLikeSecret(path, content)]
}

/** Reads a file. Throws CliExit if the file was removed or may not be read. */
function readCode(cli: Cli, root: string, path: string): Buffer {
  try {
    return readFileSync(bytePath(root, path))
  } catch (error) {
    throw new CliExit(
      EXIT.usage,
      cli.formatMessage('code_unreadable', { path, why: (error as NodeJS.ErrnoException).code ?? '' }),
    )
  }
}

function readCache(file: string): HashCache {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as HashCache
  } catch {
    return {}
  }
}

function writeCache(file: string, cache: HashCache): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  const temporaryFile = `${file}.${process.pid}`
  writeFileSync(temporaryFile, JSON.stringify(cache), { mode: 0o600 })
  renameSync(temporaryFile, file)
}

/**
 * Sends the file contents whose hashes are in `missing`. A request (a pack) contains several contents, each preceded by
 * a line with its hash and size. Returns the total size of the contents. Throws CliExit if a file changed after it was
 * hashed.
 */
async function sendMissing(
  cli: Cli,
  client: Client,
  { root, entries, missing }: { root: string; entries: readonly FileEntry[]; missing: Set<string> },
): Promise<number> {
  let pack: Buffer[] = []
  let packBytes = 0
  let sentBytes = 0

  const send = async (): Promise<void> => {
    if (pack.length > 0) await client.call('putBlobs', { bytes: Buffer.concat(pack) })
    pack = []
    packBytes = 0
  }

  for (const { path, sha256 } of entries) {
    if (!missing.delete(sha256)) continue
    const content = readCode(cli, root, path)
    if (createHash('sha256').update(content).digest('hex') !== sha256)
      throw new CliExit(EXIT.usage, cli.formatMessage('code_changed', { path }))

    pack.push(Buffer.from(`${sha256} ${content.length}\n`), content)
    packBytes += content.length
    sentBytes += content.length
    if (packBytes >= LIMITS.uploadPackBytes) await send()
  }

  await send()
  return sentBytes
}
