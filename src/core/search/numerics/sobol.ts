/**
 * Primitive polynomial (all coefficients as bits) and first direction numbers of each dimension except the first, from
 * the published table of Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections" (2008).
 */
const DIRECTIONS: readonly (readonly [polynomial: number, first: readonly number[]])[] = [
  [3, [1]],
  [7, [1, 3]],
  [11, [1, 3, 1]],
  [13, [1, 1, 1]],
  [19, [1, 1, 3, 3]],
  [25, [1, 3, 5, 13]],
  [37, [1, 1, 5, 5, 17]],
  [41, [1, 1, 5, 5, 5]],
  [47, [1, 1, 7, 11, 19]],
  [55, [1, 1, 5, 1, 1]],
  [59, [1, 1, 1, 3, 11]],
  [61, [1, 3, 5, 5, 31]],
  [67, [1, 3, 3, 9, 7, 49]],
  [91, [1, 1, 1, 15, 21, 21]],
  [97, [1, 3, 1, 13, 27, 49]],
  [103, [1, 1, 1, 15, 7, 5]],
  [109, [1, 3, 1, 15, 13, 25]],
  [115, [1, 1, 5, 5, 19, 61]],
  [131, [1, 3, 7, 11, 23, 15, 103]],
  [137, [1, 3, 7, 13, 13, 15, 69]],
  [143, [1, 1, 3, 13, 7, 35, 63]],
  [145, [1, 3, 5, 9, 1, 25, 53]],
  [157, [1, 3, 1, 13, 9, 35, 107]],
]

const BITS = 32
/** Number of dimensions in the table. Further dimensions use the table again, with the points in another order. */
const DIMENSIONS = DIRECTIONS.length + 1

/** The 32 direction numbers of each dimension. */
const TABLE: readonly Uint32Array[] = [
  directionsOfFirst(),
  ...DIRECTIONS.map(([polynomial, first]) => directionsOf(polynomial, first)),
]

function directionsOfFirst(): Uint32Array {
  return Uint32Array.from({ length: BITS }, (_, bit) => 2 ** (BITS - 1 - bit))
}

function directionsOf(polynomial: number, first: readonly number[]): Uint32Array {
  const degree = first.length
  const directions = new Uint32Array(BITS)

  for (let bit = 0; bit < BITS; bit += 1) {
    if (bit < degree) {
      directions[bit] = first[bit]! * 2 ** (BITS - 1 - bit)
      continue
    }

    let direction = directions[bit - degree]! ^ (directions[bit - degree]! >>> degree)
    for (let k = 1; k < degree; k += 1) if ((polynomial >>> (degree - k)) & 1) direction ^= directions[bit - k]!
    directions[bit] = direction
  }

  return directions
}

/** Returns one coordinate of point `index` (≥ 0) of the Sobol sequence in Gray code order, as 32 bits. */
function sobolBits(index: number, dimension: number): number {
  const directions = TABLE[dimension]!
  let gray = (index ^ (index >>> 1)) >>> 0
  let bits = 0
  for (let bit = 0; gray !== 0; bit += 1, gray >>>= 1) if (gray & 1) bits ^= directions[bit]!
  return bits >>> 0
}

/**
 * Returns one coordinate of a point of the unscrambled Sobol sequence, in [0, 1). Point 0 is the origin. `dimension`
 * must be below 24.
 */
export function sobol(index: number, dimension: number): number {
  return sobolBits(index, dimension) / 2 ** BITS
}

/**
 * Returns one coordinate of a point of the Sobol sequence with Owen scrambling, in (0, 1). It depends only on (`index`,
 * `dimension`, `seed`). Burley, "Practical hash-based Owen scrambling" (2020).
 */
export function scrambledSobol(index: number, dimension: number, seed: number): number {
  const table = dimension % DIMENSIONS
  const round = Math.floor(dimension / DIMENSIONS)
  const at = round === 0 ? index : scramble(index, mix(seed ^ 0x51633e2d, round))
  return (scramble(sobolBits(at, table), mix(seed, dimension)) + 0.5) / 2 ** BITS
}

/** Returns 32 bits after Owen scrambling, by a hash in which each bit depends only on itself and on higher bits. */
function scramble(bits: number, seed: number): number {
  let x = reverse(bits)
  x = (x + seed) >>> 0
  x ^= Math.imul(x, 0x6c50b47c)
  x ^= Math.imul(x, 0xb82f1e52)
  x ^= Math.imul(x, 0xc7afe638)
  x ^= Math.imul(x, 0x8d22f6e6)
  return reverse(x >>> 0)
}

/** Returns 32 bits in reverse order. */
function reverse(bits: number): number {
  let x = bits
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1)
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2)
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4)
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8)
  return ((x >>> 16) | (x << 16)) >>> 0
}

/** Returns a 32-bit hash of a seed and a salt, by a finaliser with good avalanche. */
function mix(seed: number, salt: number): number {
  let x = (seed ^ Math.imul(salt + 1, 0x9e3779b9)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}
