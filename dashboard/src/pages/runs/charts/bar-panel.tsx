import type { ReactElement } from 'react'

import { useGroups } from '../../../api/charts.ts'
import { Bars } from '../../../charts/bars.tsx'
import type { Bar } from '../../../charts/bars.tsx'
import { t } from '../../../texts/texts.ts'
import { Panel } from '../../../ui/panel.tsx'
import { FieldSelect } from './field-select.tsx'
import type { RunChartsProps } from './run-charts.tsx'
import { toGroupBars, toRunBars } from './to-bars.ts'

/** Properties of the bar panels. `fields` are the metrics and parameters to choose from; at least one. */
type BarsProps = RunChartsProps & { readonly fields: readonly string[] }

/** A bar chart of one field, with a bar for its value in each drawn run. */
export function RunBars(props: BarsProps): ReactElement {
  const field = barField(props)
  const bars = toRunBars(props.runs, field, props.directions)
  return <BarPanel {...props} field={field} bars={bars} note={t('drawn_of', { n: bars.length, total: props.total })} />
}

/** A bar chart of one field, with a bar for its mean in each of the first 20 groups. */
export function GroupBars(props: BarsProps): ReactElement {
  const { project, filter, state } = props
  const field = barField(props)
  const { data } = useGroups({ project, filter, trash: state.isTrash, by: state.group, columns: [field] })
  const bars = toGroupBars(data?.groups ?? [])

  return (
    <BarPanel
      {...props}
      field={field}
      bars={bars}
      note={`${t('drawn_of', { n: bars.length, total: data?.groupCount ?? 0 })} · ${t('mean_sd')}`}
    />
  )
}

function barField({ state, fields }: BarsProps): string {
  return state.bars ?? fields[0]!
}

function BarPanel({
  project,
  fields,
  field,
  bars,
  note,
  hovered,
  onHover,
  onChange,
}: BarsProps & { readonly field: string; readonly bars: readonly Bar[]; readonly note: string }): ReactElement {
  const toData = () => ({
    head: [t('run'), field, t('std')],
    rows: bars.map(({ label, value, sd }) => [label, value, sd]),
  })

  return (
    <Panel
      title={t('bars')}
      note={note}
      data={bars.length > 0 ? toData : undefined}
      acts={
        <FieldSelect
          project={project}
          label={t('figure')}
          value={field}
          fields={fields}
          onChange={(chosen) => onChange({ bars: chosen })}
        />
      }
    >
      <Bars bars={bars} hovered={hovered} onHover={onHover} label={t('bars_label', { field, n: bars.length })} />
    </Panel>
  )
}
