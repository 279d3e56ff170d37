import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A folder of the sources and its permitted imports. The linter refuses all other imports. */
interface Room {
  /** Name of the room, and of its folder. */
  readonly name: string
  /** The folder, from the root of the repository. */
  readonly folder: string
  /** Names of the rooms that it may import. */
  readonly rooms: readonly string[]
  /** Names of the packages that it may import. */
  readonly packages: readonly string[]
  /** Files of the room that may import further packages. Paths are from the root of the repository. */
  readonly exceptions?: readonly { readonly files: readonly string[]; readonly packages: readonly string[] }[]
  /** Whether it may import modules of Node. */
  readonly usesNode: boolean
  /** Whether it may call `Date.now` and `Math.random`. */
  readonly readsClock?: boolean
  /**
   * Files that may call `Date.now` and `Math.random` in a room that may not. Paths are from the root of the repository.
   */
  readonly clockFiles?: readonly string[]
  /** Files of the room that may import everything. */
  readonly freeFiles?: readonly string[]
}

const YAML_READERS = ['src/core/language/parse-document.ts', 'src/core/language/yaml-faults.ts']

/**
 * All rooms. A room comes after the rooms that it may import. A test
 * compares `ARCHITECTURE.md` and `.oxlintrc.json` with this table.
 */
export const ROOMS: readonly Room[] = [
  { name: 'contract', folder: 'src/contract', rooms: [], packages: ['zod'], usesNode: false },
  {
    name: 'core',
    folder: 'src/core',
    rooms: ['contract'],
    packages: ['zod'],
    exceptions: [{ files: YAML_READERS, packages: ['yaml'] }],
    usesNode: false,
  },
  {
    name: 'store',
    folder: 'src/store',
    rooms: ['contract', 'core'],
    packages: ['kysely', 'pg', 'zod'],
    usesNode: true,
  },
  { name: 'disk', folder: 'src/disk', rooms: ['contract', 'core'], packages: [], usesNode: true },
  { name: 'executors', folder: 'src/executors', rooms: ['contract', 'core', 'disk'], packages: [], usesNode: true },
  { name: 'logs', folder: 'src/logs', rooms: ['contract', 'core', 'disk'], packages: [], usesNode: true },
  { name: 'artifacts', folder: 'src/artifacts', rooms: ['contract', 'core', 'disk'], packages: [], usesNode: true },
  { name: 'snapshots', folder: 'src/snapshots', rooms: ['contract', 'core'], packages: [], usesNode: true },
  { name: 'environments', folder: 'src/environments', rooms: ['contract', 'core'], packages: [], usesNode: true },
  { name: 'services', folder: 'src/services', rooms: ['contract', 'core'], packages: [], usesNode: true },
  { name: 'engine', folder: 'src/engine', rooms: ['contract', 'core', 'services'], packages: [], usesNode: true },
  {
    name: 'api',
    folder: 'src/api',
    rooms: ['contract', 'core', 'services'],
    packages: ['hono', 'zod'],
    usesNode: true,
  },
  {
    name: 'config',
    folder: 'src/config',
    rooms: ['contract', 'core'],
    packages: ['zod'],
    usesNode: true,
    readsClock: true,
  },
  {
    name: 'server',
    folder: 'src/server',
    rooms: [
      'contract',
      'core',
      'store',
      'disk',
      'executors',
      'logs',
      'artifacts',
      'snapshots',
      'environments',
      'services',
      'engine',
      'api',
      'config',
    ],
    packages: ['@hono/node-server', 'pino'],
    usesNode: true,
    clockFiles: ['src/server/clock.ts', 'src/server/ids.ts'],
  },
  {
    name: 'cli',
    folder: 'src/cli',
    rooms: ['contract', 'core', 'config'],
    packages: ['commander', 'ignore', 'string-width'],
    usesNode: true,
    readsClock: true,
    freeFiles: ['src/cli/commands/up.ts'],
  },
  {
    name: 'dashboard',
    folder: 'dashboard/src',
    rooms: ['contract', 'core'],
    packages: ['react', 'uplot'],
    usesNode: false,
    readsClock: true,
  },
]

interface Override {
  readonly files: readonly string[]
  readonly excludeFiles?: readonly string[]
  readonly rules: Readonly<Record<string, unknown>>
}

const TESTS = '**/*.test.ts'
const CLOCK_AND_CHANCE = [
  { object: 'Date', property: 'now' },
  { object: 'Math', property: 'random' },
]

/**
 * Returns overrides for the configuration of the linter, which refuse the imports that a room may not have.
 * `dependencies` are the packages of package.json that are installed with the server.
 */
function toOverrides(dependencies: readonly string[]): Override[] {
  return ROOMS.flatMap((room) => {
    const files = [`${room.folder}/**`]
    const excludeFiles = [...(room.freeFiles ?? []), TESTS]
    const border = (packages: readonly string[]): Override['rules'] => ({
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: refused(room, packages, dependencies), message: message(room) }] },
      ],
    })

    return [
      {
        files,
        excludeFiles,
        rules: {
          ...border(room.packages),
          ...(!room.readsClock && { 'no-restricted-properties': ['error', ...CLOCK_AND_CHANCE] }),
        },
      },
      ...(room.exceptions ?? []).map((exception) => ({
        files: exception.files,
        rules: border([...room.packages, ...exception.packages]),
      })),
      ...(room.clockFiles
        ? [{ files: room.clockFiles, rules: { ...border(room.packages), 'no-restricted-properties': 'off' } }]
        : []),
    ]
  })
}

/** Returns the patterns of imports that a room may not have. `packages` are the packages that it may import. */
function refused(room: Room, packages: readonly string[], dependencies: readonly string[]): string[] {
  // The dashboard has folders with the names of rooms of the server. Only the pattern with `src` excludes them.
  const prefix = room.folder.startsWith('src/') ? '**/' : '**/src/'
  const rooms = ROOMS.filter(({ name }) => name !== room.name && !room.rooms.includes(name)).map(
    ({ name }) => `${prefix}${name}/**`,
  )
  const others = dependencies.filter((name) => !packages.includes(name)).flatMap((name) => [name, `${name}/*`])
  return [...(room.usesNode ? [] : ['node:*']), ...rooms, ...others]
}

/**
 * Returns the imports of a room as text for the third column of the table in `ARCHITECTURE.md`: its rooms, or its
 * packages if it may import no room.
 */
export function toColumn(room: Room): string {
  const names = room.rooms.length > 0 ? room.rooms : room.packages
  const exceptions = (room.exceptions ?? []).map(
    ({ files, packages }) =>
      ` (\`${packages.join('`, `')}\` in ${files.map((file) => `\`${file.slice(room.folder.length + 1)}\``).join(' and ')} only)`,
  )
  return names.join(', ') + exceptions.join('')
}

function message({ name, rooms, packages }: Room): string {
  return `${name} imports ${[...rooms, ...packages].join(', ')} only: see scripts/borders.ts`
}

/**
 * Returns the diagram of the rooms for `ARCHITECTURE.md`, in the language
 * of Mermaid. An arrow points from a room to a room that it imports.
 */
export function toPicture(): string {
  const edges = ROOMS.flatMap(({ name, rooms }) =>
    rooms.filter((room) => !isImplied(rooms, room)).map((room) => `  ${name} --> ${room}`),
  )
  return ['```mermaid', 'flowchart BT', ...edges, '```'].join('\n')
}

/** Whether one of `rooms` imports `room` as well. The diagram leaves the arrow to `room` out then. */
function isImplied(rooms: readonly string[], room: string): boolean {
  return rooms.some((other) => ROOMS.find(({ name }) => name === other)!.rooms.includes(room))
}

const root = join(import.meta.dirname, '..')
/** Path of the configuration of the linter. */
export const LINT_FILE = join(root, '.oxlintrc.json')

/**
 * Returns the text of the configuration `current` with the overrides for ROOMS in place of its former ones. Overrides
 * that restrict no imports stay.
 */
export function toLintConfig(current: string): string {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const config = JSON.parse(current) as { overrides: Override[] }
  const isOther = ({ rules }: Override): boolean => rules['no-restricted-imports'] === undefined
  const overrides = [...toOverrides(Object.keys(dependencies)), ...config.overrides.filter(isOther)]
  return `${JSON.stringify({ ...config, overrides }, undefined, 2)}\n`
}

if (process.argv[1] === import.meta.filename) writeFileSync(LINT_FILE, toLintConfig(readFileSync(LINT_FILE, 'utf8')))
