import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'

import { t } from '../texts/texts.ts'
import { suggest } from './schema.ts'
import type { JsonSchema } from './schema.ts'
import { yamlPlaceAt } from './yaml-place.ts'

/**
 * Returns the suggestions of completion at the cursor; null if there are none, and for an empty key unless the person
 * has asked for completion.
 */
export async function complete(
  context: CompletionContext,
  loadSchema: () => Promise<JsonSchema>,
): Promise<CompletionResult | null> {
  const text = context.state.doc.toString()
  const place = yamlPlaceAt(text, context.pos)
  if (!place || (place.prefix === '' && !context.explicit && place.position === 'key')) return null

  const schema = await loadSchema()
  const indent = ' '.repeat(place.from - context.state.doc.lineAt(place.from).from)
  const isFlow = /[{[]/.test(
    context.state.doc.lineAt(place.from).text.slice(0, place.from - context.state.doc.lineAt(place.from).from),
  )

  const options = suggest(schema, text, place).map(({ text: word, detail, description, isRequired, isNested }) => ({
    label: word,
    detail: [detail, isRequired ? t('required') : ''].filter((part) => part !== '').join(' · '),
    ...(description !== undefined && { info: description }),
    apply: place.position === 'value' ? word : isNested && !isFlow ? `${word}:\n${indent}  ` : `${word}: `,
    boost: isRequired ? 1 : 0,
  }))

  return options.length === 0 ? null : { from: place.from, options, validFor: /^[\w-]*$/ }
}
