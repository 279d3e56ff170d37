/**
 * A random number generator: splitmix64 (Steele, Lea and Flood 2014), seeded by the FNV-1a hash of a string, on 32-bit
 * halves. The numbers are bit for bit those of the Python program that measured the rivals.
 */
export class PortableRng {
  #high = 0xcbf29ce4
  #low = 0x84222325

  constructor(key: string) {
    for (const byte of new TextEncoder().encode(key)) {
      const low = this.#low ^ byte
      this.#high = highOfProduct(this.#high, low, 0x100, 0x1b3)
      this.#low = Math.imul(low, 0x1b3)
    }
  }

  /** Returns a uniform number in [0, 1). */
  nextUniform(): number {
    const sum = (this.#low >>> 0) + 0x7f4a7c15
    this.#low = sum | 0
    this.#high = (this.#high + 0x9e3779b9 + (sum > 0xffffffff ? 1 : 0)) | 0

    let high = this.#high ^ (this.#high >>> 30)
    let low = this.#low ^ ((this.#high << 2) | (this.#low >>> 30))
    ;[high, low] = [highOfProduct(high, low, 0xbf58476d, 0x1ce4e5b9), Math.imul(low, 0x1ce4e5b9)]
    ;[high, low] = [high ^ (high >>> 27), low ^ ((high << 5) | (low >>> 27))]
    ;[high, low] = [highOfProduct(high, low, 0x94d049bb, 0x133111eb), Math.imul(low, 0x133111eb)]
    ;[high, low] = [high ^ (high >>> 31), low ^ ((high << 1) | (low >>> 31))]

    return ((high >>> 0) * 2 ** 21 + (low >>> 11)) / 2 ** 53
  }

  /** Returns a standard normal number (Box-Muller). Each call draws two uniform numbers. */
  nextNormal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.nextUniform())) * Math.cos(2 * Math.PI * this.nextUniform())
  }
}

/**
 * Returns bits 32 to 63 of the product of two 64-bit numbers, each given as two 32-bit halves. Bits 0 to 31 are
 * `Math.imul` of the lower halves.
 */
function highOfProduct(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16

  const first = a1 * b0 + ((a0 * b0) >>> 16)
  const second = a0 * b1 + (first & 0xffff)
  const carried = a1 * b1 + (first >>> 16) + (second >>> 16)
  return (carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0
}
