import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { paths, runName, runTitle } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Link } from '../../ui/link.tsx'
import { NumberedName } from '../../ui/numbered-name.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { LineSample, looksOf } from '../../ui/run-look.tsx'
import type { RunLook } from '../../ui/run-look.tsx'
import css from './compare-table.module.css'

interface HeadProps {
  /** The compared runs, the base first. */
  readonly runs: readonly RunDetailView[]
  readonly onBase: (number: number) => void
  readonly onRemove: (number: number) => void
}

/** The head of a comparison: the name of each run, and buttons that make it the base or remove it. */
export function CompareHead({ runs, onBase, onRemove }: HeadProps): ReactElement {
  const looks = looksOf(runs.map(({ id }) => id))

  return (
    <thead>
      <tr>
        <th scope="col">
          <span className="sr">{t('name')}</span>
        </th>
        {runs.map((run, i) => (
          <RunHead
            key={run.id}
            run={run}
            look={looks.get(run.id)}
            isBase={i === 0}
            onBase={onBase}
            onRemove={onRemove}
          />
        ))}
      </tr>
    </thead>
  )
}

function RunHead({
  run,
  look,
  isBase,
  onBase,
  onRemove,
}: Omit<HeadProps, 'runs'> & {
  readonly run: RunDetailView
  readonly look: RunLook | undefined
  readonly isBase: boolean
}): ReactElement {
  return (
    <th scope="col" className={isBase ? css.base : ''}>
      <span className="name">
        <LineSample look={look} />
        <PhaseIcon phase={run.phase} />
        <Link className="clip ink strong" to={paths.run(run.project, run.number)} title={runName(run)}>
          <NumberedName text={runName(run)} />
        </Link>
      </span>
      <span className={`name ${css.runTools}`}>
        <small className="dim grow clip">{isBase ? `#${run.number} · ${t('base')}` : `#${run.number}`}</small>
        {!isBase && (
          <IconButton name="pin" label={t('make_base', { name: runTitle(run) })} onClick={() => onBase(run.number)} />
        )}
        <IconButton
          name="cross"
          label={t('remove_run', { name: runTitle(run) })}
          onClick={() => onRemove(run.number)}
        />
      </span>
    </th>
  )
}
