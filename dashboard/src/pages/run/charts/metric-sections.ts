/** Metrics whose names have the same prefix. */
export interface MetricSection {
  /** The prefix: the part of the names before the first `/`; empty for names without one. */
  readonly name: string
  readonly metrics: readonly string[]
}

/** Compares names, with numbers in them by value: `layer_2` comes before `layer_10`. */
const compareNames = new Intl.Collator('en', { numeric: true }).compare

/**
 * Groups the metrics whose names contain the text `search`, in upper or lower case, by prefix. Metrics are sorted by
 * name, sections by their first metric.
 */
export function sectionsOf(metrics: readonly string[], search: string): MetricSection[] {
  const wanted = search.trim().toLowerCase()
  const sections = new Map<string, string[]>()
  for (const metric of metrics.filter((name) => name.toLowerCase().includes(wanted)).toSorted(compareNames)) {
    const name = metric.includes('/') ? metric.slice(0, metric.indexOf('/')) : ''
    const section = sections.get(name)
    if (section) section.push(metric)
    else sections.set(name, [metric])
  }
  return [...sections].map(([name, sectionMetrics]) => ({ name, metrics: sectionMetrics }))
}
