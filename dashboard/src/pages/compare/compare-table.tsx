import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { useEnvironments, useSnapshots } from '../../api/code.ts'
import { useDirections, useSetDirection } from '../../api/projects.ts'
import { formatDuration, formatNumber, secondsBetween } from '../../format.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { CompareHead } from './compare-head.tsx'
import { toRows } from './compare-rows.ts'
import css from './compare-table.module.css'
import { FactRows } from './fact-rows.tsx'
import { codeRows, environmentRows, fileHashes, metricNames, packageVersions, resourceRows } from './facts.ts'
import { NumberRow } from './number-row.tsx'
import { SectionRow } from './section-row.tsx'

export interface CompareTableProps {
  readonly project: string
  /** The compared runs, the base first. */
  readonly runs: readonly RunDetailView[]
  /** Whether rows of equal values are always shown. Otherwise they are folded. */
  readonly isAll: boolean
  readonly onBase: (number: number) => void
  readonly onRemove: (number: number) => void
}

/** The table of a comparison: a column for each run, a row for each result and each fact. */
export function CompareTable({ project, runs, isAll, onBase, onRemove }: CompareTableProps): ReactElement {
  const sections = [
    [t('parameters'), toRows(runs.map(({ params }) => params))],
    [t('code_and_command'), codeRows(runs, useFileHashes(runs))],
    [t('resources'), resourceRows(runs)],
    [t('environment'), environmentRows(runs, usePackageVersions(runs))],
  ] as const

  return (
    <table className={css.table} style={{ ['--runs' as string]: runs.length }}>
      <CompareHead runs={runs} onBase={onBase} onRemove={onRemove} />
      <tbody>
        <ResultRows project={project} runs={runs} />
        {sections.map(([title, rows]) => (
          <FactRows key={title} title={title} rows={rows} width={runs.length} isAll={isAll} />
        ))}
      </tbody>
    </table>
  )
}

/** The section of results: the last value of each metric, and the duration. */
function ResultRows({ project, runs }: Pick<CompareTableProps, 'project' | 'runs'>): ReactElement {
  const now = useNow()
  const directions = useDirections(project, true)
  const setDirection = useSetDirection(project)

  return (
    <>
      <SectionRow title={t('result')} note={t('against_base')} width={runs.length} />
      {metricNames(runs).map((name) => (
        <NumberRow
          key={name}
          name={name}
          values={runs.map((run) => run.metrics[name]?.last)}
          direction={directions[name]}
          onDirection={(direction) => setDirection.mutate({ name, direction })}
          format={formatNumber}
        />
      ))}
      <NumberRow
        name={t('duration')}
        values={runs.map((run) => secondsBetween(run.startedAt, run.endedAt, now))}
        direction="minimize"
        format={formatDuration}
      />
    </>
  )
}

/**
 * Loads the package versions in the environments of runs. Returns those that are loaded so far, by hash of the
 * environment and then by package.
 */
function usePackageVersions(runs: readonly RunDetailView[]): ReturnType<typeof packageVersions> {
  return packageVersions(useEnvironments([...new Set(runs.flatMap(({ environment }) => environment ?? []))]))
}

/**
 * Loads the hashes of the files in the snapshots of runs. Returns those that are loaded so far, by digest of the
 * snapshot and then by path.
 */
function useFileHashes(runs: readonly RunDetailView[]): ReturnType<typeof fileHashes> {
  return fileHashes(useSnapshots([...new Set(runs.flatMap(({ snapshot }) => snapshot ?? []))]))
}
