import { describe, expect, it } from 'vitest'

import { createKernel, SHAPES } from './kernel.ts'
import type { KernelForm, Hyperparameters, Shape } from './kernel.ts'
import { createLoss, fitHyperparameters, priorMean } from './likelihood.ts'
import { createPool } from './pool.ts'
import { createCodec } from '../codec.ts'
import { createProcess } from './gaussian-process.ts'
import { createStream } from '../numerics/rng.ts'

const LINE: KernelForm = { isCategory: [false], shape: 'matern52' }
/** Three points on a line. The expected numbers were computed independently. */
const THREE = {
  form: LINE,
  hyperparameters: { logLengths: Float64Array.of(Math.log(0.3)), logSignal: 0, logNoise: Math.log(0.01) },
  xs: [0, 0.5, 1].map((x) => Float64Array.of(x)),
  values: Float64Array.of(1, -1, 0.5),
}
const process3 = (unknown: Float64Array[] = [], room = 4) =>
  createProcess({
    hyperparameters: THREE.hyperparameters,
    form: LINE,
    known: THREE.xs,
    values: THREE.values,
    unknown,
    room,
  })

const MIXED: KernelForm = { isCategory: [false, true, false], shape: 'matern52' }
const mixedPoint = (i: number) => Float64Array.of((i * 0.37) % 1, i % 3, (i * 0.61) % 1)
const mixedHyperparameters: Hyperparameters = {
  logLengths: Float64Array.of(-0.7, 0.2, -1.1),
  logSignal: 0.3,
  logNoise: -4,
}
const mixedProcess = (shape: Shape, unknown: Float64Array[] = []) =>
  createProcess({
    hyperparameters: mixedHyperparameters,
    form: { ...MIXED, shape },
    known: Array.from({ length: 9 }, (_, i) => mixedPoint(i)),
    values: Float64Array.from({ length: 9 }, (_, i) => Math.sin(3 * i)),
    unknown,
    room: 10,
  })
const shapes = Object.keys(SHAPES) as Shape[]

describe('covariance', () => {
  it.each([
    [0, 1],
    [0.1, 0.9917592362],
    [0.5, 0.8286491424],
    [1, 0.5239941088],
    [2, 0.1386602191],
    [5, 0.0007509338],
  ])('The Matérn 5/2 correlation at a distance of %d lengths is %d', (distance, expected) => {
    expect(SHAPES.matern52.value(distance * distance)).toBeCloseTo(expected, 9)
  })

  it.each(shapes)('The slope of the shape %s equals its finite differences', (shape) => {
    const { value, slope } = SHAPES[shape]
    for (const squared of [0.01, 0.3, 1, 4])
      expect((value(squared + 1e-6) - value(squared - 1e-6)) / 2e-6).toBeCloseTo(slope(squared), 6)
  })

  it('Two different categories are one length apart', () => {
    const kernel = createKernel(
      { logLengths: Float64Array.of(Math.log(2)), logSignal: Math.log(3), logNoise: 0 },
      { isCategory: [true], shape: 'matern52' },
    )
    const out = new Float64Array(3)
    kernel.fillCovariances(Float64Array.of(1), Float64Array.of(1, 0, 2), 3, out)
    expect(out[0]).toBeCloseTo(3, 12)
    expect(out[1]).toBeCloseTo(3 * 0.8286491424, 8)
    expect(out[2]).toBe(out[1])
  })
})

describe('the likelihood', () => {
  const sample = { points: Float64Array.from(THREE.xs, ([x]) => x!), values: THREE.values, count: 3 }
  const nothing = { points: new Float64Array(0), values: new Float64Array(0), count: 0 }
  const theta = Float64Array.of(Math.log(0.3), 0, Math.log(0.01))

  /** The likelihood without the prior. The loss without data is the prior alone. */
  function net(at: Float64Array): { value: number; gradient: Float64Array } {
    const [all, prior] = [new Float64Array(3), new Float64Array(3)]
    const value = createLoss(sample, LINE)(at, all) - createLoss(nothing, LINE)(at, prior)
    return { value, gradient: all.map((slope, j) => slope - prior[j]!) }
  }

  it('The likelihood of three points and its slopes have the expected values', () => {
    const { value, gradient } = net(theta)
    expect(-value - 1.5 * Math.log(2 * Math.PI)).toBeCloseTo(-4.301234282618, 6)
    expect(-gradient[0]!).toBeCloseTo(-1.27144462, 6)
    expect(-gradient[1]!).toBeCloseTo(0.07472604, 6)
    expect(-gradient[2]!).toBeCloseTo(0.00641618, 6)
  })

  it.each(shapes)('The slopes of the loss equal its finite differences, with prior and categories: %s', (shape) => {
    const count = 8
    const points = new Float64Array(count * 3)
    for (let i = 0; i < count; i += 1) points.set(mixedPoint(i), i * 3)
    const loss = createLoss(
      { points, values: Float64Array.from({ length: count }, (_, i) => Math.cos(2 * i)), count },
      { ...MIXED, shape },
    )

    const at = Float64Array.of(-0.7, 0.2, -1.1, 0.3, -3)
    const [gradient, ignored] = [new Float64Array(5), new Float64Array(5)]

    loss(at, gradient)
    gradient.forEach((slope, j) => {
      const moved = (step: number) =>
        loss(
          at.map((value, k) => value + (k === j ? step : 0)),
          ignored,
        )
      expect((moved(1e-5) - moved(-1e-5)) / 2e-5).toBeCloseTo(slope, 5)
    })
  })

  it('The loss is large and its slopes are 0 where the matrix is not positive definite', () => {
    const twice = createLoss(
      { points: Float64Array.of(0.5, 0.5, 0.5), values: Float64Array.of(1, 1, Number.NaN), count: 3 },
      LINE,
    )
    const gradient = new Float64Array(3).fill(9)
    const value = twice(Float64Array.of(Number.NaN, 0, 0), gradient)
    expect(value).toBeGreaterThan(1e6)
    expect(Array.from(gradient)).toEqual([0, 0, 0])
  })

  it('A fit increases the likelihood and gives the same result each time', () => {
    const count = 20
    const points = Float64Array.from({ length: count }, (_, i) => i / count)
    const values = points.map((x) => Math.sin(9 * x))
    const fit = () => fitHyperparameters({ points, values, count }, LINE, [priorMean(1)], { tries: 8, evaluations: 40 })
    const fitted = fit()
    const packed = ({ logLengths, logSignal, logNoise }: Hyperparameters) =>
      Float64Array.of(...logLengths, logSignal, logNoise)
    const loss = createLoss({ points, values, count }, LINE)
    expect(loss(packed(fitted), new Float64Array(3))).toBeLessThan(loss(packed(priorMean(1)), new Float64Array(3)) - 1)
    expect(fitted.logNoise).toBeLessThan(Math.log(1e-3))
    expect(fit()).toEqual(fitted)
  })
})

describe('a process', () => {
  it.each([
    [0.25, -0.0465086009, 0.3663995918],
    [0.7, -0.5345388687, 0.3346914144],
    [1, 0.4919976104, 0.0098956742],
  ])('A process of three points has at %d the mean %d and the variance %d', (x, mean, variance) => {
    const found = process3().predict(Float64Array.of(x))
    expect(found.mean).toBeCloseTo(mean, 6)
    expect(found.sd ** 2).toBeCloseTo(variance, 6)
  })

  it('A process far from its points has mean 0 and the variance of the prior', () => {
    const { mean, sd } = process3().predict(Float64Array.of(50))
    expect(mean).toBeCloseTo(0, 12)
    expect(sd).toBeCloseTo(1, 12)
  })

  it('A running trial does not change the mean of a process and reduces the standard deviation everywhere', () => {
    const [before, after] = [process3(), process3()]
    after.addPending(Float64Array.of(0.3))
    expect(after.count).toBe(4)
    for (let x = -0.5; x <= 1.5; x += 0.05) {
      const [left, right] = [before.predict(Float64Array.of(x)), after.predict(Float64Array.of(x))]
      expect(Math.abs(right.mean - left.mean)).toBeLessThan(1e-8)
      expect(right.sd).toBeLessThanOrEqual(left.sd + 1e-12)
    }
    expect(after.predict(Float64Array.of(0.3)).sd).toBeLessThan(0.5 * before.predict(Float64Array.of(0.3)).sd)
  })

  it('A process is the same whether points without values are given at the start or added later', () => {
    const later = process3()
    later.addPending(Float64Array.of(0.3))
    later.addPending(Float64Array.of(0.9))
    const atOnce = process3([Float64Array.of(0.3), Float64Array.of(0.9)])
    for (const x of [0, 0.2, 0.8]) expect(later.predict(Float64Array.of(x))).toEqual(atOnce.predict(Float64Array.of(x)))
  })

  it('A process stays finite if a point occurs many times', () => {
    const process = process3([], 30)
    for (let i = 0; i < 30; i += 1) process.addPending(Float64Array.of(0.5))
    const { mean, sd } = process.predict(Float64Array.of(0.5))
    expect(Number.isFinite(mean)).toBe(true)
    expect(sd).toBeGreaterThan(0)
  })

  it.each(shapes)('The slopes of a process equal its finite differences: %s', (shape) => {
    const process = mixedProcess(shape, [Float64Array.of(0.5, 1, 0.5)])
    const [meanSlope, sdSlope] = [new Float64Array(3), new Float64Array(3)]
    for (const x of [Float64Array.of(0.41, 1, 0.77), Float64Array.of(0.9, 2, 0.05)]) {
      const { mean, sd } = process.predictWithSlopes(x, meanSlope, sdSlope)
      expect({ mean, sd }).toEqual(process.predict(x))
      expect(process.mean(x)).toBeCloseTo(mean, 12)
      for (const j of [0, 2]) {
        const moved = (step: number) => process.predict(x.map((value, k) => value + (k === j ? step : 0)))
        expect((moved(1e-6).mean - moved(-1e-6).mean) / 2e-6).toBeCloseTo(meanSlope[j]!, 5)
        expect((moved(1e-6).sd - moved(-1e-6).sd) / 2e-6).toBeCloseTo(sdSlope[j]!, 5)
      }
      expect([meanSlope[1], sdSlope[1]]).toEqual([0, 0])
    }
  })

  it('A process blends other values as if they were its own', () => {
    const other = Float64Array.of(0, 1, 0)
    const process = process3()
    const direct = createProcess({
      hyperparameters: THREE.hyperparameters,
      form: LINE,
      known: THREE.xs,
      values: other,
      unknown: [],
      room: 0,
    })

    for (const x of [0.1, 0.5, 0.8])
      expect(process.predictWith(process.solveWeights(other), Float64Array.of(x))).toBeCloseTo(
        direct.predict(Float64Array.of(x)).mean,
        12,
      )
  })
})

describe('a pool', () => {
  const codec = createCodec([
    { name: 'a', kind: 'uniform', low: 0, high: 1 },
    { name: 'b', kind: 'values', values: ['x', 'y', 'z'] },
    { name: 'c', kind: 'int', low: 1, high: 5 },
  ])
  const best = [Float64Array.of(0.3, 1, 0.5)]
  const poolOf = (process: ReturnType<typeof mixedProcess>, isAllowed = (_x: Float64Array) => true) =>
    createPool({ codec, process, best, isAllowed, stream: createStream(3, 'pool', 0), broad: 60 })

  it('The predictions of a pool equal those of the process at any time, with points added later', () => {
    const process = mixedProcess('matern52')
    const [early, late] = [poolOf(process), poolOf(process)]

    for (let i = 0; i < 20; i += 1) early.getSd(i)
    process.addPending(Float64Array.of(0.2, 1, 0.3))
    process.addPending(Float64Array.of(0.8, 2, 0.5))

    early.xs.forEach((x, i) => {
      const { mean, sd } = process.predict(x)
      expect(early.getMean(i)).toBeCloseTo(mean, 12)
      expect(early.getSd(i)).toBeCloseTo(sd, 9)
      expect(late.getSd(i)).toBe(early.getSd(i))
    })
  })

  it('A pool contains settled and allowed candidates, some of them close to the best', () => {
    const { xs } = poolOf(mixedProcess('matern52'), (x) => x[1] !== 0)
    for (const x of xs) expect(codec.normalise(x.slice())).toEqual(x)
    expect(xs.every((x) => x[1] !== 0)).toBe(true)
    expect(xs.filter((x) => Math.abs(x[0]! - 0.3) < 0.05).length).toBeGreaterThan(20)
  })
})
