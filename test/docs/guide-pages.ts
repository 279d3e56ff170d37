import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Folder of the documentation. */
export const DOCS = join(import.meta.dirname, '../../docs')
/** File names of the pages of the guide, sorted. */
export const PAGES = readdirSync(join(DOCS, 'en')).sort()
export const LANGUAGES = ['en', 'ja'] as const

/** A fenced block of a page. The words after the language of its fence are options for the test of the guide. */
export interface Block {
  readonly language: string
  /** Name of the file to which the test writes the text (`title=group.yml`). */
  readonly title: string | undefined
  /** Expected exit status of the last command in the block (`status=2`); 0 by default. */
  readonly status: number
  /** Whether the block cannot run in a test (`norun`). */
  readonly isSkipped: boolean
  readonly text: string
  /** Line of the opening fence, from 1. */
  readonly line: number
}

export function readPage(language: (typeof LANGUAGES)[number], page: string): string {
  return readFileSync(join(DOCS, language, page), 'utf8')
}

/** Returns the fenced blocks of a page. Blocks without a language are left out. */
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

/** Returns the commands of a block, one per line. A line that ends with a backslash is joined with the next one. */
export function commandsOf({ text }: Block): string[] {
  return text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
}
