import type { Codec, Dimension } from './codec.ts'
import { createStream } from './rng.ts'
import type { Stream } from './rng.ts'
import { scrambledSobol } from './sobol.ts'

/** The code that a uniform number stands for. */
export function randomCode({ categories, weights }: Dimension, u: number): number {
  if (categories === 0) return u
  let sum = 0
  const index = weights.findIndex((weight) => (sum += weight) > u)
  return index === -1 ? categories - 1 : index
}

/** Density of a code before anything is known: codes of ordered parameters are spread evenly. */
export function prior({ categories, weights }: Dimension, code: number): number {
  return categories === 0 ? 1 : weights[code]!
}

/** The middle of the space: for people's own bounds the best guess there is. */
export function centrePoint(codec: Codec): Float64Array {
  return codec.settle(
    Float64Array.from(codec.dimensions, ({ categories }) => (categories > 0 ? Math.floor(categories / 2) : 0.5)),
  )
}

export function randomPoint(codec: Codec, stream: Stream): Float64Array {
  return codec.settle(Float64Array.from(codec.dimensions, (dimension) => randomCode(dimension, stream.next())))
}

/** Point `index` of Sobol's scrambled sequence over the space. `seed` has 32 bits. */
export function sobolPoint(codec: Codec, index: number, seed: number): Float64Array {
  return codec.settle(
    Float64Array.from(codec.dimensions, (dimension, j) => randomCode(dimension, scrambledSobol(index, j, seed))),
  )
}

/** 32 bits of a seed for one purpose. */
export function seedFor(seed: number, purpose: string): number {
  return createStream(seed, purpose, 0).nextWord()
}

/** A draw from the standard normal distribution. */
export function gauss(stream: Stream): number {
  return Math.sqrt(-2 * Math.log(1 - stream.next())) * Math.cos(2 * Math.PI * stream.next())
}
