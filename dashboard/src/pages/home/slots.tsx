import type { ReactElement } from 'react'

import { useSlots } from '../../api/charts.ts'
import { t } from '../../texts/texts.ts'
import { Block } from './block.tsx'
import { Line } from './line.tsx'
import css from './slots.module.css'

const SQUARES_MAX = 64

/** The slots of the machine as squares, filled if a run occupies them, and the devices of the machine. */
export function Slots(): ReactElement | null {
  const { data } = useSlots()
  if (!data) return null

  const text = t('slots_used', { used: data.used, places: data.places })

  return (
    <Block title={t('slots')} note={text}>
      <div className={css.slots} role="img" aria-label={text}>
        {Array.from({ length: Math.min(SQUARES_MAX, data.places) }, (_, i) => (
          <i key={i} className={i < data.used ? css.used : ''} />
        ))}
      </div>
      {data.devices.map(({ name, isUsed }) => (
        <Line key={name} kind="device">
          <span className="mid clip">{name}</span>
          <span className={isUsed ? 'hot' : 'dim'}>{t(isUsed ? 'device_used' : 'device_free')}</span>
        </Line>
      ))}
    </Block>
  )
}
