/** Largest number of runs of one group, the newest ones, that are shown and selected. */
export const MEMBERS_MAX = 50

/**
 * Returns the selection after a click on the checkbox of a group. If all of `members` are selected, they are removed,
 * otherwise they are added, up to `MEMBERS_MAX` selected runs.
 */
export function toggleMembers(selected: readonly number[], members: readonly number[]): number[] {
  return members.every((number) => selected.includes(number))
    ? selected.filter((one) => !members.includes(one))
    : [...new Set([...selected, ...members])].slice(0, MEMBERS_MAX)
}
