import type { SavedViewDefinition } from '../../contract/project.ts'

/** A project. Times are milliseconds since 1970. */
export interface Project {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  readonly deletedAt: number | null
}

/** A saved view of the run list. */
export interface SavedView extends SavedViewDefinition {
  readonly name: string
  readonly createdAt: number
}
