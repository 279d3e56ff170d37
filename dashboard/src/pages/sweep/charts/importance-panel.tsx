import type { ReactElement } from 'react'

import { measureName } from '../../../../../src/contract/measure.ts'
import type { SweepInsightView } from '../../../../../src/contract/sweep.ts'
import { EmptyChart } from '../../../charts/empty-chart.tsx'
import { formatNumber } from '../../../format.ts'
import { t } from '../../../texts/texts.ts'
import { Panel } from '../../../ui/panel.tsx'
import { importanceData } from '../sweep-csv.ts'
import { importanceBars } from './importance-bars.ts'
import css from './importance-panel.module.css'

/** The importance of each parameter, with two standard deviations, and the expected gain of the next trial. */
export function ImportancePanel({
  insights,
  isEnded,
  className,
}: {
  /** The insight into the sweep; undefined until it is loaded. */
  readonly insights: SweepInsightView | undefined
  readonly isEnded: boolean
  readonly className: string | undefined
}): ReactElement {
  const importance = insights?.importance ?? []
  const hasBars = importance.length > 0

  return (
    <Panel
      title={t('importance')}
      note={hasBars && t('importance_note', { n: insights!.finished })}
      data={hasBars ? () => importanceData(importance) : undefined}
      className={className}
    >
      {hasBars ? (
        <ImportanceTable importance={importance} />
      ) : (
        <EmptyChart text={t(isEnded ? 'importance_ended' : 'importance_none')} />
      )}
      {insights && insights.expectedImprovement !== null && (
        <p className="foot">
          {t('expected_gain', { metric: measureName(insights), value: formatNumber(insights.expectedImprovement) })}
        </p>
      )}
    </Panel>
  )
}

function ImportanceTable({ importance }: Pick<SweepInsightView, 'importance'>): ReactElement {
  return (
    <table className={`tbl ${css.table}`}>
      <thead>
        <tr>
          <th>{t('parameter')}</th>
          <th>{t('share_of_variance')}</th>
          <th className="num">{t('share')}</th>
        </tr>
      </thead>
      <tbody>
        {importanceBars(importance).map(({ name, width, lineLeft, lineWidth, shareText, spreadText }) => (
          <tr key={name}>
            <td className="clip" title={name}>
              {name}
            </td>
            <td>
              <span className={css.bar}>
                <i style={{ width: `${width}%` }} />
                <u style={{ left: `${lineLeft}%`, width: `${lineWidth}%` }} />
              </span>
            </td>
            <td className="num">
              {shareText} <span className="dim small">± {spreadText}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
