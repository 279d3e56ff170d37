import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

import { describe, expect, it } from 'vitest'

const SOURCE = join(import.meta.dirname, '../../dashboard/src')
const MODULES = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.module.css'),
)

/** Returns the names of the classes that a module defines. Classes inside `:global(…)` are not its own. */
function definedIn(module: string): Set<string> {
  const text = readFileSync(join(SOURCE, module), 'utf8')
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/:global\([^)]*\)/g, '')
  const selectors = text
    .split('{')
    .map((part) => part.slice(Math.max(part.lastIndexOf('}'), part.lastIndexOf(';')) + 1))
  return new Set(
    selectors.flatMap((selector) => [...selector.matchAll(/\.(-?[a-z_][\w-]*)/gi)].map(([, name]) => name!)),
  )
}

/** Returns the names of the classes that scripts use of a module; undefined where one uses a computed name. */
function usedOf(module: string): Set<string> | undefined {
  const used = new Set<string>()
  const scripts = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path))

  for (const script of scripts) {
    const text = readFileSync(join(SOURCE, script), 'utf8')
    for (const [, name, from] of text.matchAll(/^import (\w+) from '(\.[^']*\.module\.css)'/gm)) {
      if (relative(SOURCE, join(SOURCE, dirname(script), from!)) !== module) continue
      if (new RegExp(`\\b${name}\\[[^'\\]]`).test(text)) return undefined
      for (const [, dotted, quoted] of text.matchAll(new RegExp(`\\b${name}(?:\\.(\\w+)|\\['([^']*)'\\])`, 'g')))
        used.add((dotted ?? quoted)!)
    }
  }

  return used
}

describe('the CSS modules', () => {
  it.each(MODULES)('%s defines the classes that its components use, and no others', (module) => {
    const used = usedOf(module)
    if (used) expect([...definedIn(module)].toSorted()).toEqual([...used].toSorted())
  })
})
