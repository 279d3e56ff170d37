/** Metrics with one prefix. */
export interface MetricSection {
  /** The part of the metric's name before the first `/`; empty for a name without one. */
  readonly name: string
  readonly metrics: readonly string[]
}

/** Metrics whose names have the text, in any case, in sections in the order of the first of each. */
export function sectionsOf(metrics: readonly string[], search: string): MetricSection[] {
  const wanted = search.trim().toLowerCase()
  const sections = new Map<string, string[]>()
  for (const metric of metrics) {
    if (!metric.toLowerCase().includes(wanted)) continue
    const name = metric.includes('/') ? metric.slice(0, metric.indexOf('/')) : ''
    sections.set(name, [...(sections.get(name) ?? []), metric])
  }
  return [...sections].map(([name, own]) => ({ name, metrics: own }))
}
