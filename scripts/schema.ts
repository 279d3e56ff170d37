import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { toJsonSchema } from '../src/contract/json-schema.ts'

/** Writes the JSON Schema of documents, for editors, to `docs/hagane.schema.json`. */
const folder = join(import.meta.dirname, '..', 'docs')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'hagane.schema.json'), `${JSON.stringify(toJsonSchema(), null, 2)}\n`)
