/** Number of a group's newest runs that are shown and selected. */
export const MEMBERS_MAX = 50

/**
 * Returns the selection after a click on the checkbox of a group: without its runs where all of them are selected, else
 * with them.
 */
export function toggleMembers(selected: readonly number[], members: readonly number[]): number[] {
  return members.every((number) => selected.includes(number))
    ? selected.filter((one) => !members.includes(one))
    : [...new Set([...selected, ...members])].slice(0, MEMBERS_MAX)
}
