import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import { measureName } from '../../../../src/contract/measure.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { useDocument } from '../../api/queries.ts'
import { formatDate, formatNumber } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { DefinitionList } from '../../ui/page.tsx'
import { Sources } from '../run/sources.tsx'

/** The settings of a sweep: its method and metric, its search space, and the document that it was created from. */
export function SweepSettings({ sweep, view }: { readonly sweep: SweepView; readonly view: TrialsView }): ReactElement {
  const document = useDocument(view.number[0] === undefined ? undefined : String(view.number[0]))

  return (
    <div className="panel grow spec">
      <div className="about narrow">
        <DefinitionList
          pairs={[
            [t('method'), sweep.choice ? `${sweep.method} → ${sweep.choice.method}` : sweep.method],
            [
              t('metric'),
              view.metric === null
                ? t('none')
                : `${measureName({ metric: view.metric, bestBy: view.bestBy })} ${view.optimization === 'maximize' ? '↑' : '↓'}`,
            ],
            [t('concurrency'), String(sweep.concurrency)],
            [t('trials'), sweep.trials === null ? '∞' : String(sweep.trials)],
            [t('seed'), String(sweep.seed)],
            [t('created'), formatDate(sweep.createdAt)],
            ...(sweep.note === null ? [] : [[t('note'), sweep.note] as const]),
          ]}
        />
        <h2>{t('space')}</h2>
        <DefinitionList
          pairs={view.axes.map(({ name, scale, low, high, categories }) => [
            name,
            scale === 'category'
              ? categories.join(', ')
              : `${low === null ? '−∞' : formatNumber(low)} … ${high === null ? '∞' : formatNumber(high)}${scale === 'log' ? ` · ${t('log_axis')}` : ''}`,
          ])}
        />
      </div>
      {document.data && <Sources sources={document.data.sources} />}
      <p className="dim small mono">{sweep.planDigest}</p>
    </div>
  )
}
