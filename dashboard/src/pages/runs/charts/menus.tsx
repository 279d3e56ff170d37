import { useState } from 'react'
import type { ReactElement } from 'react'

import { useNames } from '../../../api/charts.ts'
import { metricOn } from '../../../charts/lines/lines.ts'
import { t } from '../../../texts/texts.ts'
import { CheckboxRow } from '../../../ui/checkbox-row.tsx'
import { ChoiceMenu } from '../../../ui/choice-menu.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { Picker } from '../picker.tsx'
import { AXES, DRAWN_CHOICES } from '../runs-state.ts'
import type { RunsState } from '../runs-state.ts'

const SMOOTHINGS = [0, 0.3, 0.6, 0.8, 0.9, 0.97] as const
const OFFERED_MAX = 60

interface AxisMenuProps {
  readonly state: Pick<RunsState, 'axis'>
  /** Metrics to offer as x axis. The menu contains the first 60. */
  readonly metrics: readonly string[]
  readonly onChange: (patch: Partial<RunsState>) => void
}

/** A menu that chooses the x axis of line charts: steps, time since the start, time of day, or a metric. */
export function AxisMenu({ state, metrics, onChange }: AxisMenuProps): ReactElement {
  const axes = [...AXES, ...metrics.slice(0, OFFERED_MAX).map((name) => `m.${name}`)]

  return (
    <ChoiceMenu
      label={
        <>
          x <span className="dim">{axisName(state.axis)}</span>
        </>
      }
      choices={axes.map((axis) => [axis, axisName(axis)] as const)}
      value={state.axis}
      onChoose={(axis) => onChange({ axis, zoom: undefined })}
    />
  )
}

function axisName(axis: string): string {
  const namedAxis = AXES.find((one) => one === axis)
  return namedAxis ? t(`axis_${namedAxis}`) : (metricOn(axis) ?? axis)
}

/** A menu that chooses the smoothing of lines: the weight of an exponential moving average. */
export function SmoothingMenu({
  state,
  onChange,
}: {
  readonly state: Pick<RunsState, 'smoothing'>
  readonly onChange: (patch: Pick<RunsState, 'smoothing'>) => void
}): ReactElement {
  const nameOf = (weight: number): string => (weight === 0 ? t('none') : `EMA ${weight}`)

  return (
    <ChoiceMenu
      label={
        <>
          {t('smoothing')} <span className="dim">{nameOf(state.smoothing)}</span>
        </>
      }
      choices={SMOOTHINGS.map((weight) => [weight, nameOf(weight)] as const)}
      value={state.smoothing}
      onChoose={(smoothing) => onChange({ smoothing })}
    />
  )
}

/** A menu that chooses how many runs the charts draw, from the top of the list. */
export function DrawnMenu({
  drawn,
  onChange,
}: {
  readonly drawn: number
  readonly onChange: (drawn: number) => void
}): ReactElement {
  return (
    <ChoiceMenu
      label={t('first_n', { n: drawn })}
      choices={DRAWN_CHOICES.map((choice) => [choice, t('first_n', { n: choice })] as const)}
      value={drawn}
      onChoose={onChange}
    />
  )
}

interface PanelMenuProps {
  readonly project: string
  readonly panels: readonly string[]
  readonly onChange: (panels: readonly string[]) => void
}

/**
 * A menu with a checkbox for each metric of the project. The checked metrics have a panel; `onChange` receives them.
 */
export function PanelMenu(props: PanelMenuProps): ReactElement {
  return (
    <Menu label={t('panels')} icon="plus">
      <PanelPicker {...props} />
    </Menu>
  )
}

function PanelPicker({ project, panels, onChange }: PanelMenuProps): ReactElement {
  const { data } = useNames(project)
  const [search, setSearch] = useState('')
  const names = [...new Set([...panels, ...(data?.metrics ?? []).map(({ name }) => name)])]
  const found = names.filter((name) => !name.startsWith('system.') && name.toLowerCase().includes(search.toLowerCase()))
  const toggle = (name: string): void =>
    onChange(panels.includes(name) ? panels.filter((one) => one !== name) : [...panels, name])

  return (
    <Picker>
      <input
        className="field"
        aria-label={t('find_metric')}
        placeholder={t('find_metric')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul>
        {found.slice(0, OFFERED_MAX).map((name) => (
          <CheckboxRow key={name} name={name} isOn={panels.includes(name)} onToggle={() => toggle(name)} />
        ))}
        {found.length > OFFERED_MAX && (
          <li className="dim small">{t('and_more', { n: found.length - OFFERED_MAX })}</li>
        )}
      </ul>
    </Picker>
  )
}
