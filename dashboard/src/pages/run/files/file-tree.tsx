import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import { formatBytes } from '../../../format.ts'
import { Icon } from '../../../ui/icons.tsx'
import css from './file-tree.module.css'
import { nameOf, toFolders } from './folders.ts'
import type { Folder, ListedFile } from './folders.ts'

/** Number of levels of folders that are unfolded at first. */
const OPEN_LEVELS = 1

interface Choice {
  readonly chosen: string | undefined
  readonly onChoose: (path: string) => void
}

/** A tree of files by folder. A click opens a folder or chooses a file. */
export function FileTree({ files, ...choice }: Choice & { readonly files: readonly ListedFile[] }): ReactElement {
  const root = useMemo(() => toFolders(files), [files])

  return (
    <div className={css.tree}>
      <Branch folder={root} depth={0} {...choice} />
    </div>
  )
}

function Branch({
  folder,
  depth,
  ...choice
}: Choice & { readonly folder: Folder; readonly depth: number }): ReactElement {
  const [open, setOpen] = useState<ReadonlySet<string>>(
    new Set(depth < OPEN_LEVELS ? folder.folders.map(({ name }) => name) : []),
  )
  const toggle = (name: string): void =>
    setOpen(new Set(open.has(name) ? [...open].filter((one) => one !== name) : [...open, name]))

  return (
    <ul>
      {folder.folders.map((child) => (
        <li key={child.path}>
          <button type="button" aria-expanded={open.has(child.name)} onClick={() => toggle(child.name)}>
            <Icon name={open.has(child.name) ? 'down' : 'right'} size={13} />
            <span className="clip">{child.name}</span>
          </button>
          {open.has(child.name) && <Branch folder={child} depth={depth + 1} {...choice} />}
        </li>
      ))}
      {folder.files.map((file) => (
        <li key={file.path}>
          <FileButton file={file} {...choice} />
        </li>
      ))}
    </ul>
  )
}

function FileButton({
  file: { path, sizeBytes },
  chosen,
  onChoose,
}: Choice & { readonly file: ListedFile }): ReactElement {
  return (
    <button
      type="button"
      className={css.file}
      aria-current={path === chosen ? 'true' : undefined}
      onClick={() => onChoose(path)}
    >
      <span className="clip grow">{nameOf(path)}</span>
      <span className="dim small">{formatBytes(sizeBytes)}</span>
    </button>
  )
}
