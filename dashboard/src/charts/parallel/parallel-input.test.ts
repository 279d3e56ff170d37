import { describe, expect, it } from 'vitest'

import type { Brush } from './parallel-axes.ts'
import { changeBrushes, dragTo, endDrag, pressKey } from './parallel-input.ts'
import type { AxisChange, Drag, InputState, KeyCursor } from './parallel-input.ts'

const cursorAt = (axis: number, fraction = 0.5, brushFrom?: number): KeyCursor => ({ axis, fraction, brushFrom })
const state = (cursor?: KeyCursor, pending?: InputState['pending']): InputState => ({ cursor, pending })

/** Presses keys one after the other on a chart with three axes. `S+` is Shift. */
function press(start: InputState, keys: readonly string[]): InputState & { changes: AxisChange[] } {
  let at = start
  const changes: AxisChange[] = []
  for (const key of keys) {
    const result = pressKey(at, { key: key.replace('S+', ''), isShift: key.startsWith('S+'), axisCount: 3 })
    if (!result) continue
    if (result.change) changes.push(result.change)
    at = { cursor: result.cursor, pending: result.pending }
  }
  return { ...at, changes }
}

describe('the keys of a chart of parallel coordinates', () => {
  it.each([
    ['the first key chooses the first axis', undefined, ['ArrowRight'], cursorAt(0), []],
    ['an arrow chooses the next axis', cursorAt(0), ['ArrowRight'], cursorAt(1), []],
    ['the last axis is the end', cursorAt(2), ['ArrowRight'], cursorAt(2), []],
    ['the first axis is the end', cursorAt(0), ['ArrowLeft'], cursorAt(0), []],
    ['Shift moves the axis', cursorAt(1), ['S+ArrowLeft'], cursorAt(0), [{ type: 'move', axis: 1, to: 0 }]],
    ['Shift at the end moves nothing', cursorAt(2), ['S+ArrowRight'], cursorAt(2), []],
    ['Backspace removes the brushes', cursorAt(1), ['Backspace'], cursorAt(1), [{ type: 'remove-brushes', axis: 1 }]],
    ['Delete does so, too', undefined, ['Delete'], undefined, [{ type: 'remove-brushes', axis: 0 }]],
    ['i inverts the axis', cursorAt(2), ['i'], cursorAt(2), [{ type: 'invert', axis: 2 }]],
    ['Escape removes the cursor', cursorAt(2), ['Escape'], undefined, []],
  ] as const)('Keys: %s', (_, start, keys, cursor, changes) => {
    expect(press(state(start), keys)).toEqual({ cursor, pending: undefined, changes })
  })

  it.each(['a', 'Enter', 'Tab'])('The key %s has no meaning', (key) => {
    expect(pressKey(state(cursorAt(0)), { key, isShift: false, axisCount: 3 })).toBeUndefined()
  })

  it.each(['i', 'Escape'])('The key %s has no meaning without a cursor', (key) => {
    expect(pressKey(state(), { key, isShift: false, axisCount: 3 })).toBeUndefined()
  })

  it('Space begins a brush, arrows extend it, and Space ends it', () => {
    const drawing = press(state(cursorAt(1)), [' ', 'ArrowUp', 'S+ArrowUp'])
    expect(drawing.pending).toEqual({ axis: 1, brush: [0.5, expect.closeTo(0.62)] })

    const ended = press(drawing, [' '])
    expect(ended.changes).toEqual([{ type: 'add-brush', axis: 1, brush: [0.5, expect.closeTo(0.62)] }])
    expect(ended).toMatchObject({ pending: undefined, cursor: { axis: 1, brushFrom: undefined } })
  })

  it('Space twice at one place adds no brush', () => {
    expect(press(state(cursorAt(1)), [' ', ' ']).changes).toEqual([])
  })

  it('The cursor stays on its axis', () => {
    const up = press(state(cursorAt(0, 0.99)), ['ArrowUp'])
    const down = press(state(cursorAt(0, 0.05)), ['S+ArrowDown'])
    expect([up.cursor?.fraction, down.cursor?.fraction]).toEqual([1, 0])
  })
})

describe('a drag on a chart of parallel coordinates', () => {
  const drag = (patch: Partial<Drag> = {}): Drag => ({ axis: 1, from: 0.4, isName: false, hasMoved: false, ...patch })

  it('A drag along an axis draws a brush once it has moved by a hundredth of the axis', () => {
    expect(dragTo(drag(), { axis: 1, fraction: 0.405 })).toEqual({ drag: drag(), pending: undefined })

    const moved = dragTo(drag(), { axis: 2, fraction: 0.2 })
    expect(moved).toEqual({ drag: drag({ hasMoved: true }), pending: { axis: 1, brush: [0.2, 0.4] } })
    expect(dragTo(moved.drag, { axis: 1, fraction: 0.4 }).pending).toEqual({ axis: 1, brush: [0.4, 0.4] })
  })

  it.each([
    ['a click on a name inverts its axis', drag({ isName: true }), 1, { type: 'invert', axis: 1 }],
    ['a name is moved', drag({ isName: true, hasMoved: true }), 2, { type: 'move', axis: 1, to: 2 }],
    ['a name moved and returned inverts', drag({ isName: true, hasMoved: true }), 1, { type: 'invert', axis: 1 }],
    ['a click on an axis', drag(), 1, { type: 'remove-brushes-at', axis: 1, fraction: 0.4 }],
    ['a drag along an axis', drag({ hasMoved: true }), 0, { type: 'add-brush', axis: 1, brush: [0.2, 0.4] }],
  ])('The end of a drag: %s', (_, ended, axis, change) => {
    expect(endDrag(ended, axis, ended.hasMoved ? { axis: 1, brush: [0.2, 0.4] } : undefined)).toEqual(change)
  })

  it('A name that was dragged over another axis has moved', () => {
    expect(dragTo(drag({ isName: true }), { axis: 1, fraction: 1 }).drag.hasMoved).toBe(false)
    expect(dragTo(drag({ isName: true }), { axis: 0, fraction: 1 }).drag.hasMoved).toBe(true)
  })
})

describe('the brushes after a change', () => {
  const brushes: readonly Brush[] = [
    [0, 0.3],
    [0.2, 0.5],
  ]

  it.each([
    [{ type: 'add-brush', axis: 0, brush: [0.8, 1] }, [...brushes, [0.8, 1]]],
    [{ type: 'remove-brushes-at', axis: 0, fraction: 0.1 }, [[0.2, 0.5]]],
    [{ type: 'remove-brushes-at', axis: 0, fraction: 0.25 }, []],
    [{ type: 'remove-brushes-at', axis: 0, fraction: 0.9 }, brushes],
    [{ type: 'remove-brushes', axis: 0 }, []],
    [{ type: 'invert', axis: 0 }, undefined],
    [{ type: 'move', axis: 0, to: 1 }, undefined],
  ] as const)('The change %j', (change, after) => {
    expect(changeBrushes(brushes, change)).toEqual(after)
  })
})
