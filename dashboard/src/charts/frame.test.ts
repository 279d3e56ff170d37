import { describe, expect, it, vi } from 'vitest'

import { frameOf } from './frame.ts'

// Replaces the browser globals that the imported modules read when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})

describe('the area of a plot', () => {
  const margin = { left: 50, right: 10, top: 20, bottom: 30 }
  const frame = frameOf(
    { width: 160, height: 150 },
    { x: { low: 0, high: 10, isLog: false }, y: { low: 1, high: 100, isLog: true }, margin },
  )

  it('The area lies within the margins', () => {
    expect(frame).toMatchObject({ left: 50, right: 150, top: 20, bottom: 120 })
  })

  it.each([
    [0, 50],
    [5, 100],
    [10, 150],
    [12, 170],
  ])('The value %d of the x axis lies at %d pixels, also beyond the axis', (value, at) => {
    expect(frame.x(value)).toBeCloseTo(at)
  })

  it.each([
    [1, 120],
    [10, 70],
    [100, 20],
    [1_000, 20],
    [0.1, 120],
  ])('The value %d of the y axis lies at %d pixels, and values beyond the axis at its ends', (value, at) => {
    expect(frame.y(value)).toBeCloseTo(at)
  })
})
