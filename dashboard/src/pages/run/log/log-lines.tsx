import type { ReactElement } from 'react'

import { severityOf } from '../../../../../src/contract/severity.ts'
import { changeQuery, withQuery } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { lineAddress } from './line-address.ts'
import css from './log-lines.module.css'
import type { LogLine } from './log-piece.ts'
import { toSpans } from './styled-spans.ts'
import type { LogScroll } from './use-log-scroll.ts'

/** The loaded lines of a log, in a box that scrolls. Only the lines in sight are rendered. */
export function LogLines({
  lines,
  linesBefore,
  attempt,
  current,
  isWrapped,
  scroll: { scroller, rows, handleScroll },
}: {
  readonly lines: readonly LogLine[]
  /** Number of lines of the log before the first of `lines`; undefined until it has been counted. */
  readonly linesBefore: number | undefined
  readonly attempt: number | undefined
  /** The emphasized lines: one by its index in `lines`, one by the byte offset at which it begins. */
  readonly current: { readonly index: number | undefined; readonly byte: number | null }
  readonly isWrapped: boolean
  readonly scroll: LogScroll
}): ReactElement {
  return (
    <div
      className={isWrapped ? `${css.lines} ${css.wrapped}` : css.lines}
      ref={scroller}
      onScroll={handleScroll}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={t('log')}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const line = lines[index]!
          const isCurrent = index === current.index || line.offset === current.byte

          return (
            <div
              key={key}
              ref={isWrapped ? rows.measureElement : undefined}
              data-index={index}
              data-current={isCurrent ? '' : undefined}
              className={classOf(line)}
              style={{ transform: `translateY(${start}px)` }}
            >
              <LineNumber
                byte={line.offset}
                number={linesBefore === undefined ? undefined : linesBefore + index + 1}
                attempt={attempt}
              />
              <LineText text={line.text} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function classOf({ text }: LogLine): string {
  const severity = severityOf(text)
  return severity ? `${css.line} ${css[severity]}` : css.line!
}

/** The number of a line, as a link to the line; `·` until the number is known. */
function LineNumber({
  byte,
  number,
  attempt,
}: {
  readonly byte: number
  readonly number: number | undefined
  readonly attempt: number | undefined
}): ReactElement {
  const address = lineAddress(byte, attempt)

  return (
    <a
      className={css.number}
      href={withQuery(address)}
      title={t('link_to_line')}
      onClick={(event) => {
        event.preventDefault()
        changeQuery(address)
      }}
    >
      {number ?? '·'}
    </a>
  )
}

function LineText({ text }: { readonly text: string }): ReactElement {
  return (
    <span className={css.text}>
      {toSpans(text).map(({ text: part, color, isBold }, i) => (
        // The index is the only key that a span has.
        <span
          key={i}
          style={color === undefined ? undefined : { color: `var(${color})` }}
          className={isBold ? 'strong' : undefined}
        >
          {part}
        </span>
      ))}
    </span>
  )
}
