import type { ReactElement } from 'react'

import { useRunPage } from '../../../api/runs.ts'
import { Scatter } from '../../../charts/scatter.tsx'
import { t } from '../../../texts/texts.ts'
import { parseColumn } from '../columns.ts'
import { FieldSelect } from './field-select.tsx'
import type { RunChartsProps } from './run-charts.tsx'

/** Largest number of runs in the scatter plot. */
const SCATTER_MAX = 1_000

/** A scatter plot of two fields of the runs, with a select for the field of each axis. */
export function ScatterPanel({
  project,
  filter,
  runs,
  total,
  directions,
  state,
  fields,
  hovered,
  onHover,
  onChange,
}: RunChartsProps & { readonly fields: readonly string[] }): ReactElement {
  const [x, y] = state.scatter ?? [fields[1] ?? fields[0]!, fields[0]!]
  const requested = [x, y].filter((field) => parseColumn(field).kind !== 'other').join(',') || 'number'
  const { data } = useRunPage({
    project,
    filter,
    trash: state.isTrash || undefined,
    limit: SCATTER_MAX,
    fields: requested,
  })

  return (
    <Scatter
      runs={data?.runs}
      drawn={runs}
      total={total}
      x={x}
      y={y}
      directions={directions}
      acts={
        <>
          <FieldSelect
            project={project}
            label={t('y_axis')}
            value={y}
            fields={fields}
            onChange={(field) => onChange({ scatter: [x, field] })}
          />{' '}
          ×{' '}
          <FieldSelect
            project={project}
            label={t('x_axis')}
            value={x}
            fields={fields}
            onChange={(field) => onChange({ scatter: [field, y] })}
          />
        </>
      }
      hovered={hovered}
      onHover={onHover}
    />
  )
}
