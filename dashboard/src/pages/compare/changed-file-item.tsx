import { useState } from 'react'
import type { ReactElement } from 'react'

import { t } from '../../texts/texts.ts'
import css from './changed-file-item.module.css'
import type { ChangedFile } from './changed-files.ts'

/**
 * The entry of a changed file. Its diff, `children`, is rendered and loaded only while a person has unfolded the entry.
 */
export function ChangedFileItem({
  name,
  change,
  children,
}: {
  readonly name: string
  readonly change: ChangedFile['change']
  readonly children: ReactElement
}): ReactElement {
  const [isOpen, setOpen] = useState(false)

  return (
    <details className={css.file} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="mono clip">{name}</span> <span className="dim small">{t(`file_${change}`)}</span>
      </summary>
      {isOpen && children}
    </details>
  )
}
