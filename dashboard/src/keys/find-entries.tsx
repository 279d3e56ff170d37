import { call } from '../api/client.ts'
import { withoutEmpty } from '../api/without-empty.ts'
import { paths, runTitle } from '../paths.ts'
import { navigate } from '../state/location.ts'
import { t } from '../texts/texts.ts'
import { PhaseIcon, sweepShape } from '../ui/phase.tsx'
import type { PaletteEntry } from './palette-entry.ts'
import { numberIn, runFilterFor } from './search-text.ts'

const RUNS_FOUND_MAX = 8
const SWEEPS_FOUND_MAX = 5
const SWEEPS_LATEST = 2

/**
 * Finds sweeps and runs of all projects: those with the number in a text, or those whose name contains the text,
 * whatever its case. An empty text finds the newest.
 */
export async function findEntries(text: string, signal: AbortSignal): Promise<PaletteEntry[]> {
  const word = text.trim()
  return (await Promise.all([findSweeps(word, signal), findRuns(word, signal)])).flat()
}

async function findSweeps(word: string, signal: AbortSignal): Promise<PaletteEntry[]> {
  const number = numberIn(word)
  const sweeps =
    number !== undefined
      ? await call('getSweep', { params: { sweep: number }, signal }).then(
          (sweep) => [sweep],
          () => [],
        )
      : await call('listSweeps', {
          query: { limit: word === '' ? SWEEPS_LATEST : SWEEPS_FOUND_MAX, name: word || undefined },
          signal,
        })

  return sweeps.map((sweep) => ({
    key: `sweep ${sweep.number}`,
    text: sweep.name === null ? `#${sweep.number}` : `${sweep.name} #${sweep.number}`,
    group: `${t('sweep')} · ${sweep.project}`,
    icon: <PhaseIcon phase={sweepShape(sweep.phase, sweep.isPaused)} label="" />,
    act: () => navigate(paths.sweep(sweep.project, sweep.number)),
  }))
}

async function findRuns(word: string, signal: AbortSignal): Promise<PaletteEntry[]> {
  const query = withoutEmpty({ filter: runFilterFor(word), limit: RUNS_FOUND_MAX })
  const { runs } = await call('listRuns', { query, signal })

  return runs.map((run) => ({
    key: `run ${run.number}`,
    text: runTitle(run),
    group: run.project,
    icon: <PhaseIcon phase={run.phase} />,
    act: () => navigate(paths.run(run.project, run.number)),
  }))
}
