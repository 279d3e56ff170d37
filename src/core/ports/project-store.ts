import type { Direction } from '../../contract/project.ts'
import type { ProjectScope } from '../access/caller.ts'
import type { Project } from '../records/project.ts'

/** Reads and writes projects, and for their metrics whether lower or higher values are better. */
export interface ProjectStore {
  get(id: string): Promise<Project | undefined>
  getByName(name: string): Promise<Project | undefined>
  /** Returns the projects of a scope by name: with `isDeleted` those in the trash, otherwise those outside it. */
  list(projects: ProjectScope, isDeleted?: boolean): Promise<Project[]>
  insert(project: Pick<Project, 'id' | 'name' | 'description'>): Promise<Project>
  update(id: string, patch: Partial<Pick<Project, 'name' | 'description' | 'deletedAt'>>): Promise<void>
  /** Returns projects that were moved to the trash before `deletedBefore` and have no run and no sweep left. */
  listPurgeable(deletedBefore: number): Promise<Project[]>
  /** Removes a project with its metric directions and saved views for good. */
  purge(id: string): Promise<void>
  /** Returns the directions set for metrics of a project, by metric name. */
  listDirections(projectId: string): Promise<ReadonlyMap<string, Direction>>
  /** Sets the direction of a metric; null removes the setting. */
  setDirection(projectId: string, metric: string, direction: Direction | null): Promise<void>
}
