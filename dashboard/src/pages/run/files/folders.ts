/** A file in a list of files, with its whole path. */
export interface ListedFile {
  readonly path: string
  readonly sizeBytes: number
}

/** A folder with its folders and files, each in the order of the list. The path of a folder ends with `/`. */
export interface Folder {
  readonly name: string
  readonly path: string
  readonly folders: readonly Folder[]
  readonly files: readonly ListedFile[]
}

/** Builds a tree of folders from a list of files. Returns the top folder, whose name and path are empty. */
export function toFolders(files: readonly ListedFile[]): Folder {
  return folderOf(
    files.map((file) => ({ file, parts: file.path.split('/') })),
    { name: '', path: '' },
  )
}

/** Returns the name of a file: the part of its path after the last `/`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** A file with the parts of its path below the folder that is being built. */
interface Entry {
  readonly file: ListedFile
  readonly parts: readonly string[]
}

function folderOf(entries: readonly Entry[], { name, path }: Pick<Folder, 'name' | 'path'>): Folder {
  const below = new Map<string, Entry[]>()
  for (const { file, parts } of entries) {
    const [first, ...rest] = parts
    if (rest.length === 0) continue
    const entry = { file, parts: rest }
    const folder = below.get(first!)
    if (folder) folder.push(entry)
    else below.set(first!, [entry])
  }

  return {
    name,
    path,
    folders: Array.from(below, ([child, own]) => folderOf(own, { name: child, path: `${path}${child}/` })),
    files: entries.flatMap(({ file, parts }) => (parts.length === 1 ? [file] : [])),
  }
}
