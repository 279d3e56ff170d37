import { useState } from 'react'
import type { ReactElement } from 'react'

import { isSweepEnded } from '../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { parseJson } from '../../../../src/contract/values.ts'
import { call } from '../../api/client.ts'
import { toQuery } from '../../api/to-query.ts'
import { useAction, useArtifacts, useTrials } from '../../api/queries.ts'
import { formatBytes } from '../../format.ts'
import { paths } from '../../paths.ts'
import { navigate } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { ConfirmDialog, Menu } from '../../ui/controls.tsx'
import { toast } from '../../ui/toasts.ts'
import { Icon } from '../../ui/icons.tsx'
import { InTrash } from '../runs/in-trash.tsx'
import { AnnotationsEditor } from '../run/annotations-editor.tsx'

/** The error of these actions is shown beside the buttons, not in a toast. */
const SHOWS_ERROR = { showsError: true }

/**
 * Buttons for all actions on a sweep, the least harmful first. A sweep in the trash has only a button that restores it.
 */
export function SweepActions({ sweep }: { readonly sweep: SweepView }): ReactElement {
  const [confirming, setAsked] = useState<'stop' | 'delete' | 'restart' | 'retry' | undefined>()
  const { number, project } = sweep
  const isOpen = !isSweepEnded(sweep.phase)

  const change = useAction(
    ({ path, body, method = 'POST' }: { path: string; body?: unknown; method?: 'POST' | 'PATCH' }) =>
      call<{ number?: number }>(`/sweeps/${number}${path}`, { method, ...(body !== undefined && { body }) }),
    undefined,
    SHOWS_ERROR,
  )

  const restart = useAction(
    () => call<{ number: number }>(`/sweeps/${number}/restart`, { method: 'POST', body: {} }),
    (made) => navigate(paths.sweep(project, made.number)),
    SHOWS_ERROR,
  )

  const restartFailed = useAction(
    () => call<{ changed: number }>(`/sweeps/${number}/restart-failed`, { method: 'POST', body: {} }),
    ({ changed }) => toast(t('restarted', { n: changed })),
    SHOWS_ERROR,
  )

  const restore = useAction(
    () => call(`/sweeps/${number}/restore`, { method: 'POST' }),
    () => toast(t('sweep_restored')),
  )

  const remove = useAction(
    () => call(`/sweeps/${number}`, { method: 'DELETE' }),
    () => {
      toast(t('sweep_deleted'), () => restore.mutate(undefined))
      navigate(paths.sweeps(project))
    },
  )

  if (sweep.deletedAt !== null)
    return <InTrash since={sweep.deletedAt} isBusy={restore.isPending} onRestore={() => restore.mutate(undefined)} />

  const act = {
    stop: () => change.mutate({ path: '/stop' }),
    delete: () => remove.mutate(undefined),
    restart: () => restart.mutate(undefined),
    retry: () => restartFailed.mutate(undefined),
  }
  const problem = change.error ?? restart.error ?? restartFailed.error

  return (
    <div className="name actions not-phone-wrap">
      {problem && (
        <span className="bad small clip" role="alert" title={problem.message}>
          {problem.message}
        </span>
      )}
      <AnnotationsEditor path={`/sweeps/${number}`} marked={sweep} />
      {isOpen && (
        <button
          type="button"
          className="btn"
          disabled={change.isPending || sweep.phase === 'stopping'}
          onClick={() => change.mutate(sweep.isPaused ? { path: '/resume' } : { path: '/pause', body: {} })}
        >
          <Icon name={sweep.isPaused ? 'right' : 'pause'} />
          {t(sweep.isPaused ? 'resume' : 'pause')}
        </button>
      )}
      {isOpen && (
        <NumberMenu
          label={t('concurrency')}
          shown={sweep.concurrency}
          verb={t('save')}
          max={1000}
          onSave={(concurrency) => change.mutate({ path: '', method: 'PATCH', body: { concurrency } })}
        />
      )}
      <NumberMenu
        label={t('extend')}
        shown={undefined}
        verb={t('extend')}
        max={100_000}
        onSave={(trials) => change.mutate({ path: '/extend', body: { trials } })}
      />
      <AddPoint sweep={sweep} onAdd={(params) => change.mutate({ path: '/points', body: { params } })} />
      {(sweep.counts.failed ?? 0) > 0 && (
        <button
          type="button"
          className="btn not-phone"
          disabled={restartFailed.isPending}
          onClick={() => setAsked('retry')}
        >
          {t('retry_failed', { n: sweep.counts.failed ?? 0 })}
        </button>
      )}
      {sweep.best && <BestFiles best={sweep.best.number} />}
      <button type="button" className="btn not-phone" disabled={restart.isPending} onClick={() => setAsked('restart')}>
        <Icon name="retry" />
        {t('run_again')}
      </button>
      <button
        type="button"
        className="btn danger"
        disabled={sweep.phase === 'stopping'}
        onClick={() => setAsked(isOpen ? 'stop' : 'delete')}
      >
        <Icon name={isOpen ? 'stop' : 'cross'} />
        {t(isOpen ? 'stop_keep_best' : 'delete')}
      </button>
      {confirming && (
        <ConfirmDialog
          {...confirmationOf(confirming, sweep)}
          isHarmless={confirming === 'restart' || confirming === 'retry'}
          onConfirm={() => act[confirming]()}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  )
}

type ConfirmedAction = 'stop' | 'delete' | 'restart' | 'retry'

/** Returns the texts of the dialog that confirms an action, with the number of runs that it affects. */
function confirmationOf(
  confirming: ConfirmedAction,
  { trials, counts, concurrency }: SweepView,
): { title: string; text: string; verb: string } {
  const [all, failed] = [Object.values(counts).reduce((sum, count) => sum + count, 0), counts.failed ?? 0]

  return {
    stop: { title: t('stop_sweep'), text: t('stop_sweep_text', { n: all }), verb: t('stop') },
    delete: { title: t('delete_sweep'), text: t('delete_sweep_text', { n: all }), verb: t('delete') },
    restart: {
      title: t('restart_sweep'),
      text: t('restart_sweep_text', { n: trials ?? '∞', concurrency }),
      verb: t('run_again'),
    },
    retry: {
      title: t('retry_failed', { n: failed }),
      text: t('retry_failed_text', { n: failed }),
      verb: t('run_again'),
    },
  }[confirming]
}

function NumberMenu({
  label,
  shown,
  verb,
  max,
  onSave,
}: {
  readonly label: string
  readonly shown: number | undefined
  readonly verb: string
  readonly max: number
  readonly onSave: (value: number) => void
}): ReactElement {
  const [text, setText] = useState(String(shown ?? 10))
  const value = Number(text)
  const isValid = Number.isInteger(value) && value >= 1 && value <= max

  return (
    <Menu
      isBare={false}
      label={
        <>
          {label} {shown !== undefined && <b className="strong">{shown}</b>}
        </>
      }
    >
      <form
        className="name saver"
        onSubmit={(event) => {
          event.preventDefault()
          if (isValid) onSave(value)
        }}
      >
        <input
          className="field"
          inputMode="numeric"
          aria-label={label}
          aria-invalid={!isValid}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="btn" disabled={!isValid}>
          {verb}
        </button>
      </form>
    </Menu>
  )
}

/** A menu of links that download the artifacts of the best trial. */
function BestFiles({ best }: { readonly best: number }): ReactElement {
  return (
    <span className="not-phone">
      <Menu isBare={false} icon="download" label={t('best_files')}>
        <FileLinks run={String(best)} />
      </Menu>
    </span>
  )
}

const FILES_MAX = 100

function FileLinks({ run }: { readonly run: string }): ReactElement {
  const { data, error } = useArtifacts(run)
  if (error) return <p className="bad small">{error.message}</p>
  if (data?.length === 0) return <p className="dim small">{t('no_artifacts')}</p>

  return (
    <>
      {(data ?? []).slice(0, FILES_MAX).map(({ path, sizeBytes }) => (
        <a
          key={path}
          href={`/api/v1/runs/${run}/artifacts/content${toQuery({ path })}`}
          download={path.split('/').at(-1)}
        >
          <span className="mono clip grow">{path}</span>
          <span className="dim small">{formatBytes(sizeBytes)}</span>
        </a>
      ))}
      {data && data.length > FILES_MAX && <p className="dim small">{t('and_more', { n: data.length - FILES_MAX })}</p>}
    </>
  )
}

/** A form that adds a point to a sweep. Its fields start with the values of the best trial. */
function AddPoint({
  sweep,
  onAdd,
}: {
  readonly sweep: SweepView
  readonly onAdd: (params: Record<string, unknown>) => void
}): ReactElement {
  const { data } = useTrials(String(sweep.number))
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const axes = data?.axes ?? []
  const textOf = (name: string): string => values[name] ?? (sweep.best ? toFieldText(sweep.best.params[name]) : '')

  return (
    <Menu isBare={false} icon="plus" label={t('add_point')}>
      <form
        className="point"
        onSubmit={(event) => {
          event.preventDefault()
          onAdd(
            Object.fromEntries(
              axes.flatMap(({ name }) => (textOf(name) === '' ? [] : [[name, parseField(textOf(name))]])),
            ),
          )
        }}
      >
        {axes.map(({ name, low, high, categories }) => (
          <label key={name}>
            <span className="clip">{name}</span>
            <input
              className="field"
              list={categories.length > 0 ? `values-${name}` : undefined}
              placeholder={
                categories.length > 0 ? categories.slice(0, 3).join(', ') : low === null ? '' : `${low} … ${high ?? ''}`
              }
              value={textOf(name)}
              onChange={(event) => setValues({ ...values, [name]: event.target.value })}
            />
            {categories.length > 0 && (
              <datalist id={`values-${name}`}>
                {categories.map((category) => (
                  <option key={category} value={category} />
                ))}
              </datalist>
            )}
          </label>
        ))}
        <button type="submit" className="btn">
          {t('add')}
        </button>
      </form>
    </Menu>
  )
}

function toFieldText(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** Parses the text of a field as JSON; returns the text itself where it is not JSON. */
function parseField(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
