import type { ReactElement } from 'react'

/**
 * SVG paths by name of the icon, in a box of 16 px. They are drawn with a
 * stroke of 1.4 px with butt ends and without fill.
 */
const PATHS = {
  search: 'M7 2.7a4.3 4.3 0 1 0 0 8.6 4.3 4.3 0 0 0 0-8.6M10.2 10.2 14 14',
  down: 'm4.5 6.5 3.5 3.5 3.5-3.5',
  right: 'm6.5 4.5 3.5 3.5-3.5 3.5',
  plus: 'M8 3v10M3 8h10',
  more: 'M3 8h1.6M7.2 8h1.6M11.4 8H13',
  filter: 'M2 3.5h12L9.5 8.6v4L6.5 14V8.6z',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  group: 'M2 3.5h12M5 8h9M5 12.5h9M2.2 6v6.5',
  rows: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  stop: 'M4 4h8v8H4z',
  pause: 'M5 3.5v9M11 3.5v9',
  retry: 'M12.6 6.2A5 5 0 1 0 13 8.6M13.2 2.6v3.9H9.4',
  compare: 'M6.5 3H2.5v10h4M9.5 3h4v10h-4M8 1.5v13',
  tag: 'M2.5 2.5h5.7l5.3 5.3-5.7 5.7-5.3-5.3zM5.2 5.6h.8',
  download: 'M8 2.5v7.2M4.8 6.8 8 10l3.2-3.2M3 13.2h10',
  picture: 'M2.5 3h11v10h-11zM2.5 11l3.4-3.6 2.6 2.7 1.9-1.7 3.1 2.8M10.6 5.9h.6',
  link: 'M6.8 9.2 9.6 6.4M7.4 4.6l1.5-1.5a2.9 2.9 0 0 1 4.1 4.1l-1.5 1.5M8.6 11.4l-1.5 1.5A2.9 2.9 0 0 1 3 8.8l1.5-1.5',
  table: 'M2.5 3h11v10h-11zM2.5 6.4h11M2.5 9.7h11M7 6.4V13',
  zoom: 'M6 2.5H2.5V6M10 2.5h3.5V6M6 13.5H2.5V10M10 13.5h3.5V10',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.1a1.9 1.9 0 1 0 0 3.8 1.9 1.9 0 0 0 0-3.8',
  moon: 'M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  follow: 'M8 2.5v8.5M4.5 7.8 8 11.3l3.5-3.5M3 14h10',
  wrap: 'M2.5 4h11M2.5 8h9a2 2 0 0 1 0 4H8M9.8 10.2 8 12l1.8 1.8M2.5 12H5',
  gear: 'M8 5.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4M8 1.8v2.1M8 12.1v2.1M1.8 8h2.1M12.1 8h2.1M3.6 3.6l1.5 1.5M10.9 10.9l1.5 1.5M3.6 12.4l1.5-1.5M10.9 5.1l1.5-1.5',
  sort: 'M8 3v10M4.8 9.8 8 13l3.2-3.2',
  up: 'M8 13V3M4.8 6.2 8 3l3.2 3.2',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  code: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  cross: 'm4 4 8 8M12 4l-8 8',
  check: 'm3.5 8.3 3 3 6-6.6',
  pin: 'M5.5 2.5h5M6.3 2.5v5L4 10h8L9.7 7.5v-5M8 10v4',
} as const

export type IconName = keyof typeof PATHS

/** An icon, hidden from screen readers. If no text is beside it, the element around it needs a label. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

/** The logo: an H of two bars with cut corners, and between them a slanted line in the colour `--heat-mark`. */
export function Logo(): ReactElement {
  return (
    <svg width={20} height={20} viewBox="0 0 20 20" fill="currentColor" aria-hidden="true">
      <path d="M2 5.6 6.2 2v16H2z" />
      <path d="M13.8 2H18v12.4L13.8 18z" />
      <path d="M7.4 11.9 12.6 6.7v1.9L7.4 13.8z" fill="var(--heat-mark)" />
    </svg>
  )
}
