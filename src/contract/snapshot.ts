import { z } from 'zod'

import { isInside, pathBytes, portablePathText } from './file-paths.ts'
import { LIMITS } from './limits.ts'

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'form_sha256')

const fileEntry = z.strictObject({
  /** Path relative to the folder of the code, with `/` between folders, as `portablePathText` writes it. */
  path: z.string().min(1).max(LIMITS.pathCharsMax),
  sha256,
  sizeBytes: z.int().min(0),
  isExecutable: z.boolean(),
})
export type FileEntry = z.output<typeof fileEntry>

/** The list of files of a snapshot. The SHA-256 of its `manifestText` is the digest that identifies the snapshot. */
export const manifest = z.strictObject({ files: z.array(fileEntry).max(LIMITS.snapshotFilesMax) })
export type Manifest = z.output<typeof manifest>

/** Returns the canonical text of a manifest: manifests with equal files in any order have equal texts. */
export function manifestText({ files }: Manifest): string {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  return JSON.stringify({
    files: sorted.map(({ path, sha256, sizeBytes, isExecutable }) => [path, sha256, sizeBytes, isExecutable]),
  })
}

type PathFault = 'path_absolute' | 'path_dots' | 'path_characters' | 'path_parts'

/**
 * Returns why a path from a client may not be in a snapshot; undefined for a valid path. Refused are paths that are too
 * long, that could lead out of the folder, that some system reads as another path, or that are not in canonical form.
 */
export function pathFault(path: string): PathFault | undefined {
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'path_absolute'
  const bytes = pathBytes(path)
  if (!path.isWellFormed() || portablePathText(bytes) !== path) return 'path_characters'

  const parts = path.split('/')
  if (parts.some((part) => part === '.' || part === '..')) return 'path_dots'

  const isLong = path.length > LIMITS.pathCharsMax || parts.length > LIMITS.pathPartsMax
  return isLong || !isInside(bytes) || parts.some((part) => pathBytes(part).length > LIMITS.fileNameBytesMax)
    ? 'path_parts'
    : undefined
}

/**
 * Returns the first path of a manifest that is invalid, occurs twice, or is both a file and a folder, with the reason;
 * undefined for a valid manifest.
 */
export function manifestFault({
  files,
}: Manifest): { path: string; why: PathFault | 'path_twice' | 'path_both' } | undefined {
  const seen = new Set<string>()
  const folders = new Set<string>()

  for (const { path } of files) {
    const fault = pathFault(path)
    if (fault) return { path, why: fault }
    if (seen.has(path)) return { path, why: 'path_twice' }
    seen.add(path)
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
  }

  const both = [...seen].find((path) => folders.has(path))
  return both === undefined ? undefined : { path: both, why: 'path_both' }
}
