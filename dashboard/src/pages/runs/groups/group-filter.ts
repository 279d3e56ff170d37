/** Returns a filter that selects the runs of one group among those that another filter selects. */
export function narrowToGroup(filter: string, fields: readonly string[], keys: readonly (string | null)[]): string {
  const given = filter.trim()
  return [given === '' ? '' : `(${given})`, filterOfGroup(fields, keys)].filter((part) => part !== '').join(' and ')
}

/** Returns a filter that selects the runs of one group. A null key means that the run lacks the field. */
function filterOfGroup(fields: readonly string[], keys: readonly (string | null)[]): string {
  return fields
    .map((field, i) => (keys[i] === null ? `${field} is missing` : `${field} = ${JSON.stringify(keys[i])}`))
    .join(' and ')
}
