/**
 * Returns four random 32-bit words by Philox4x32-10, a counter-based generator. The output depends only on the key and
 * the counter, so any draw of any trial can be repeated without the draws before it. Salmon, Moraes, Dror and Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3" (2011).
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [a, b, c, d] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round += 1) {
    const [high0, low0] = multiply(0xd2511f53, a)
    const [high1, low1] = multiply(0xcd9e8d57, c)
    ;[a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0]
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  return [a, b, c, d]
}

/** Returns the high and the low 32 bits of the product of two 32-bit numbers. */
function multiply(x: number, y: number): [number, number] {
  const [xl, xh, yl, yh] = [x & 0xffff, x >>> 16, y & 0xffff, y >>> 16]
  const low = xl * yl
  const middle = xh * yl + (low >>> 16)
  const middle2 = xl * yh + (middle % 0x10000)
  const high = xh * yh + Math.floor(middle / 0x10000) + Math.floor(middle2 / 0x10000)
  return [high >>> 0, Math.imul(x, y) >>> 0]
}

/** A sequence of random numbers. */
export interface Stream {
  /** Returns a uniform number in [0, 1) with 53 random bits. */
  next(): number
  /** Returns a uniform integer in [0, 2^32). */
  nextWord(): number
}

/**
 * Creates the sequence of random numbers of (`seed`, `name`, `index`), which is always the same. `seed` is an integer
 * of up to 53 bits; `index` is usually a trial index.
 */
export function createStream(seed: number, name: string, index: number): Stream {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  let block = 0
  let words: number[] = []
  const nextWord = (): number => {
    if (words.length === 0) {
      words = philox([block >>> 0, hash(name), index >>> 0, Math.floor(index / 2 ** 32) >>> 0], key)
      block += 1
    }
    return words.shift()!
  }
  return { nextWord, next: () => ((nextWord() >>> 5) * 2 ** 26 + (nextWord() >>> 6)) / 2 ** 53 }
}

/** Returns the 32-bit FNV-1a hash over the UTF-16 units of a text. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

const FEISTEL_ROUNDS = 4

/**
 * Returns the number at position `index` in a permutation of 0 … size−1 that depends on `seed`, without a stored list.
 * A Feistel network permutes the numbers below a power of four of at least `size`, and is applied again until the
 * result is below `size` (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
 */
export function permute(index: bigint, size: bigint, seed: number): bigint {
  const half = halfBits(size)
  const mask = (1n << half) - 1n
  let value = index
  do {
    let [left, right] = [value >> half, value & mask]
    for (let round = 0; round < FEISTEL_ROUNDS; round += 1)
      [left, right] = [right, left ^ (scramble(right, round, seed) & mask)]
    value = (left << half) | right
  } while (value >= size)
  return value
}

/** Returns the number of bits of one half of the Feistel network: at least half the bits of size−1. */
function halfBits(size: bigint): bigint {
  const bits = (size - 1n).toString(2).length
  return BigInt(Math.max(1, Math.ceil(bits / 2)))
}

/** Returns the round function of the Feistel network: a hash of a number of any length to at most 512 bits. */
function scramble(value: bigint, round: number, seed: number): bigint {
  let out = 0n
  for (let rest = value, word = 0; rest > 0n || word === 0; rest >>= 32n, word += 1) {
    const stream = createStream(seed, `feistel.${round}.${word}`, Number(rest & 0xffffffffn))
    out =
      (out * 0x9e3779b97f4a7c15n + ((BigInt(stream.nextWord()) << 32n) | BigInt(stream.nextWord()))) &
      ((1n << 512n) - 1n)
  }
  return out
}
