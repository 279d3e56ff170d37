/** Texts in the form for the annotations of a run or a sweep. */
export interface AnnotationTexts {
  readonly name: string
  /** Tags, separated by commas. */
  readonly tags: string
  readonly note: string
}

/** Annotations of a run or a sweep. */
export interface Annotations {
  readonly name: string | null
  readonly note: string | null
  readonly tags: readonly string[]
}

/** Changed annotations. Null removes the name or the note. */
export interface AnnotationChanges {
  readonly name?: string | null
  readonly note?: string | null
  readonly tags?: string[]
}

/** Writes annotations as the texts of the form. */
export function toTexts({ name, tags, note }: Annotations): AnnotationTexts {
  return { name: name ?? '', tags: tags.join(', '), note: note ?? '' }
}

/**
 * Returns the annotations that the person changed in the form. The others are not sent: a script or another person may
 * have changed them meanwhile.
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
