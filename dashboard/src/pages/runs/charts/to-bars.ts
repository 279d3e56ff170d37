import type { GroupsView } from '../../../../../src/contract/charts.ts'
import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import type { Bar } from '../../../charts/bars.tsx'
import { runLabels } from '../../../paths.ts'
import { t } from '../../../texts/texts.ts'
import { looksOf } from '../../../ui/run-look.tsx'
import { cellOf } from '../columns.ts'
import { drawnGroupKeys } from '../groups/drawn-group-keys.ts'

/** Returns a bar for each run whose value in the field is a number. */
export function toRunBars(runs: readonly RunView[], field: string, directions: Directions): Bar[] {
  const looks = looksOf(runs.map(({ id }) => id))
  const labels = runLabels(runs)

  return runs.flatMap((run) => {
    const value = cellOf(run, field, directions)
    return typeof value === 'number'
      ? [{ key: run.id, label: labels.get(run.number)!, look: looks.get(run.id), value }]
      : []
  })
}

const GROUP_BARS_MAX = 20

/**
 * Returns a bar for each of the first 20 groups that has a mean in the first requested column. A mean of several runs
 * has its standard deviation as `sd`.
 */
export function toGroupBars(groups: GroupsView['groups']): Bar[] {
  const looks = looksOf(drawnGroupKeys(groups))

  return groups.slice(0, GROUP_BARS_MAX).flatMap(({ keys, n, values: [spread] }) => {
    const key = JSON.stringify(keys)
    if (spread?.mean === null || spread?.mean === undefined) return []

    return {
      key,
      label: `${keys.map((text) => text ?? t('missing')).join(' · ')} (${n})`,
      look: looks.get(key),
      value: spread.mean,
      ...(spread.n > 1 && { sd: spread.sd ?? 0 }),
    }
  })
}
