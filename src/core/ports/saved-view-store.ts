import type { SavedViewDefinition } from '../../contract/project.ts'
import type { SavedView } from '../records/project.ts'

/** The saved views of projects. */
export interface SavedViewStore {
  listViews(projectId: string): Promise<SavedView[]>
  /** Stores a view under a name, in place of an earlier one of that name. */
  putView(projectId: string, name: string, definition: SavedViewDefinition): Promise<void>
  /** Removes a view. Returns false if the project has no view of this name. */
  removeView(projectId: string, name: string): Promise<boolean>
}
