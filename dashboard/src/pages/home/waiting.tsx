import type { ReactElement } from 'react'

import type { RunPageView } from '../../../../src/contract/routes/runs.ts'
import { formatAge } from '../../format.ts'
import { paths, sweepName } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { PhaseIcon } from '../../ui/phase.tsx'
import { Block, HiddenCount, NoEntries } from './block.tsx'
import { Line } from './line.tsx'
import { LineTitle, RunTitle } from './line-title.tsx'
import { SHOWN_MAX } from './use-home.ts'
import { toWaitingLines } from './waiting-lines.ts'
import type { WaitingLine } from './waiting-lines.ts'

/** The waiting runs and the reasons why they wait. Trials of one sweep that wait for the same reason share a line. */
export function Waiting({ waiting, now }: { readonly waiting: RunPageView; readonly now: number }): ReactElement {
  const lines = toWaitingLines(waiting.runs).slice(0, SHOWN_MAX)

  return (
    <Block title={t('waiting')} note={t('waiting_why', { n: waiting.total ?? 0 })}>
      {lines.map((line) => (
        <Line key={line.first.id} kind="waiting">
          <PhaseIcon phase={line.first.phase} />
          {line.n === 1 ? <RunTitle run={line.first} /> : <TrialsTitle line={line} />}
          <span className="mid">{line.first.waiting ?? t(`phase_${line.first.phase}`)}</span>
          <span className="dim num">{formatAge(line.first.createdAt, now)}</span>
        </Line>
      ))}
      <HiddenCount n={(waiting.total ?? 0) - lines.reduce((sum, { n }) => sum + n, 0)} />
      {waiting.runs.length === 0 && <NoEntries text={t('nothing_waits')} />}
    </Block>
  )
}

function TrialsTitle({ line: { first, n } }: { readonly line: WaitingLine }): ReactElement {
  const number = first.sweep!

  return (
    <LineTitle to={paths.sweep(first.project, number)} name={sweepName({ name: first.sweepName, number })}>
      {first.project} · {t('trials_n', { n })}
    </LineTitle>
  )
}
