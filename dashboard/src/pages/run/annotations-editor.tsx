import { useState } from 'react'
import type { ReactElement } from 'react'

import { useAction } from '../../api/action.ts'
import { t } from '../../texts/texts.ts'
import { useModal } from '../../ui/use-modal.ts'
import css from './annotations-editor.module.css'
import { changesOf, toTexts } from './annotations.ts'
import type { AnnotationChanges, Annotations } from './annotations.ts'

interface AnnotationsEditorProps {
  /** The run or the sweep whose annotations are edited. */
  readonly annotated: Annotations
  /** Sends the changed fields to the server. */
  readonly onSave: (changes: AnnotationChanges) => Promise<unknown>
}

/** A button that opens a form for the name, the note and the tags of a run or a sweep. */
export function AnnotationsEditor(props: AnnotationsEditorProps): ReactElement {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="btn not-phone" onClick={() => setOpen(true)}>
        {t('marks')}
      </button>
      {isOpen && <FormDialog {...props} onClose={() => setOpen(false)} />}
    </>
  )
}

function FormDialog({
  annotated,
  onSave,
  onClose,
}: AnnotationsEditorProps & { readonly onClose: () => void }): ReactElement {
  const dialog = useModal()
  const [initial] = useState(() => toTexts(annotated))
  const [texts, setTexts] = useState(initial)
  const save = useAction(() => onSave(changesOf(initial, texts)), onClose, { showsError: true })

  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="marks-title">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(undefined)
        }}
      >
        <h2 id="marks-title">{t('marks')}</h2>
        <label>
          {t('name')}
          <input
            className="field"
            autoFocus
            value={texts.name}
            onChange={(event) => setTexts({ ...texts, name: event.target.value })}
          />
        </label>
        <label>
          {t('tags')}
          <input
            className="field"
            value={texts.tags}
            placeholder={t('tags_how')}
            onChange={(event) => setTexts({ ...texts, tags: event.target.value })}
          />
        </label>
        <label>
          {t('note')}
          <textarea
            className="field"
            rows={5}
            value={texts.note}
            onChange={(event) => setTexts({ ...texts, note: event.target.value })}
          />
        </label>
        {save.error && (
          <p className="bad" role="alert">
            {save.error.message}
          </p>
        )}
        <div className="buttons">
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
