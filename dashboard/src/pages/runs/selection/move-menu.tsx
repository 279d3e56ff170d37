import type { ReactElement } from 'react'

import { useProjects } from '../../../api/projects.ts'
import { t } from '../../../texts/texts.ts'
import { Menu } from '../../../ui/menu.tsx'

interface MoveMenuProps {
  /** The project that the runs are in. */
  readonly project: string
  readonly onChoose: (name: string) => void
}

/** A menu of the projects that runs can be moved to. */
export function MoveMenu(props: MoveMenuProps): ReactElement {
  return (
    <Menu label={t('move')} icon="right" opens="up">
      <OtherProjects {...props} />
    </Menu>
  )
}

function OtherProjects({ project, onChoose }: MoveMenuProps): ReactElement {
  const { data = [] } = useProjects()
  const others = data.filter(({ name }) => name !== project)
  if (others.length === 0) return <p className="dim small">{t('no_other_project')}</p>

  return (
    <>
      {others.map(({ name }) => (
        <button key={name} type="button" data-closes="" onClick={() => onChoose(name)}>
          <span className="clip">{name}</span>
        </button>
      ))}
    </>
  )
}
