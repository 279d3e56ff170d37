import { useEffect, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import { call } from '../../api/client.ts'
import { useAction } from '../../api/queries.ts'
import { t } from '../../texts/texts.ts'

interface MarksEditorProps {
  /** Path of the run or the sweep in the API. */
  readonly path: string
  readonly marked: { readonly name: string | null; readonly note: string | null; readonly tags: readonly string[] }
}

/** A button that opens a form for the name, the note and the tags of a run or a sweep. */
export function AnnotationsEditor(props: MarksEditorProps): ReactElement {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="btn not-phone" onClick={() => setOpen(true)}>
        {t('marks')}
      </button>
      {isOpen && <Form {...props} onClose={() => setOpen(false)} />}
    </>
  )
}

function Form({ path, marked, onClose }: MarksEditorProps & { readonly onClose: () => void }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])

  // The values when the form was opened. Only fields that the person changed are sent: a script or another person may
  // have changed the others meanwhile.
  const [initial] = useState({ name: marked.name ?? '', tags: marked.tags.join(', '), note: marked.note ?? '' })
  const [name, setName] = useState(initial.name)
  const [tags, setTags] = useState(initial.tags)
  const [note, setNote] = useState(initial.note)

  const changes = {
    ...(name !== initial.name && { name: orNull(name) }),
    ...(tags !== initial.tags && { tags: parseTags(tags) }),
    ...(note !== initial.note && { note: orNull(note) }),
  }

  const save = useAction(() => call(path, { method: 'PATCH', body: changes }), onClose, { showsError: true })

  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="marks-title">
      <form
        className="marks"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(undefined)
        }}
      >
        <h2 id="marks-title">{t('marks')}</h2>
        <label>
          {t('name')}
          <input className="field" autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <label>
          {t('tags')}
          <input
            className="field"
            value={tags}
            placeholder={t('tags_how')}
            onChange={(event) => setTags(event.target.value)}
          />
        </label>
        <label>
          {t('note')}
          <textarea className="field" rows={5} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        {save.error && (
          <p className="bad" role="alert">
            {save.error.message}
          </p>
        )}
        <div className="do">
          <button type="button" className="btn" onClick={onClose}>
            {t('cancel')}
          </button>
          <button type="submit" className="btn solid" disabled={save.isPending}>
            {t('save')}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}

/** Splits a text at commas, also Japanese ones, into distinct tags. */
function parseTags(text: string): string[] {
  return [...new Set(text.split(/[,、，]/).map((tag) => tag.trim()))].filter((tag) => tag !== '')
}
