import type { Codec, Dimension } from '../codec.ts'
import { createStream } from '../numerics/rng.ts'
import type { Stream } from '../numerics/rng.ts'
import { scrambledSobol } from '../numerics/sobol.ts'

/** Converts a uniform random number in [0, 1) to a code from the distribution of a dimension. */
export function randomCode({ categories, weights }: Dimension, u: number): number {
  if (categories === 0) return u
  let sum = 0
  const index = weights.findIndex((weight) => (sum += weight) > u)
  return index === -1 ? categories - 1 : index
}

/**
 * Returns the density (ordered parameter) or the probability (category) of a code in the distribution of the dimension.
 * The codes of an ordered parameter are uniform.
 */
export function priorDensity({ categories, weights }: Dimension, code: number): number {
  return categories === 0 ? 1 : weights[code]!
}

/**
 * Returns the middle of the space: code 0.5 for each ordered parameter, the middle index for each category. For bounds
 * chosen by a person this is the best first guess.
 */
export function centrePoint(codec: Codec): Float64Array {
  return codec.normalise(
    Float64Array.from(codec.dimensions, ({ categories }) => (categories > 0 ? Math.floor(categories / 2) : 0.5)),
  )
}

/** Draws a point from the distributions of the dimensions and normalises it. */
export function randomPoint(codec: Codec, stream: Stream): Float64Array {
  return codec.normalise(Float64Array.from(codec.dimensions, (dimension) => randomCode(dimension, stream.next())))
}

/** Returns point `index` of the scrambled Sobol sequence over the space, normalised. `seed` has 32 bits. */
export function sobolPoint(codec: Codec, index: number, seed: number): Float64Array {
  return codec.normalise(
    Float64Array.from(codec.dimensions, (dimension, j) => randomCode(dimension, scrambledSobol(index, j, seed))),
  )
}

/** Returns a 32-bit seed for one purpose. Different purposes get different random numbers from the same `seed`. */
export function deriveSeed(seed: number, purpose: string): number {
  return createStream(seed, purpose, 0).nextWord()
}

/** Draws a number from the standard normal distribution (Box and Muller). */
export function drawNormal(stream: Stream): number {
  return Math.sqrt(-2 * Math.log(1 - stream.next())) * Math.cos(2 * Math.PI * stream.next())
}
