import type { RunView } from '../../../../../src/contract/run.ts'
import type { DrawnRun } from '../../../charts/lines/panel-lines.ts'
import { runLabels } from '../../../paths.ts'
import { columnFor, variedParams } from '../columns.ts'
import { isRunOpen } from '../runs-state.ts'

/**
 * Returns runs as line charts need them: each with a name that none of the others has, and whether it has not ended.
 */
export function toDrawnRuns(runs: readonly RunView[]): DrawnRun[] {
  const labels = runLabels(runs)
  return runs.map(({ id, number, phase }) => ({ id, number, name: labels.get(number)!, isOpen: isRunOpen(phase) }))
}

/**
 * Returns the names of the metrics of runs, the metrics that most runs have first. Metrics `system.*` are left out; the
 * page of a run shows them in a tab.
 */
export function metricsOf(runs: readonly RunView[]): string[] {
  const counts = new Map<string, number>()
  for (const { metrics } of runs)
    for (const name of Object.keys(metrics))
      if (!name.startsWith('system.')) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)
}

/**
 * Returns the fields that charts can draw: the last value of each metric, then each parameter that differs between the
 * runs and is a number in at least one of them.
 */
export function drawableFields(runs: readonly RunView[]): string[] {
  const numbers = variedParams(runs).filter((name) => runs.some(({ params }) => typeof params[name] === 'number'))
  return [
    ...metricsOf(runs).map((name) => columnFor('metric', name)),
    ...numbers.map((name) => columnFor('param', name)),
  ]
}
