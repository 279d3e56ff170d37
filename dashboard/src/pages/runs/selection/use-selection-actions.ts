import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { readAllRuns } from '../../../api/runs.ts'
import { t } from '../../../texts/texts.ts'
import { saveFile } from '../../../ui/save-file.ts'
import { toast } from '../../../ui/toasts.ts'
import { parseColumn } from '../columns.ts'
import { undoOf } from './change.ts'
import type { BulkChange, Change, Scope } from './change.ts'
import { toRunsCsv } from './runs-csv.ts'

const EXPORT_MAX = 100_000
/** Largest number of runs that one click starts again. */
export const RESTART_MAX = 500

const DONE_WORDS = { delete: 'deleted', restore: 'restored', stop: 'stopped', tag: 'tagged', move: 'moved' } as const

/** The selected runs, or with `isAll` all runs that match the filter, and the table that shows them. */
interface Selection {
  readonly project: string
  readonly filter: string
  readonly isAll: boolean
  readonly selected: readonly number[]
  /** The selected runs, as far as they are loaded. */
  readonly runs: readonly RunView[]
  readonly columns: readonly string[]
  readonly directions: Directions
}

interface SelectionActions {
  readonly apply: (change: Change) => void
  readonly isRestarting: boolean
  /** Saves the selected runs as a CSV file with the columns of the table. */
  readonly exportTable: () => void
  readonly isExporting: boolean
}

/** Returns the functions that change, restart and export the selected runs. */
export function useSelectionActions(selection: Selection): SelectionActions {
  const { project, filter, isAll, selected } = selection
  const bulk = useBulkChange(project)

  const restart = useAction(
    async (which: 'all' | readonly number[]) => {
      const numbers = which === 'all' ? await readMatchingNumbers(project, filter) : which
      if (numbers.length > RESTART_MAX) throw new Error(t('restart_max', { n: RESTART_MAX }))
      for (const number of numbers) await call('restartRun', { params: { run: number }, body: {} })
      return numbers.length
    },
    (n) => toast(t('restarted', { n })),
  )

  const exportAction = useAction(
    () => exportRuns(selection),
    (n) => toast(t('exported', { n })),
  )

  const apply = (change: Change): void => {
    const scope: Scope = isAll ? { filter, project } : { runs: selected.map(String) }
    if (change.action === 'restart') restart.mutate(isAll ? 'all' : selected)
    else bulk({ change, scope })
  }

  return {
    apply,
    isRestarting: restart.isPending,
    exportTable: () => exportAction.mutate(undefined),
    isExporting: exportAction.isPending,
  }
}

/**
 * Returns a function that changes runs with one request and then shows a message. The message has a button that undoes
 * the change if `undoOf` returns one.
 */
function useBulkChange(project: string): (bulk: { readonly change: BulkChange; readonly scope: Scope }) => void {
  const bulk = useAction(
    ({ change, scope }: { readonly change: BulkChange; readonly scope: Scope }) =>
      call('bulkRuns', { body: { ...scope, ...change } }),
    ({ changed }, { change, scope }) => {
      const undo = undoOf(change, scope, project)
      toast(
        t(`bulk_${DONE_WORDS[change.action]}`, { n: changed }),
        undo && (() => bulk.mutate({ change: undo, scope })),
      )
    },
  )

  return bulk.mutate
}

/**
 * Reads the numbers of the runs that match a filter: at most one more than
 * `RESTART_MAX`, so that the caller can detect too many.
 */
async function readMatchingNumbers(project: string, filter: string): Promise<number[]> {
  const runs = await readAllRuns({ project, filter, fields: 'number' }, RESTART_MAX + 1)
  return runs.map(({ number }) => number)
}

/**
 * Saves the selected runs as a CSV file with the columns of the table, or with `isAll` the first `EXPORT_MAX` runs that
 * match the filter. Returns the number of saved runs.
 */
async function exportRuns({ project, filter, isAll, runs, columns, directions }: Selection): Promise<number> {
  const fields = columns.filter((column) => parseColumn(column).kind !== 'other').join(',') || 'number'
  const exported = isAll ? await readAllRuns({ project, filter, fields }, EXPORT_MAX) : runs
  saveFile(`runs-${project}.csv`, toRunsCsv(exported, columns, directions))
  return exported.length
}
