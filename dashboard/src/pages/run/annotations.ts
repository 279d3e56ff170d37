/** The texts in the fields of the form for annotations. */
export interface AnnotationTexts {
  readonly name: string
  /** Tags, separated by commas. */
  readonly tags: string
  readonly note: string
}

/** The annotations of a run or a sweep. Null: none. */
export interface Annotations {
  readonly name: string | null
  readonly note: string | null
  readonly tags: readonly string[]
}

/** Changes of annotations. Null removes the name or the note; an absent field does not change. */
export interface AnnotationChanges {
  readonly name?: string | null
  readonly note?: string | null
  readonly tags?: string[]
}

/** Converts annotations to the texts of the form. */
export function toTexts({ name, tags, note }: Annotations): AnnotationTexts {
  return { name: name ?? '', tags: tags.join(', '), note: note ?? '' }
}

/**
 * Returns the annotations that the person has changed in the form. Unchanged ones are left out, because a script or
 * another person may have changed them meanwhile.
 */
export function changesOf(initial: AnnotationTexts, { name, tags, note }: AnnotationTexts): AnnotationChanges {
  return {
    ...(name !== initial.name && { name: orNull(name) }),
    ...(tags !== initial.tags && { tags: parseTags(tags) }),
    ...(note !== initial.note && { note: orNull(note) }),
  }
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}

/** Splits a text at commas, also Japanese ones, into distinct tags. */
function parseTags(text: string): string[] {
  return [...new Set(text.split(/[,、，]/).map((tag) => tag.trim()))].filter((tag) => tag !== '')
}
