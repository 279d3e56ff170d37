import type { ReactElement } from 'react'

/** A unified diff, with added and removed lines coloured. */
export function Diff({ text }: { readonly text: string }): ReactElement {
  return (
    <div className="patch">
      {text.split('\n').map((line, i) => (
        // The index is the only key that a line has.
        <div key={i} className={classOf(line)}>
          {line === '' ? ' ' : line}
        </div>
      ))}
    </div>
  )
}

function classOf(line: string): string {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ')) return 'file'
  if (line.startsWith('@@')) return 'place'
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : ''
}
