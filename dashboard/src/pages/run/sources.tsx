import type { ReactElement } from 'react'

import { CopyButton } from '../../ui/copy-button.tsx'
import css from './sources.module.css'

/** The source files of a document, as they were submitted. */
export function Sources({
  sources,
}: {
  readonly sources: readonly { readonly file: string; readonly text: string }[]
}): ReactElement {
  return (
    <>
      {sources.map(({ file, text }) => (
        <section key={file} aria-label={file}>
          <h2 className={`name ${css.fileName}`}>
            {file}
            <CopyButton text={text} />
          </h2>
          <pre className="code">{text}</pre>
        </section>
      ))}
    </>
  )
}
