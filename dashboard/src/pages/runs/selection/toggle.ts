/** Returns the selection with a run added, or removed if it was selected. */
export function toggleNumber(selected: readonly number[], number: number): number[] {
  return selected.includes(number) ? selected.filter((one) => one !== number) : [...selected, number]
}

/**
 * Returns the selection after a click on the checkbox of `to` with the Shift key: all rows from `from` to `to` are
 * selected, or removed from the selection if `to` was selected. Undefined if `from` or `to` is not in the list.
 */
export function toggleRange(
  selected: readonly number[],
  { listed, from, to }: { readonly listed: readonly number[]; readonly from: number | undefined; readonly to: number },
): number[] | undefined {
  const [start, end] = [from, to].map((one) => (one === undefined ? -1 : listed.indexOf(one))) as [number, number]
  if (start < 0 || end < 0) return undefined

  const between = listed.slice(Math.min(start, end), Math.max(start, end) + 1)
  return selected.includes(to)
    ? selected.filter((one) => !between.includes(one))
    : [...new Set([...selected, ...between])]
}
