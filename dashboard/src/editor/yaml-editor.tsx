import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import type { Diagnostic } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import type { Text } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useImperativeHandle, useRef } from 'react'
import type { ReactElement, Ref } from 'react'

import { t } from '../texts/texts.ts'
import { suggest } from './schema.ts'
import type { JsonSchema } from './schema.ts'
import { yamlPlaceAt } from './yaml-place.ts'

/** A message about a place in the text. Lines and columns count from 1. */
export interface EditorMessage {
  readonly line: number
  readonly column: number
  readonly text: string
  readonly severity: 'error' | 'warning'
}

export interface YamlEditorHandle {
  /** Moves the cursor to a place and focuses the editor. */
  goTo(place: Pick<EditorMessage, 'line' | 'column'>): void
}

export interface YamlEditorProps {
  readonly label: string
  /** The text that the editor starts with. */
  readonly initialText: string
  /** Loads the schema of documents; called when completion needs it. */
  readonly loadSchema: () => Promise<JsonSchema>
  readonly remarks: readonly EditorMessage[]
  readonly onChange: (text: string) => void
  /** Called on Ctrl or ⌘ with Enter. */
  readonly onSubmit: () => void
  readonly ref?: Ref<YamlEditorHandle>
}

/** An editor for YAML with colours, completion, and messages at the lines with mistakes. */
export function YamlEditor({
  label,
  initialText,
  loadSchema,
  remarks,
  onChange,
  onSubmit,
  ref,
}: YamlEditorProps): ReactElement {
  const holder = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef({ initialText, loadSchema, onChange, onSubmit })
  latest.current = { initialText, loadSchema, onChange, onSubmit }

  useEffect(() => {
    // In a shadow root, CodeMirror adds its styles in a way that the Content-Security-Policy of the page (`style-src
    // 'self'`) allows. In the page itself it would add `<style>` elements, which are refused.
    const root = holder.current!.shadowRoot ?? holder.current!.attachShadow({ mode: 'open' })

    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: latest.current.initialText,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          indentOnInput(),
          bracketMatching(),
          lintGutter(),
          yaml(),
          syntaxHighlighting(COLOURS),
          THEME,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          autocompletion({ override: [(context) => complete(context, latest.current.loadSchema)], icons: false }),
          keymap.of([
            { key: 'Mod-Enter', run: () => (latest.current.onSubmit(), true) },
            ...completionKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of(
            ({ docChanged, state }) => docChanged && latest.current.onChange(state.doc.toString()),
          ),
        ],
      }),
    })

    view.current = editor
    return () => editor.destroy()
  }, [label])

  useEffect(() => {
    const { current: editor } = view
    if (editor)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          remarks.map((remark) => toDiagnostic(editor.state.doc, remark)),
        ),
      )
  }, [remarks, label])

  useImperativeHandle(ref, () => ({
    goTo: (place) => {
      const { current: editor } = view
      if (!editor) return
      editor.dispatch({ selection: { anchor: offsetOf(editor.state.doc, place) }, scrollIntoView: true })
      editor.focus()
    },
  }))

  return <div className="yaml" ref={holder} />
}

/** Returns the suggestions of completion at the cursor; null where there are none. */
async function complete(
  context: CompletionContext,
  loadSchema: YamlEditorProps['loadSchema'],
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

/** Returns the offset of a place in the text. A place outside of the text is moved to its nearest line. */
function offsetOf(doc: Text, { line, column }: Pick<EditorMessage, 'line' | 'column'>): number {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines))
  return Math.min(at.to, at.from + Math.max(0, column - 1))
}

function toDiagnostic(doc: Text, remark: EditorMessage): Diagnostic {
  const from = offsetOf(doc, remark)
  const { to } = doc.lineAt(from)
  return { from, to: Math.max(from, to), severity: remark.severity, message: remark.text }
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--c1)' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--c5)' },
  { tag: tags.comment, color: 'var(--ink-3)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--ink-3)' },
])

const THEME = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--t-base)', backgroundColor: 'var(--panel)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--sunken)',
    color: 'var(--ink-2)',
    border: 'none',
    borderRight: '1px solid var(--line-2)',
  },
  '.cm-activeLine': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--select)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line-2)',
    boxShadow: 'var(--shadow)',
  },
  '.cm-diagnosticText': { whiteSpace: 'pre-line' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--select)',
    color: 'var(--ink)',
  },
  '.cm-completionDetail': { color: 'var(--ink-2)', fontStyle: 'normal', marginLeft: '1em' },
})
