import { marked } from 'marked'
import type { Token, Tokens } from 'marked'
import { createContext, use } from 'react'
import type { ReactElement, ReactNode } from 'react'

import css from './markdown.module.css'

/**
 * Returns the element for the picture at a relative address, or undefined if there is no such picture. `text` is the
 * alternative text of the picture.
 */
export type DrawPicture = (address: string, text: string) => ReactNode

const Pictures = createContext<DrawPicture>(() => undefined)

interface MarkdownProps {
  readonly text: string
  /** Whether the text is a note that a person wrote. A line break in a note is shown as a line break. */
  readonly isNote?: boolean
  readonly drawPicture?: DrawPicture
}

/**
 * Renders Markdown as React elements. HTML in it is shown as text. A picture at an absolute URL is not loaded; its
 * alternative text is shown instead.
 */
export function Markdown({ text, isNote = false, drawPicture = () => undefined }: MarkdownProps): ReactElement {
  return (
    <Pictures value={drawPicture}>
      <div className={isNote ? `${css.markdown} ${css.note}` : css.markdown}>
        {blocks(marked.lexer(text, { gfm: true, breaks: isNote }))}
      </div>
    </Pictures>
  )
}

function Image({ image: { href, text } }: { readonly image: Tokens.Image }): ReactNode {
  const drawPicture = use(Pictures)
  return (
    (/^[a-z][a-z\d+.-]*:|^\/\//i.test(href) ? undefined : drawPicture(href, text)) ?? (
      <span className="dim">[{text}]</span>
    )
  )
}

function blocks(tokens: readonly Token[]): ReactNode[] {
  return tokens.map((token, i) => <Block key={i} token={token} />)
}

function Block({ token }: { readonly token: Token }): ReactNode {
  switch (token.type) {
    case 'heading': {
      // Headings are one level lower than in the text, because the page has its own <h1>.
      const Heading = `h${Math.min(6, (token as Tokens.Heading).depth + 1)}` as 'h2'
      return <Heading>{inline(token.tokens)}</Heading>
    }
    case 'paragraph':
      return <p>{inline(token.tokens)}</p>
    case 'code':
      return <pre className="code">{(token as Tokens.Code).text}</pre>
    case 'blockquote':
      return <blockquote>{blocks(token.tokens ?? [])}</blockquote>
    case 'list': {
      const { ordered, start, items } = token as Tokens.List
      const entries = items.map((item, i) => (
        <li key={i} className={item.task ? css.task : undefined}>
          {blocks(item.tokens)}
        </li>
      ))

      return ordered ? <ol start={Number(start) || 1}>{entries}</ol> : <ul>{entries}</ul>
    }
    case 'table':
      return <Table table={token as Tokens.Table} />
    case 'hr':
      return <hr />
    case 'checkbox':
      return <TaskCheckbox token={token as Tokens.Checkbox} />
    case 'space':
      return null
    case 'text':
      return token.tokens ? inline(token.tokens) : (token as Tokens.Text).text
    default:
      return <p>{token.raw}</p>
  }
}

/** The read-only checkbox of a task list. */
function TaskCheckbox({ token: { checked } }: { readonly token: Tokens.Checkbox }): ReactElement {
  return <input type="checkbox" className="check" checked={checked} readOnly disabled />
}

function Table({ table: { header, rows } }: { readonly table: Tokens.Table }): ReactElement {
  return (
    <table className="tbl">
      <thead>
        <tr>
          {header.map((cell, i) => (
            <th key={i}>{inline(cell.tokens)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={i}>
            {row.map((cell, j) => (
              <td key={j}>{inline(cell.tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function inline(tokens: readonly Token[] = []): ReactNode[] {
  return tokens.map((token, i) => <Inline key={i} token={token} />)
}

function Inline({ token }: { readonly token: Token }): ReactNode {
  switch (token.type) {
    case 'strong':
      return <b className="strong">{inline(token.tokens)}</b>
    case 'em':
      return <em>{inline(token.tokens)}</em>
    case 'del':
      return <del>{inline(token.tokens)}</del>
    case 'codespan':
      return <code className="mono">{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br />
    case 'checkbox':
      return <TaskCheckbox token={token as Tokens.Checkbox} />
    case 'link': {
      const { href } = token as Tokens.Link
      if (!/^https?:\/\//i.test(href)) return inline(token.tokens)

      return (
        <a href={href} rel="noopener noreferrer nofollow" target="_blank">
          {inline(token.tokens)}
        </a>
      )
    }
    case 'image':
      return <Image image={token as Tokens.Image} />
    case 'escape':
      return (token as Tokens.Escape).text
    case 'text':
      return (token as Tokens.Text).tokens ? inline((token as Tokens.Text).tokens) : (token as Tokens.Text).text
    default:
      return token.raw
  }
}
