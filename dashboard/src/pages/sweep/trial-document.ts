/** A document, and parameters to submit with it, each value as text. */
export interface TrialDocument {
  readonly text: string
  readonly params: Readonly<Record<string, string>>
}

const HPTUNING_HEAD = /^hptuning\s*:/
const PARAMS_HEAD = /^(params|declarations)\s*:/

/**
 * Derives the document of one trial from that of its sweep: of kind `experiment`, without `hptuning`, with the
 * parameter values of the trial. The values become a section `params:` of the text. If the text has a section `params:`
 * or `declarations:` already, they are returned as `params` instead.
 */
export function toTrialDocument(text: string, values: Readonly<Record<string, unknown>>): TrialDocument {
  const lines = withoutBlock(text.split('\n'), HPTUNING_HEAD).map((line) =>
    line.replace(/^kind\s*:\s*["']?group["']?/, 'kind: experiment'),
  )

  const entries = Object.entries(values)
  if (entries.length === 0) return { text: lines.join('\n'), params: {} }
  if (lines.some((line) => PARAMS_HEAD.test(line)))
    return {
      text: lines.join('\n'),
      params: Object.fromEntries(
        entries.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      ),
    }

  const paramLines = [
    'params:',
    ...entries.map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`),
  ]
  const at = lines.findIndex((line) => /^kind\s*:/.test(line))
  return { text: [...lines.slice(0, at + 1), ...paramLines, ...lines.slice(at + 1)].join('\n'), params: {} }
}

/** Removes the first section whose head matches: its head, and all lines before the next top-level key. */
function withoutBlock(lines: readonly string[], head: RegExp): string[] {
  const start = lines.findIndex((line) => head.test(line))
  if (start < 0) return [...lines]
  const length = lines.slice(start + 1).findIndex((line) => /^[^\s#-]/.test(line))
  return [...lines.slice(0, start), ...(length < 0 ? [] : lines.slice(start + 1 + length))]
}
