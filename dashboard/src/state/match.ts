import { decode } from './query-lists.ts'

/**
 * Matches a path with a pattern such as `/p/:project/runs/:run/:tab?` and returns the named parts, decoded. A part
 * whose name ends in `?` may be absent. Undefined if the path does not match.
 */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.replace(/\/+$/, '').split('/')]
  if (given.length > wanted.length) return undefined

  const found: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const value = given[i]
    if (!part.startsWith(':')) {
      if (part !== (value ?? '')) return undefined
      continue
    }
    const name = part.slice(1).replace(/\?$/, '')
    if (value === undefined || value === '') {
      if (!part.endsWith('?')) return undefined
    } else found[name] = decode(value)
  }

  return found
}
