import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import type { Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { useEffect, useImperativeHandle, useRef } from 'react'
import type { ReactElement, Ref } from 'react'

import { complete } from './complete.ts'
import { COLOURS, THEME } from './editor-look.ts'
import { offsetOf, toDiagnostic } from './editor-messages.ts'
import type { EditorMessage } from './editor-messages.ts'
import type { JsonSchema } from './schema.ts'
import css from './yaml-editor.module.css'

export interface YamlEditorHandle {
  /** Moves the cursor to a line and column and focuses the editor. */
  goTo(place: Pick<EditorMessage, 'line' | 'column'>): void
}

export interface YamlEditorProps {
  readonly label: string
  /** The text that the editor starts with. A later change of this property has no effect. */
  readonly initialText: string
  /** Loads the schema of documents; called when completion needs it. */
  readonly loadSchema: () => Promise<JsonSchema>
  readonly remarks: readonly EditorMessage[]
  readonly onChange: (text: string) => void
  /** Called on Ctrl or ⌘ with Enter. */
  readonly onSubmit: () => void
  readonly ref?: Ref<YamlEditorHandle>
}

/** An editor for YAML with colours, completion, and the messages `remarks` at the lines that they are about. */
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
    // CodeMirror adds `<style>` elements to a page, which the Content-Security-Policy (`style-src 'self'`) refuses. In
    // a shadow root it uses style sheets that the policy allows.
    const root = holder.current!.shadowRoot ?? holder.current!.attachShadow({ mode: 'open' })

    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({ doc: latest.current.initialText, extensions: extensionsOf(label, latest) }),
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

  useImperativeHandle(
    ref,
    () => ({
      goTo: (place) => {
        const { current: editor } = view
        if (!editor) return
        editor.dispatch({ selection: { anchor: offsetOf(editor.state.doc, place) }, scrollIntoView: true })
        editor.focus()
      },
    }),
    [],
  )

  return <div className={css.holder} ref={holder} />
}

/** The newest properties of the editor. Extensions read them here, because they are created only once. */
type LatestProps = Pick<YamlEditorProps, 'loadSchema' | 'onChange' | 'onSubmit'>

function extensionsOf(label: string, latest: { readonly current: LatestProps }): Extension[] {
  return [
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
  ]
}
