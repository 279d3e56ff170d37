/** Names of the window events that open the command palette and the list of shortcuts. */
export const OPEN = 'hagane-palette'
export const HELP = 'hagane-help'

export function openPalette(): void {
  dispatchEvent(new Event(OPEN))
}

/** Types of input fields that take no typed text. */
const TEXTLESS = ['checkbox', 'radio', 'range', 'button', 'submit', 'color', 'file']

/** Whether a key press enters text into a field. Shortcuts do nothing then. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement
  if (event.isComposing || target.isContentEditable) return true
  return target instanceof HTMLInputElement
    ? !TEXTLESS.includes(target.type)
    : ['TEXTAREA', 'SELECT'].includes(target.tagName)
}
