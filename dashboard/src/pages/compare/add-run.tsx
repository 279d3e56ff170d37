import type { ReactElement } from 'react'

import { useRunPage } from '../../api/runs.ts'
import { runName } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Menu } from '../../ui/menu.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'

const OFFERED_MAX = 30

/** A menu of the latest runs of a project that are not compared yet. */
export function AddRun({
  project,
  compared,
  onAdd,
}: {
  readonly project: string
  readonly compared: readonly number[]
  readonly onAdd: (number: number) => void
}): ReactElement {
  const { data } = useRunPage({ project, limit: OFFERED_MAX })

  return (
    <Menu label={t('add_run')} icon="plus" isBare={false}>
      {(data?.runs ?? [])
        .filter(({ number }) => !compared.includes(number))
        .map((run) => (
          <button key={run.id} type="button" data-closes="" onClick={() => onAdd(run.number)}>
            <PhaseIcon phase={run.phase} />
            <span className="clip grow">{runName(run)}</span>
            <span className="dim small">#{run.number}</span>
          </button>
        ))}
    </Menu>
  )
}
