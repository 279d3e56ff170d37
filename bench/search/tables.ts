import { readFileSync } from 'node:fs'

import type { Params, SpaceItem } from './space.ts'

/** Losses of scikit-learn models, recorded for every configuration of a grid. One table also has learning curves. */
export interface Table {
  readonly space: readonly SpaceItem[]
  /** Number of levels of the learning curves, which start at level 1. It is 1 for a table without learning curves. */
  readonly levels: number
  readonly configCount: number
  /** Returns the recorded loss of a configuration, given by its index in the grid, at a level. */
  value(config: number, level: number): number
  /** Returns the index of a configuration in the grid. */
  indexOf(params: Params): number
  paramsOf(config: number): Record<string, number | string>
}

/** A table as stored in `tables.json`. */
interface StoredTable {
  readonly axes: readonly {
    readonly name: string
    readonly type: string
    readonly values: readonly (number | string)[]
  }[]
  readonly scale: number
  readonly levels: readonly number[] | null
  /**
   * Losses as unsigned 16-bit little-endian integers in base64. A loss is its integer divided by `scale`. The level
   * varies fastest, then the last axis.
   */
  readonly data: string
}

const loaded = new Map<string, Table>()
let stored: Record<string, StoredTable> | undefined

/** Returns a table by its name. Throws if there is none. */
export function loadTable(name: string): Table {
  stored ??= JSON.parse(readFileSync(new URL('tables.json', import.meta.url), 'utf8')) as Record<string, StoredTable>

  const found = loaded.get(name)
  if (found) return found

  const content = stored[name]
  if (!content) throw new Error(`there is no table ${name}`)

  const created = toTable(content)
  loaded.set(name, created)
  return created
}

/** Returns a table with learning curves; only `mlp_digits` has them. Throws for another table. */
export function loadCurves(name: string): Table {
  const found = loadTable(name)
  if (found.levels === 1) throw new Error(`${name} has no learning curves`)
  return found
}

function toTable({ axes, scale, levels: curve, data }: StoredTable): Table {
  const levels = curve?.length ?? 1
  const cells = decode(data, scale)
  const space = axes.map(({ name, type, values }): SpaceItem =>
    type === 'cat'
      ? { name, type: 'cat', values: values.map(String) }
      : { name, type: 'int', low: 0, high: values.length - 1, log: false },
  )

  return {
    space,
    levels,
    configCount: cells.length / levels,
    value: (config, level) => cells[config * levels + level - 1]!,
    indexOf: (params) => space.reduce((index, item) => index * sizeOf(item) + placeOf(item, params[item.name]), 0),
    paramsOf: (config) => {
      const params: Record<string, number | string> = {}
      for (const item of space.toReversed()) {
        const place = config % sizeOf(item)
        params[item.name] = item.type === 'cat' ? item.values[place]! : place
        config = (config - place) / sizeOf(item)
      }
      return params
    },
  }
}

function decode(data: string, scale: number): Float64Array {
  const bytes = Buffer.from(data, 'base64')
  return Float64Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i) / scale)
}

/**
 * Returns the number of values of an axis. For a numeric axis the hyperparameter is the index of the value, an integer.
 */
function sizeOf(item: SpaceItem): number {
  return item.type === 'cat' ? item.values.length : item.high + 1
}

function placeOf(item: SpaceItem, value: number | string | undefined): number {
  const place = item.type === 'cat' ? item.values.indexOf(String(value)) : Number(value)
  if (!Number.isInteger(place) || place < 0 || place >= sizeOf(item))
    throw new Error(`${value} is no value of ${item.name}`)
  return place
}
