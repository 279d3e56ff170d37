/** Names of the events on `window` that open the command palette and the list of shortcuts. */
export const OPEN_PALETTE_EVENT = 'hagane-palette'
export const OPEN_SHORTCUTS_EVENT = 'hagane-help'

export function openPalette(): void {
  dispatchEvent(new Event(OPEN_PALETTE_EVENT))
}

/** Types of input fields that take no typed text. */
const NON_TEXT_INPUT_TYPES = ['checkbox', 'radio', 'range', 'button', 'submit', 'color', 'file']

/**
 * Whether a key press belongs to a text field, a select or other editable element, or to
 * text composition. Shortcuts ignore such key presses.
 */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement
  if (event.isComposing || target.isContentEditable) return true
  return target instanceof HTMLInputElement
    ? !NON_TEXT_INPUT_TYPES.includes(target.type)
    : ['TEXTAREA', 'SELECT'].includes(target.tagName)
}
