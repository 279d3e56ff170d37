const SQRT_2PI = Math.sqrt(2 * Math.PI)

/** Returns the density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / SQRT_2PI
}

/**
 * Returns the cumulative standard normal distribution. The relative error is about 1e-15 near 0, and below 1e-12 in the
 * tails that searches use.
 */
export function normalCumulative(z: number): number {
  return z < 0 ? 0.5 * erfc(-z / Math.SQRT2) : 1 - 0.5 * erfc(z / Math.SQRT2)
}

/** Range and resolution of the table: z from -8 to 8, 64 entries per unit. */
const TABLE_END = 8
const TABLE_STEPS = 64
let table: Float64Array | undefined

/**
 * Returns the cumulative standard normal distribution from a table with cubic interpolation, for inner loops. The
 * absolute error is below 1e-9.
 */
export function fastCumulative(z: number): number {
  if (z <= -TABLE_END) return 0
  if (z >= TABLE_END) return 1
  table ??= Float64Array.from({ length: 2 * TABLE_END * TABLE_STEPS + 2 }, (_, i) =>
    normalCumulative(i / TABLE_STEPS - TABLE_END),
  )

  const place = (z + TABLE_END) * TABLE_STEPS
  const i = Math.floor(place)
  const [t, h, left] = [place - i, 1 / TABLE_STEPS, i / TABLE_STEPS - TABLE_END]
  const u = 1 - t

  const [slopeLeft, slopeRight] = [h * normalDensity(left), h * normalDensity(left + h)]
  return u * u * ((1 + 2 * t) * table[i]! + t * slopeLeft) + t * t * ((3 - 2 * t) * table[i + 1]! - u * slopeRight)
}

/** Returns exp(x²) erfc(x) for x ≥ 0: by a power series below 2, by a continued fraction from 2 on. */
export function erfcx(x: number): number {
  return x < 2 ? Math.exp(x * x) * (1 - erfSeries(x)) : continuedFraction(x) / Math.sqrt(Math.PI)
}

/** Returns the complementary error function for x ≥ 0. */
function erfc(x: number): number {
  return x < 2 ? 1 - erfSeries(x) : Math.exp(-x * x) * (continuedFraction(x) / Math.sqrt(Math.PI))
}

/** Returns the error function by its power series. */
function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k += 1) {
    term *= (-x * x) / k
    sum += term / (2 * k + 1)
    if (k > 200) break
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

/** Returns 1/(x + (1/2)/(x + (2/2)/(x + …))), evaluated backwards from its 120th term. */
function continuedFraction(x: number): number {
  let value = x
  for (let k = 120; k > 0; k -= 1) value = x + k / 2 / value
  return 1 / value
}

/**
 * Returns ln(φ(z) + zΦ(z)), the logarithm of the expected improvement in units of the standard deviation. Finite for
 * every z. Ament et al., "Unexpected improvements to expected improvement" (2023).
 */
export function logImprovement(z: number): number {
  if (z > -1) return Math.log(normalDensity(z) + z * normalCumulative(z))
  const base = -0.5 * z * z - Math.log(SQRT_2PI)
  if (z < -1e5) return base - 2 * Math.log(-z)
  return base + Math.log1p(z * erfcx(-z / Math.SQRT2) * Math.sqrt(Math.PI / 2))
}
