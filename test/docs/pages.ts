import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const DOCS = join(import.meta.dirname, '../../docs')
export const PAGES = readdirSync(join(DOCS, 'en')).sort()
export const LANGUAGES = ['en', 'ja'] as const

/** A fenced block of a page. What stands behind the language says what a test does with it. */
export interface Block {
  readonly language: string
  /** File the text is written to: `title=group.yml`. */
  readonly title: string | undefined
  /** Status its last command ends with: `status=2`. */
  readonly status: number
  /** It cannot run in a test: `norun`. */
  readonly isSkipped: boolean
  readonly text: string
  readonly line: number
}

export function readPage(language: (typeof LANGUAGES)[number], page: string): string {
  return readFileSync(join(DOCS, language, page), 'utf8')
}

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^```(\w+)(.*)$/.exec(lines[at]!)
    if (!fence) continue
    const end = lines.indexOf('```', at)
    const words = fence[2]!.trim().split(/\s+/)
    const valueOf = (name: string) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
    blocks.push({
      language: fence[1]!,
      title: valueOf('title'),
      status: Number(valueOf('status') ?? 0),
      isSkipped: words.includes('norun'),
      text: lines.slice(at + 1, end).join('\n'),
      line: at + 1,
    })
    at = end
  }
  return blocks
}

/** The commands of a block; one that ends with a backslash goes on in the next line. */
export function commandsOf({ text }: Block): string[] {
  return text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
}
