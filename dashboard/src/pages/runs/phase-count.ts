import type { CountsView } from '../../../../src/contract/charts.ts'
import type { RunPhase } from '../../../../src/contract/phases.ts'

/** Returns the number of runs in the phases `shown`; if `shown` is empty, of all runs. */
export function countInPhases({ phases, total }: CountsView, shown: readonly string[]): number {
  return shown.length === 0 ? total : shown.reduce((sum, phase) => sum + (phases[phase as RunPhase] ?? 0), 0)
}
