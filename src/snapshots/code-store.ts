import { createHash } from 'node:crypto'
import { constants, existsSync, mkdirSync } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import { pathBytes } from '../contract/file-paths.ts'
import { LIMITS } from '../contract/limits.ts'
import { manifestFault } from '../contract/snapshot.ts'
import type { FileEntry, Manifest } from '../contract/snapshot.ts'
import { dataDirPaths } from '../core/data-dir.ts'
import type { CodeStore } from '../core/ports/code-store.ts'

const HASH = /^[0-9a-f]{64}$/
const FILES_AT_ONCE = 16

/**
 * Creates the store of blobs and of the folders unpacked from them. A blob is a file under `blobs/` with its SHA-256 as
 * name; the folders are under `trees/`. A blob or folder never exists under its name before it is complete. Paths are
 * built only from hashes and checked manifests.
 */
export function createCodeStore(dataDir: string): CodeStore {
  const { blobs, trees } = dataDirPaths(dataDir)
  let queueTail: Promise<unknown> = Promise.resolve()
  const unpacking = new Map<string, Promise<{ path: string; isNew: boolean }>>()
  const blobPath = (hash: string): string => {
    if (!HASH.test(hash)) throw new AppError('invalid', { detail: phrase('hash_odd', { hash: hash.slice(0, 70) }) })
    return join(blobs, hash.slice(0, 2), hash.slice(2))
  }

  const put = async (hash: string, content: Uint8Array): Promise<void> => {
    if (createHash('sha256').update(content).digest('hex') !== hash)
      throw new AppError('invalid', { detail: phrase('hash_other', { hash }) })

    const path = blobPath(hash)
    if (await updateLastUse(path)) return
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    await writeDurably(path, content)
  }

  const unpack = async (digest: string, manifest: Manifest): Promise<{ path: string; isNew: boolean }> => {
    const path = join(trees, digest)
    if (await updateLastUse(path)) return { path, isNew: false }

    const fault = manifestFault(manifest)
    if (fault) throw new AppError('invalid', { detail: phrase(fault.why, { path: JSON.stringify(fault.path) }) })
    const half = `${path}.half`
    await rm(half, { recursive: true, force: true })
    await mkdir(half, { recursive: true, mode: 0o700 })

    // A path in a manifest may encode bytes that are not UTF-8 (see `pathBytes`).
    const pathOf = (path: string): Buffer => Buffer.concat([Buffer.from(`${half}/`), pathBytes(path)])
    for (const folder of new Set(manifest.files.map((file) => dirname(file.path))))
      await mkdir(pathOf(folder), { recursive: true, mode: 0o700 })
    await forEach(manifest.files, (file) => placeFile(blobPath(file.sha256), pathOf(file.path), file))

    await rename(half, path)
    return { path, isNew: true }
  }

  return {
    runExclusively: async (work) => {
      const result = queueTail.then(work)
      queueTail = result.catch(() => {})
      return await result
    },

    listMissing: async (hashes) => hashes.filter((hash) => !existsSync(blobPath(hash))),
    put,

    putAll: async (bytes) => {
      let stored = 0
      let waiting: Frame[] = []
      // Awaits all writes before more bytes are read, so that an interrupted upload leaves no unfinished write whose
      // error nothing handles.
      const flush = async (): Promise<void> => {
        await forEach(waiting, ({ hash, content }) => put(hash, content))
        stored += waiting.length
        waiting = []
      }

      for await (const frame of readFrames(bytes)) if (waiting.push(frame) >= FILES_AT_ONCE) await flush()
      await flush()
      return stored
    },

    read: async (hash) => {
      if (!HASH.test(hash)) return undefined
      try {
        return await readFile(blobPath(hash))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },

    checkOut: async (digest, manifest) => {
      blobPath(digest)

      const running = unpacking.get(digest)
      if (running) return { ...(await running), isNew: false }

      const started = unpack(digest, manifest).finally(() => unpacking.delete(digest))
      unpacking.set(digest, started)
      return await started
    },

    removeStale: async (unusedSince, brokenSince) => {
      await removeOld(trees, unusedSince, () => true)
      for (const folder of await listBlobFolders(blobs))
        await removeOld(join(blobs, folder), brokenSince, (name) => name.endsWith('.half'))
    },

    removeBlobs: async (olderThan, keep) => {
      let removed = 0
      for (const prefix of await listBlobFolders(blobs))
        removed += await removeOld(join(blobs, prefix), olderThan, (name) => !keep(prefix + name))
      return removed
    },
  }
}

/**
 * Places a file in an unpacked folder, as a hard link to its blob, which takes no space. An executable file is a copy,
 * because changing the mode of a link would change the blob in every folder.
 */
async function placeFile(blob: string, path: Buffer, { isExecutable }: FileEntry): Promise<void> {
  if (!isExecutable) return await link(blob, path)
  await copyFile(blob, path, constants.COPYFILE_FICLONE)
  const file = await open(path, 'r')
  await file.chmod(0o700)
  await file.close()
}

/**
 * Sets the modification time of a file or folder to now, which delays its removal. Returns false if it does not exist.
 */
async function updateLastUse(path: string): Promise<boolean> {
  try {
    await utimes(path, new Date(), new Date())
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const half = `${path}.${process.pid}.${Math.trunc(performance.now() * 1000)}.half`
  try {
    await writeNew(half, content)
    await rename(half, path)
  } catch (error) {
    await rm(half, { force: true })
    if (DISK_FULL_CODES.has((error as NodeJS.ErrnoException).code ?? ''))
      throw new AppError('storage_full', {}, { cause: error })
    throw error
  }
}

/** Error codes of a full disk and of an exhausted quota. */
const DISK_FULL_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

async function writeNew(path: string, content: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(content)
  await file.sync()
}

interface Frame {
  readonly hash: string
  readonly content: Uint8Array
}

const HEAD_BYTES_MAX = 100

/**
 * Yields the blobs in a stream. Each follows a line `SHA256 SIZE`, with the size in bytes. Throws AppError `invalid`
 * for a malformed line or a truncated end, and `too_large` for a size beyond `LIMITS.uploadBytesMax`.
 */
async function* readFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let buffer = Buffer.alloc(0)
  let waiting: Buffer[] = []
  let needed = 0

  for await (const piece of bytes) {
    waiting.push(Buffer.from(piece))

    const held = waiting.reduce((sum, part) => sum + part.length, buffer.length)
    if (held < needed) continue

    buffer = Buffer.concat([buffer, ...waiting])
    waiting = []
    for (;;) {
      const frame = readFrame(buffer)
      if (frame === undefined) break
      if ('needed' in frame) {
        needed = frame.needed
        break
      }

      buffer = buffer.subarray(frame.end)
      needed = 0
      yield frame
    }
  }

  if (buffer.length > 0 || waiting.length > 0) throw new AppError('invalid', { detail: phrase('content_cut') })
}

function readFrame(buffer: Buffer): (Frame & { end: number }) | { needed: number } | undefined {
  const line = buffer.indexOf(10)
  if (line < 0 && buffer.length < HEAD_BYTES_MAX) return undefined

  const [, hash, size] =
    /^([0-9a-f]{64}) (\d{1,12})$/.exec(buffer.subarray(0, Math.max(0, line)).toString('latin1')) ?? []
  if (hash === undefined) throw new AppError('invalid', { detail: phrase('content_head') })
  if (Number(size) > LIMITS.uploadBytesMax) throw new AppError('too_large', { max: LIMITS.uploadBytesMax })

  const end = line + 1 + Number(size)
  return buffer.length < end ? { needed: end } : { hash, content: buffer.subarray(line + 1, end), end }
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const results = await Promise.allSettled(
    Array.from({ length: FILES_AT_ONCE }, async () => {
      for (const item of queue) await work(item)
    }),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/**
 * Returns the names of the folders of blobs, the first two hex digits of their hashes. Other entries of `blobs/` are
 * not Hagane's and must not be removed.
 */
async function listBlobFolders(blobs: string): Promise<string[]> {
  const names = existsSync(blobs) ? await readdir(blobs) : []
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name))
}

async function removeOld(folder: string, before: number, isRemovable: (name: string) => boolean): Promise<number> {
  let removed = 0
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    const path = join(folder, name)
    if (!isRemovable(name) || (await stat(path)).mtimeMs >= before) continue
    await removeWhole(path)
    removed += 1
  }
  return removed
}

/**
 * Removes a folder or a file, which gets the suffix `.half` first. Even if the removal is interrupted, a partly removed
 * folder never has the name of a complete one.
 */
async function removeWhole(path: string): Promise<void> {
  const half = path.endsWith('.half') ? path : `${path}.half`
  if (half !== path) {
    await rm(half, { recursive: true, force: true })
    await rename(path, half)
  }
  await rm(half, { recursive: true, force: true })
}
