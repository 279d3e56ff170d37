import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import { call } from './api/client.ts'
import { toQuery } from './api/to-query.ts'
import type { RunPageView } from '../../src/contract/routes.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { globalPages, projectPages } from './nav.ts'
import { paths, runTitle } from './paths.ts'
import { OPEN_SHORTCUTS_EVENT, isTyping, OPEN_PALETTE_EVENT } from './shortcuts.ts'
import { navigate } from './state/location.ts'
import { matchPath } from './state/match.ts'
import { setPreference, preferences, shownTheme } from './state/preferences.ts'
import { t } from './texts/texts.ts'
import { PhaseIcon, sweepShape } from './ui/phase.tsx'

/** Returns the project that a path belongs to; undefined outside of projects. */
function projectOf(path: string): string | undefined {
  return matchPath('/p/:project/:rest/:more?/:tab?', path)?.['project']
}

/** Handles the shortcuts of every page, and shows the command palette and the list of shortcuts. */
export function Keys(): ReactElement {
  const [shown, setShown] = useState<'palette' | 'help' | undefined>()

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setShown('palette')
        return
      }

      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === '?') setShown('help')
      if (event.key === '/') {
        const filter = document.querySelector<HTMLInputElement>('[data-filter]')
        if (!filter) return
        event.preventDefault()
        filter.focus()
      }
    }

    const showPalette = (): void => setShown('palette')
    const help = (): void => setShown('help')

    addEventListener('keydown', onKey)
    addEventListener(OPEN_PALETTE_EVENT, showPalette)
    addEventListener(OPEN_SHORTCUTS_EVENT, help)

    return () => {
      removeEventListener('keydown', onKey)
      removeEventListener(OPEN_PALETTE_EVENT, showPalette)
      removeEventListener(OPEN_SHORTCUTS_EVENT, help)
    }
  }, [])

  if (shown === 'palette') return <Palette onClose={() => setShown(undefined)} />
  if (shown === 'help') return <Help onClose={() => setShown(undefined)} />
  return <></>
}

/** A line of the command palette. */
interface Entry {
  readonly key: string
  readonly text: string
  readonly group: string
  readonly act: () => void
  readonly icon?: ReactElement
}

const SEARCH_AFTER_MS = 150
const FOUND_MAX = 8

/** The command palette: a search for runs and sweeps of all projects, for pages and for commands. */
function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [found, setFound] = useState<{ readonly text: string; readonly entries: readonly Entry[] }>({
    text: '',
    entries: [],
  })
  const [at, setAt] = useState(0)
  useEffect(() => dialog.current?.showModal(), [])

  // True where Enter was pressed before the results for the current text arrived. Their first entry is then opened; the
  // entries that are still shown belong to an earlier text.
  const opensFirstResult = useRef(false)

  const act = (entry: Entry | undefined): void => {
    if (!entry) return
    onClose()
    entry.act()
  }

  const actOnAnswer = useEffectEvent(act)

  useEffect(() => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      void Promise.all([findSweeps(text, controller.signal), findRuns(text, controller.signal)]).then(
        (all) => {
          const entries = all.flat()
          setFound({ text, entries })
          if (opensFirstResult.current) actOnAnswer([...entries, ...matchingCommands(text)][0])
        },
        () => !controller.signal.aborted && setFound({ text, entries: [] }),
      )
    }, SEARCH_AFTER_MS)

    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text])

  const entries = [...found.entries, ...matchingCommands(text)]
  const chosen = Math.min(at, Math.max(0, entries.length - 1))

  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label={t('find')}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries[chosen] && `palette-${chosen}`}
        aria-label={t('find')}
        placeholder={t('find_hint')}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
          opensFirstResult.current = false
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'ArrowDown') setAt(Math.min(entries.length - 1, chosen + 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(0, chosen - 1))
          else if (event.key === 'Enter' && found.text === text) act(entries[chosen])
          else if (event.key === 'Enter') opensFirstResult.current = true
          else return
          event.preventDefault()
        }}
      />
      <ul id="palette-list" role="listbox" aria-label={t('find')}>
        {entries.map((entry, i) => (
          <li
            key={entry.key}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === chosen}
            onPointerMove={() => setAt(i)}
            onClick={() => act(entry)}
          >
            {entry.icon}
            <span className="clip grow">{entry.text}</span>
            <span className="dim small">{entry.group}</span>
          </li>
        ))}
        {entries.length === 0 && <li role="presentation">{t('nothing_found')}</li>}
      </ul>
    </dialog>
  )
}

/** Returns the number in `42`, `#42` or `departments #42`; undefined for other text. */
function numberIn(word: string): string | undefined {
  return /^(?:.*#)?(\d+)$/.exec(word)?.[1]
}

const SWEEPS_FOUND_MAX = 5
const SWEEPS_LATEST = 2

/**
 * Finds the sweep with the number in a text, or sweeps whose name contains the text, whatever its case. An empty text
 * finds the newest.
 */
async function findSweeps(text: string, signal: AbortSignal): Promise<Entry[]> {
  const word = text.trim()
  const number = numberIn(word)
  const sweeps =
    number !== undefined
      ? await call<SweepView>(`/sweeps/${number}`, { signal }).then(
          (sweep) => [sweep],
          () => [],
        )
      : await call<SweepView[]>(
          `/sweeps${toQuery({ limit: word === '' ? SWEEPS_LATEST : SWEEPS_FOUND_MAX, name: word || undefined })}`,
          { signal },
        )

  return sweeps.map((sweep) => ({
    key: `sweep ${sweep.number}`,
    text: sweep.name === null ? `#${sweep.number}` : `${sweep.name} #${sweep.number}`,
    group: `${t('sweep')} · ${sweep.project}`,
    icon: <PhaseIcon phase={sweepShape(sweep.phase, sweep.isPaused)} label="" />,
    act: () => navigate(paths.sweep(sweep.project, sweep.number)),
  }))
}

/**
 * Finds the run with the number in a text, or runs whose name contains the text, whatever its case. An empty text finds
 * the newest.
 */
async function findRuns(text: string, signal: AbortSignal): Promise<Entry[]> {
  const word = text.trim()
  const number = numberIn(word)
  const filter =
    number !== undefined ? `number = ${number}` : word === '' ? '' : `name contains ${JSON.stringify(word)}`
  const { runs } = await call<RunPageView>(`/runs${toQuery({ filter, limit: FOUND_MAX })}`, { signal })

  return runs.map((run) => ({
    key: `run ${run.number}`,
    text: runTitle(run),
    group: run.project,
    icon: <PhaseIcon phase={run.phase} />,
    act: () => navigate(paths.run(run.project, run.number)),
  }))
}

/** Returns the commands and pages whose text contains a text, whatever its case. */
function matchingCommands(text: string): Entry[] {
  return commands().filter((entry) => entry.text.toLowerCase().includes(text.trim().toLowerCase()))
}

function commands(): Entry[] {
  const project = projectOf(location.pathname)
  const pages = [
    ...(project === undefined ? [] : projectPages(project)),
    ...globalPages(),
    { to: paths.settings(), text: t('settings') },
  ]

  const { theme, language } = preferences()

  return [
    ...pages.map(({ to, text }) => ({ key: to, text, group: t('pages'), act: () => navigate(to) })),
    ...(project === undefined
      ? []
      : [{ key: 'new', text: t('new_run'), group: t('commands'), act: () => navigate(paths.create(project)) }]),
    {
      key: 'theme',
      text: t('change_theme'),
      group: t('commands'),
      act: () => setPreference('theme', shownTheme({ ...preferences(), theme }) === 'dark' ? 'light' : 'dark'),
    },
    {
      key: 'language',
      text: language === 'ja' ? 'English' : '日本語',
      group: t('commands'),
      act: () => setPreference('language', language === 'ja' ? 'en' : 'ja'),
    },
    {
      key: 'keys',
      text: t('shortcuts'),
      group: t('commands'),
      act: () => dispatchEvent(new Event(OPEN_SHORTCUTS_EVENT)),
    },
  ]
}

/** The list of shortcuts. */
function Help({ onClose }: { readonly onClose: () => void }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])

  const rows = [
    ['Ctrl K', t('key_palette')],
    ['/', t('key_filter')],
    ['j k', t('key_move')],
    ['x', t('key_select')],
    ['c', t('key_compare')],
    ['Enter', t('key_open')],
    ['Esc', t('key_close')],
    ['?', t('key_help')],
  ] as const

  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-labelledby="help-title"
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <h2 id="help-title">{t('shortcuts')}</h2>
      <dl className="kv" style={{ marginTop: 8 }}>
        {rows.map(([key, text]) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div className="do">
        <button type="button" className="btn" autoFocus onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </dialog>
  )
}
