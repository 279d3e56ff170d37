import { useState } from 'react'
import type { ReactElement } from 'react'

import { useRuns } from '../../api/runs.ts'
import { changeQuery, usePageAddress } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { Empty } from '../../ui/empty.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { SegmentedControl } from '../../ui/segmented-control.tsx'
import { useTitle } from '../../ui/use-title.ts'
import { AddRun } from './add-run.tsx'
import { COMPARED_RUNS_MAX, readComparedRuns, writeComparedRuns } from './compared-runs.ts'
import { Comparison } from './comparison.tsx'

/**
 * The page that compares runs with a base run, side by side: a table of results and then sections of facts (parameters,
 * code, resources, environment), charts, and the differences of the code. In each section the facts that differ come
 * first.
 */
export function Compare({ project }: { readonly project: string }): ReactElement {
  const { query } = usePageAddress()
  const { numbers, requestedCount } = readComparedRuns(query)
  const { runs, error } = useRuns(numbers)
  const [isAll, setAll] = useState(false)
  useTitle(t('compare'), project)

  const setRuns = (next: readonly number[]): void => changeQuery(writeComparedRuns(next))

  return (
    <>
      <PageHead title={t('compare_n', { n: numbers.length })}>
        {requestedCount > numbers.length && (
          <span>{t('compare_cut', { n: numbers.length, total: requestedCount })}</span>
        )}
        <span className="grow" />
        <SegmentedControl
          label={t('rows_shown')}
          value={isAll ? 'all' : 'differences'}
          choices={[
            ['differences', t('differences_first')],
            ['all', t('all_rows')],
          ]}
          onChoose={(value) => setAll(value === 'all')}
        />
        {numbers.length < COMPARED_RUNS_MAX && (
          <AddRun project={project} compared={numbers} onAdd={(number) => setRuns([...numbers, number])} />
        )}
      </PageHead>
      {error && <ErrorNotice error={error} />}
      {numbers.length === 0 ? (
        <Empty title={t('compare_none')} text={t('compare_how')} />
      ) : runs.length < numbers.length && !error ? (
        <Loading what={t('compare')} />
      ) : runs.length === 0 ? null : (
        <Comparison
          project={project}
          runs={runs}
          isAll={isAll}
          onBase={(number) => changeQuery({ base: String(number) })}
          onRemove={(number) => setRuns(numbers.filter((one) => one !== number))}
        />
      )}
    </>
  )
}
