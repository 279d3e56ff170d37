import { useState } from 'react'
import type { ReactElement } from 'react'

import type { BulkRequest, RunPageView } from '../../../../src/contract/routes.ts'
import type { RunView } from '../../../../src/contract/run.ts'
import { call } from '../../api/client.ts'
import { toQuery } from '../../api/to-query.ts'
import { useAction, useProjects } from '../../api/queries.ts'
import { saveFile } from '../../ui/save-file.ts'
import { paths, runLabels } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { ConfirmDialog, IconButton, Link, Menu } from '../../ui/controls.tsx'
import { toast } from '../../ui/toasts.ts'
import { Icon } from '../../ui/icons.tsx'
import { cellOf, parseColumn } from './columns.ts'
import { csvLine, toCsvValue } from '../../../../src/contract/csv.ts'
import type { Directions } from '../../../../src/contract/project.ts'

interface SelectionBarProps {
  readonly project: string
  readonly runs: readonly RunView[]
  readonly selected: readonly number[]
  readonly total: number
  readonly filter: string
  readonly columns: readonly string[]
  readonly directions: Directions
  /** Whether the runs are in the trash, where they can only be restored. */
  readonly isTrash: boolean
  readonly onSelect: (numbers: readonly number[]) => void
}

/** Runs that an action applies to: single ones, or all that match a filter. */
type Scope = Pick<BulkRequest, 'runs'> | Pick<BulkRequest, 'filter' | 'project'>
interface Bulk {
  readonly action: BulkRequest['action']
  readonly scope: Scope
  readonly tags?: readonly string[]
  /** Target project of `move`. */
  readonly to?: string
}

const PAGE_RUNS = 1_000
const EXPORT_MAX = 100_000
/** Largest number of runs that one click starts again. */
const RESTART_MAX = 500

const DONE_WORDS = { delete: 'deleted', restore: 'restored', stop: 'stopped', tag: 'tagged', move: 'moved' } as const
/** For each action that can be undone, the action that undoes it. `move` needs the project that the runs were in. */
const UNDO = {
  delete: () => ({ action: 'restore' as const }),
  move: (project: string) => ({ action: 'move' as const, to: project }),
}

/** A toolbar of actions on the selected runs, or on all runs that match the filter. */
export function SelectionBar({
  project,
  runs,
  selected,
  total,
  filter,
  columns,
  directions,
  isTrash,
  onSelect,
}: SelectionBarProps): ReactElement | null {
  // The filter whose matches are all selected, not only the ticked runs. Reset when no run is ticked or the filter
  // changes.
  const [allFilter, setAllOf] = useState<string | undefined>()
  if (allFilter !== undefined && (selected.length === 0 || allFilter !== filter)) setAllOf(undefined)
  const isAll = allFilter === filter && selected.length > 0

  const [confirming, setAsked] = useState<'stop' | 'delete' | 'restart' | undefined>()
  // A change of all matching runs waits here to be confirmed: the list does not show all of them.
  const [pending, setPending] = useState<Bulk & { readonly action: 'move' | 'tag' }>()
  const [tag, setTag] = useState('')

  const scope: Scope = isAll ? { filter, project } : { runs: selected.map(String) }
  const count = isAll ? total : selected.length

  const bulk = useAction(
    ({ scope: which, ...rest }: Bulk) =>
      call<{ changed: number }>('/runs/bulk', { method: 'POST', body: { ...which, ...rest } }),
    ({ changed }, { action, scope: which }) => {
      // No undo for a filter: it may also match runs that were in the trash before.
      const undoAction = 'runs' in which ? UNDO[action as keyof typeof UNDO]?.(project) : undefined
      const undo = undoAction && (() => bulk.mutate({ ...undoAction, scope: which }))
      toast(t(`bulk_${DONE_WORDS[action as keyof typeof DONE_WORDS]}`, { n: changed }), undo)
    },
  )

  const restart = useAction(
    async (which: 'all' | readonly number[]) => {
      const numbers =
        which === 'all'
          ? (await readAll({ project, filter, fields: 'number', max: RESTART_MAX + 1 })).map(({ number }) => number)
          : which
      if (numbers.length > RESTART_MAX) throw new Error(t('restart_max', { n: RESTART_MAX }))
      for (const number of numbers) await call(`/runs/${number}/restart`, { method: 'POST', body: {} })
      return numbers.length
    },
    (n) => toast(t('restarted', { n })),
  )

  const exportAction = useAction(
    () =>
      exportRuns({
        project,
        filter: isAll ? filter : undefined,
        runs: runs.filter(({ number }) => selected.includes(number)),
        columns,
        directions,
      }),
    (n) => toast(t('exported', { n })),
  )

  if (selected.length === 0) return null

  const applyBulk = (what: Bulk): void => {
    bulk.mutate(what)
    if (what.action === 'move') onSelect([])
  }

  const change = (what: Bulk & { readonly action: 'move' | 'tag' }): void =>
    isAll ? setPending(what) : applyBulk(what)

  return (
    <div className="selbar" role="toolbar" aria-label={t('selection')}>
      <b className="strong">{t('selected', { n: count })}</b>
      {!isAll && total > selected.length && (
        <button type="button" className="btn bare" onClick={() => setAllOf(filter)}>
          {t('or_all', { n: total })}
        </button>
      )}
      {isTrash ? (
        <button
          type="button"
          className="btn bare"
          onClick={() => {
            bulk.mutate({ action: 'restore', scope })
            onSelect([])
          }}
        >
          <Icon name="retry" />
          {t('restore')}
        </button>
      ) : (
        <>
          {selected.length > 1 && (
            <Link className="btn bare" to={paths.compare(project, selected)}>
              <Icon name="compare" />
              {t('compare')}
              <kbd>c</kbd>
            </Link>
          )}
          <Menu label={t('tag')} icon="tag">
            <form
              className="name saver"
              onSubmit={(event) => {
                event.preventDefault()
                change({ action: 'tag', scope, tags: [tag.trim()] })
                setTag('')
              }}
            >
              <input
                className="field grow"
                aria-label={t('tag')}
                placeholder={t('tag')}
                value={tag}
                onChange={(event) => setTag(event.target.value)}
              />
              <button type="submit" className="btn" disabled={tag.trim() === ''}>
                {t('add')}
              </button>
            </form>
          </Menu>
          <Menu label={t('move')} icon="right">
            <MoveTargets
              project={project}
              onChoose={(to) => {
                change({ action: 'move', scope, to })
              }}
            />
          </Menu>
          <button
            type="button"
            className="btn bare"
            disabled={restart.isPending || count > RESTART_MAX}
            title={count > RESTART_MAX ? t('restart_max', { n: RESTART_MAX }) : undefined}
            onClick={() => setAsked('restart')}
          >
            <Icon name="retry" />
            {t('run_again')}
          </button>
          <button
            type="button"
            className="btn bare"
            disabled={exportAction.isPending}
            onClick={() => exportAction.mutate(undefined)}
          >
            <Icon name="download" />
            {t('export')}
          </button>
          <button type="button" className="btn bare" onClick={() => setAsked('stop')}>
            <Icon name="stop" />
            {t('stop')}
          </button>
          <button type="button" className="btn bare danger" onClick={() => setAsked('delete')}>
            {t('delete')}
          </button>
        </>
      )}
      {pending && (
        <ConfirmDialog
          title={t(`${pending.action}_runs`, { n: count, to: pending.to ?? '', tag: pending.tags?.join(', ') ?? '' })}
          text={t(`${pending.action}_runs_text`)}
          verb={t(pending.action)}
          isHarmless
          onConfirm={() => applyBulk(pending)}
          onClose={() => setPending(undefined)}
        />
      )}
      <IconButton name="cross" label={t('clear_selection')} onClick={() => onSelect([])} />
      {confirming && (
        <ConfirmDialog
          title={t(`${confirming}_runs`, { n: count })}
          text={[t(`${confirming}_runs_text`), ...(isAll ? [] : [namesOf(runs, selected)])].join(' ')}
          verb={t(confirming === 'restart' ? 'run_again' : confirming)}
          isHarmless={confirming === 'restart'}
          onConfirm={() => {
            if (confirming === 'restart') restart.mutate(isAll ? 'all' : selected)
            else bulk.mutate({ action: confirming, scope })
            if (confirming === 'delete') onSelect([])
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  )
}

/** Buttons for the projects that runs can be moved to. */
function MoveTargets({
  project,
  onChoose,
}: {
  readonly project: string
  readonly onChoose: (name: string) => void
}): ReactElement {
  const { data = [] } = useProjects()
  const others = data.filter(({ name }) => name !== project)
  if (others.length === 0) return <p className="dim small">{t('no_other_project')}</p>

  return (
    <>
      {others.map(({ name }) => (
        <button key={name} type="button" data-closes="" onClick={() => onChoose(name)}>
          <span className="clip">{name}</span>
        </button>
      ))}
    </>
  )
}

const NAMED_MAX = 5

function namesOf(runs: readonly RunView[], selected: readonly number[]): string {
  const chosen = runs.filter(({ number }) => selected.includes(number))
  const labels = runLabels(chosen)
  const names = chosen.map(({ number }) => labels.get(number)!)
  return (
    names.slice(0, NAMED_MAX).join(', ') +
    (names.length > NAMED_MAX ? ` ${t('and_more', { n: names.length - NAMED_MAX })}` : '')
  )
}

/** Saves the table as a CSV file: `runs`, or all runs that match `filter`. Returns the number of runs. */
async function exportRuns({
  project,
  filter,
  runs,
  columns,
  directions,
}: {
  project: string
  filter: string | undefined
  runs: readonly RunView[]
  columns: readonly string[]
  directions: Directions
}): Promise<number> {
  const fields = columns.filter((column) => parseColumn(column).kind !== 'other').join(',') || 'number'
  const all = filter === undefined ? runs : await readAll({ project, filter, fields, max: EXPORT_MAX })
  const head = ['number', 'name', 'phase', 'reason', 'created', 'started', 'ended', ...columns]
  const lines = all.map((run) =>
    csvLine([
      run.number,
      run.name,
      run.phase,
      run.reason,
      run.createdAt,
      run.startedAt,
      run.endedAt,
      ...columns.map((column) => toCsvValue(cellOf(run, column, directions))),
    ]),
  )
  saveFile(`runs-${project}.csv`, [csvLine(head), ...lines].join(''))

  return all.length
}

/** Reads the runs that match a filter, page by page, at most `max`. */
async function readAll({
  project,
  filter,
  fields,
  max,
}: {
  project: string
  filter: string
  fields: string
  max: number
}): Promise<RunView[]> {
  const all: RunView[] = []
  for (let cursor: string | null | undefined; cursor !== null && all.length < max;) {
    const page: RunPageView = await call<RunPageView>(
      `/runs${toQuery({ project, filter, limit: PAGE_RUNS, cursor, fields })}`,
    )
    all.push(...page.runs)
    cursor = page.next
  }

  return all.slice(0, max)
}
