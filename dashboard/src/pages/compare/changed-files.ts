interface File {
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

/**
 * A file that differs between two versions of a folder. `before` and `after` are SHA-256 hashes of its content, null if
 * that version does not contain the file.
 */
export interface ChangedFile {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly before: string | null
  readonly after: string | null
  /** The larger size of the two versions. */
  readonly sizeBytes: number
}

/** Returns the files that differ between two versions of a folder, sorted by path. */
export function diffFiles(before: readonly File[], after: readonly File[]): ChangedFile[] {
  const [old, now] = [before, after].map((files) => new Map(files.map((file) => [file.path, file])))

  return [...new Set([...old!.keys(), ...now!.keys()])].toSorted().flatMap((path) => {
    const [a, b] = [old!.get(path), now!.get(path)]
    if (a?.sha256 === b?.sha256) return []

    const change = a === undefined ? 'added' : b === undefined ? 'removed' : 'changed'

    return [
      {
        path,
        change,
        before: a?.sha256 ?? null,
        after: b?.sha256 ?? null,
        sizeBytes: Math.max(a?.sizeBytes ?? 0, b?.sizeBytes ?? 0),
      },
    ]
  })
}
