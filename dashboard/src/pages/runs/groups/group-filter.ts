/**
 * Returns a filter that selects the runs that match `filter` and belong to the group with these keys. `keys` has a
 * value for each of `fields`; null if the runs of the group lack the field.
 */
export function narrowToGroup(filter: string, fields: readonly string[], keys: readonly (string | null)[]): string {
  const given = filter.trim()
  return [given === '' ? '' : `(${given})`, filterOfGroup(fields, keys)].filter((part) => part !== '').join(' and ')
}

/** Returns a filter that selects the runs of one group, without the filter of the list. */
function filterOfGroup(fields: readonly string[], keys: readonly (string | null)[]): string {
  return fields
    .map((field, i) => (keys[i] === null ? `${field} is missing` : `${field} = ${JSON.stringify(keys[i])}`))
    .join(' and ')
}
