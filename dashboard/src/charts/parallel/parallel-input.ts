import { assertNever } from '../../../../src/core/assert.ts'
import type { Brush } from './parallel-axes.ts'

/** Fraction of an axis by which one press of an arrow key moves the cursor; with Shift, five times as much. */
const KEY_STEP = 0.02
const SHIFT_STEPS = 5
/** Fraction of an axis by which the pointer must be dragged to begin a brush. */
const DRAG_MIN = 0.01

/**
 * The cursor of the keyboard: the index of an axis, a fraction of the length of this axis, and the fraction at which an
 * unfinished brush begins; undefined without such a brush.
 */
export interface KeyCursor {
  readonly axis: number
  readonly fraction: number
  readonly brushFrom: number | undefined
}

/** A brush that a person is drawing, and the index of its axis. */
export interface PendingBrush {
  readonly axis: number
  readonly brush: Brush
}

/** A drag of the pointer that began on an axis or, if `isName`, on the name of an axis. */
export interface Drag {
  readonly axis: number
  /** The fraction of the length of the axis at which the drag began. */
  readonly from: number
  readonly isName: boolean
  readonly hasMoved: boolean
}

/** A change that a person makes to brushes or axes. `axis` is the index of the axis that changes. */
export type AxisChange =
  | { readonly type: 'add-brush'; readonly axis: number; readonly brush: Brush }
  | { readonly type: 'remove-brushes-at'; readonly axis: number; readonly fraction: number }
  | { readonly type: 'remove-brushes'; readonly axis: number }
  | { readonly type: 'invert'; readonly axis: number }
  | { readonly type: 'move'; readonly axis: number; readonly to: number }

/** The unfinished input: the cursor of the keyboard, and the brush that a person is drawing. */
export interface InputState {
  readonly cursor: KeyCursor | undefined
  readonly pending: PendingBrush | undefined
}

/**
 * The unfinished input after an event, and the change that the event has completed; undefined if it has completed none.
 */
export interface InputResult extends InputState {
  readonly change?: AxisChange
}

/**
 * Returns the state after a key press and the change that the key completes. ← → choose an axis, ↑ ↓ a place on it;
 * Space begins and ends a brush; Backspace removes the brushes of the axis; i inverts it; Shift with ← → moves it;
 * Escape hides the cursor and drops an unfinished brush. Undefined for a key that does nothing.
 */
export function pressKey(
  { cursor, pending }: InputState,
  { key, isShift, axisCount }: { readonly key: string; readonly isShift: boolean; readonly axisCount: number },
): InputResult | undefined {
  const at = cursor ?? { axis: 0, fraction: 0.5, brushFrom: undefined }

  switch (key) {
    case 'ArrowLeft':
    case 'ArrowRight': {
      const step = key === 'ArrowRight' ? 1 : -1
      const axis = cursor ? clamp(at.axis + step, axisCount - 1) : 0
      return {
        cursor: { axis, fraction: 0.5, brushFrom: undefined },
        pending,
        ...(isShift && axis !== at.axis && { change: { type: 'move', axis: at.axis, to: axis } }),
      }
    }
    case 'ArrowUp':
    case 'ArrowDown': {
      const step = (key === 'ArrowUp' ? 1 : -1) * (isShift ? SHIFT_STEPS : 1) * KEY_STEP
      const fraction = clamp(at.fraction + step, 1)
      return {
        cursor: { ...at, fraction },
        pending:
          at.brushFrom === undefined ? undefined : { axis: at.axis, brush: brushBetween(fraction, at.brushFrom) },
      }
    }
    case ' ':
      return {
        cursor: { ...at, brushFrom: at.brushFrom === undefined ? at.fraction : undefined },
        pending: undefined,
        ...(at.brushFrom !== undefined &&
          pending && { change: { type: 'add-brush', axis: at.axis, brush: pending.brush } }),
      }
    case 'Backspace':
    case 'Delete':
      return { cursor, pending, change: { type: 'remove-brushes', axis: at.axis } }
    case 'i':
      return cursor && { cursor, pending, change: { type: 'invert', axis: at.axis } }
    case 'Escape':
      return cursor && { cursor: undefined, pending: undefined }
    default:
      return undefined
  }
}

/**
 * Continues a drag to the pointer, given the axis nearest to it and its height as a fraction of the length of an axis.
 * Returns the drag and the brush that it draws so far; `pending` is undefined for a drag of a name, and before the
 * pointer has moved far enough.
 */
export function dragTo(
  drag: Drag,
  { axis, fraction }: { readonly axis: number; readonly fraction: number },
): { readonly drag: Drag; readonly pending: PendingBrush | undefined } {
  if (drag.isName) return { drag: { ...drag, hasMoved: drag.hasMoved || axis !== drag.axis }, pending: undefined }
  if (!drag.hasMoved && Math.abs(fraction - drag.from) <= DRAG_MIN) return { drag, pending: undefined }
  return {
    drag: { ...drag, hasMoved: true },
    pending: { axis: drag.axis, brush: brushBetween(fraction, drag.from) },
  }
}

/**
 * Returns the change that a drag makes when it ends; `axis` is then nearest to the pointer. A dragged name moves its
 * axis, a clicked name inverts it; a drag along an axis adds the brush `pending`, a click removes the brushes at that
 * place.
 */
export function endDrag(drag: Drag, axis: number, pending: PendingBrush | undefined): AxisChange {
  const { axis: own, from, isName, hasMoved } = drag
  if (isName) return hasMoved && axis !== own ? { type: 'move', axis: own, to: axis } : { type: 'invert', axis: own }
  return hasMoved && pending
    ? { type: 'add-brush', axis: own, brush: pending.brush }
    : { type: 'remove-brushes-at', axis: own, fraction: from }
}

/** Returns the brushes of an axis after a change; undefined for a change that moves or inverts the axis. */
export function changeBrushes(brushes: readonly Brush[], change: AxisChange): readonly Brush[] | undefined {
  switch (change.type) {
    case 'add-brush':
      return [...brushes, change.brush]
    case 'remove-brushes-at':
      return brushes.filter(([low, high]) => change.fraction < low || change.fraction > high)
    case 'remove-brushes':
      return []
    case 'invert':
    case 'move':
      return undefined
    default:
      return assertNever(change)
  }
}

function brushBetween(a: number, b: number): Brush {
  return [Math.min(a, b), Math.max(a, b)]
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value))
}
