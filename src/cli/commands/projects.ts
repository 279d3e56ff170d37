import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { DEFAULT_PROJECT, DIRECTIONS } from '../../contract/project.ts'
import type { ProjectView, SavedViewView } from '../../contract/project.ts'
import { EXIT } from '../../contract/errors.ts'
import { parseColumn, parseFilter, parseSort, splitFields, toMetricName } from '../../core/filter/parse-filter.ts'
import { requireClient } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { formatTable } from '../format-table.ts'
import { findProject, PROJECT_FILE } from '../project.ts'
import { confirm } from '../prompts.ts'

interface Flags {
  readonly json?: boolean
  readonly project?: string
}

/** `hagane project ls`: lists projects. */
export async function list(cli: Cli, flags: Flags): Promise<void> {
  const projects = await requireClient(cli).call('listProjects')
  if (flags.json) return cli.print(JSON.stringify(projects))
  cli.print(
    formatTable(
      [['NAME', 'RUNS', 'DESCRIPTION'], ...projects.map((item) => [item.name, String(item.runs), item.description])],
      cli.columns,
    ),
  )
}

/** `hagane project create`: creates a project and prints it. */
export async function create(cli: Cli, name: string, flags: Flags & { description?: string }): Promise<void> {
  printProject(
    cli,
    flags,
    await requireClient(cli).call('createProject', {
      body: { name, description: flags.description ?? '' },
    }),
  )
}

/** `hagane project show`: prints a project and the direction (minimise or maximise) of its metrics. */
export async function show(cli: Cli, name: string | undefined, flags: Flags): Promise<void> {
  printProject(
    cli,
    flags,
    await requireClient(cli).call('getProject', { params: { project: projectNameOf(cli, name) } }),
  )
}

/** `hagane project update`: changes name or description of a project. */
export async function update(
  cli: Cli,
  project: string,
  flags: Flags & { name?: string; description?: string },
): Promise<void> {
  const { name, description } = flags
  const body = { ...(name !== undefined && { name }), ...(description !== undefined && { description }) }
  if (Object.keys(body).length === 0) throw new CliExit(EXIT.usage, cli.formatMessage('nothing_to_change'))
  printProject(cli, flags, await requireClient(cli).call('changeProject', { params: { project }, body }))
}

/** `hagane project delete`: puts a project with its runs and sweeps into the trash, after a confirmation. */
export async function remove(cli: Cli, project: string, flags: Flags & { yes?: boolean }): Promise<void> {
  await confirm(cli, cli.formatMessage('project_question', { project }), flags)
  const result = await requireClient(cli).call('deleteProject', { params: { project } })
  if (flags.json) cli.print(JSON.stringify(result))
  else cli.printStatus(cli.formatMessage('project_deleted', { project, runs: result.changed }))
}

/** `hagane project restore`: takes a project with its runs and sweeps out of the trash. */
export async function restore(cli: Cli, project: string, flags: Flags): Promise<void> {
  const result = await requireClient(cli).call('restoreProject', { params: { project } })
  if (flags.json) cli.print(JSON.stringify(result))
  else cli.printStatus(cli.formatMessage('project_restored', { project, runs: result.changed }))
}

/** `hagane project use`: makes a project the default for commands in the current folder and below. */
export async function use(cli: Cli, project: string): Promise<void> {
  await requireClient(cli).call('getProject', { params: { project } })
  const file = join(process.cwd(), PROJECT_FILE)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${project}\n`)
  cli.printStatus(cli.formatMessage('project_used', { project, file }))
}

/**
 * `hagane project metric`: sets whether a metric is to be minimised or maximised. Without a direction, prints the
 * project.
 */
export async function metric(cli: Cli, name: string, direction: string | undefined, flags: Flags): Promise<void> {
  const params = { project: projectNameOf(cli, flags.project), name: toMetricName(name) }
  if (direction === undefined) return await show(cli, params.project, flags)
  const known = DIRECTIONS.find((one) => one === direction)
  if (!known) throw new CliExit(EXIT.usage, cli.formatMessage('direction_wrong', { known: DIRECTIONS.join(', ') }))
  printProject(cli, flags, await requireClient(cli).call('setDirection', { params, body: { direction: known } }))
}

function projectNameOf(cli: Cli, option: string | undefined): string {
  return findProject(cli, option) ?? DEFAULT_PROJECT.name
}

function printProject(cli: Cli, flags: Flags, project: ProjectView): void {
  if (flags.json) return cli.print(JSON.stringify(project))
  cli.print(
    `${project.name}  ${cli.formatMessage('project_runs', { runs: project.runs })}  ${project.description}`.trimEnd(),
  )
  for (const [name, direction] of Object.entries(project.directions)) cli.print(`  ${name}  ${direction}`)
}

/** `hagane view ls`: lists the saved views of a project. */
export async function listViews(cli: Cli, flags: Flags): Promise<void> {
  printSavedViews(
    cli,
    flags,
    await requireClient(cli).call('listViews', {
      params: { project: projectNameOf(cli, flags.project) },
    }),
  )
}

/**
 * `hagane view save`: saves a view. Throws FilterError for a filter, sort order or column that `hagane ls` would
 * refuse.
 */
export async function saveView(
  cli: Cli,
  name: string,
  flags: Flags & { filter?: string; sort?: string; columns?: string },
): Promise<void> {
  const body = { filter: flags.filter ?? '', sort: flags.sort ?? '', columns: splitFields(flags.columns ?? '') }

  if (body.filter !== '') parseFilter(body.filter)
  parseSort(body.sort)
  body.columns.forEach(parseColumn)

  printSavedViews(
    cli,
    flags,
    await requireClient(cli).call('putView', {
      params: { project: projectNameOf(cli, flags.project), name },
      body,
    }),
  )
}

/** `hagane view rm`: removes a saved view. */
export async function removeView(cli: Cli, name: string, flags: Flags): Promise<void> {
  printSavedViews(
    cli,
    flags,
    await requireClient(cli).call('deleteView', {
      params: { project: projectNameOf(cli, flags.project), name },
    }),
  )
}

function printSavedViews(cli: Cli, flags: Flags, views: readonly SavedViewView[]): void {
  if (flags.json) return cli.print(JSON.stringify(views))
  const rows = views.map((view) => [view.name, view.filter, view.sort, view.columns.join(',')])
  cli.print(
    rows.length === 0
      ? [cli.formatMessage('nothing')]
      : formatTable([['NAME', 'FILTER', 'SORT', 'COLUMNS'], ...rows], cli.columns),
  )
}
