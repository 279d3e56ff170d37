import { useState } from 'react'
import type { ReactElement } from 'react'

import { formatBytes } from '../../format.ts'
import { Icon } from '../../ui/icons.tsx'

interface File {
  readonly path: string
  readonly sizeBytes: number
}

interface Folder {
  readonly name: string
  readonly path: string
  readonly folders: Map<string, Folder>
  readonly files: File[]
}

/** Number of levels of folders that are open at first. */
const OPEN_LEVELS = 1

/** A tree of files by folder. A click opens a folder or chooses a file. */
export function FileTree({
  files,
  chosen,
  onChoose,
}: {
  readonly files: readonly File[]
  readonly chosen: string | undefined
  readonly onChoose: (path: string) => void
}): ReactElement {
  return (
    <div className="tree">
      <Branch folder={toTree(files)} depth={0} chosen={chosen} onChoose={onChoose} />
    </div>
  )
}

function toTree(files: readonly File[]): Folder {
  const root: Folder = { name: '', path: '', folders: new Map(), files: [] }
  for (const file of files) {
    let folder = root
    for (const name of file.path.split('/').slice(0, -1)) {
      const next = folder.folders.get(name) ?? {
        name,
        path: `${folder.path}${name}/`,
        folders: new Map<string, Folder>(),
        files: [],
      }
      folder.folders.set(name, next)
      folder = next
    }

    folder.files.push(file)
  }

  return root
}

function Branch({
  folder,
  depth,
  chosen,
  onChoose,
}: {
  readonly folder: Folder
  readonly depth: number
  readonly chosen: string | undefined
  readonly onChoose: (path: string) => void
}): ReactElement {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(depth < OPEN_LEVELS ? folder.folders.keys() : []))
  const toggle = (name: string): void =>
    setOpen(new Set(open.has(name) ? [...open].filter((one) => one !== name) : [...open, name]))

  return (
    <ul>
      {[...folder.folders.values()].map((child) => (
        <li key={child.path}>
          <button type="button" aria-expanded={open.has(child.name)} onClick={() => toggle(child.name)}>
            <Icon name={open.has(child.name) ? 'down' : 'right'} size={13} />
            <span className="clip">{child.name}</span>
          </button>
          {open.has(child.name) && <Branch folder={child} depth={depth + 1} chosen={chosen} onChoose={onChoose} />}
        </li>
      ))}
      {folder.files.map((file) => (
        <li key={file.path}>
          <button
            type="button"
            className="file"
            aria-current={file.path === chosen ? 'true' : undefined}
            onClick={() => onChoose(file.path)}
          >
            <span className="clip grow">{file.path.split('/').at(-1)}</span>
            <span className="dim small">{formatBytes(file.sizeBytes)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
