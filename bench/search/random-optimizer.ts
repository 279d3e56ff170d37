import { PortableRng } from './portable-rng.ts'
import type { Optimizer, OptimizerOptions } from './protocol.ts'
import { fromUnit } from './space.ts'
import type { SpaceItem } from './space.ts'

/** Makes an optimizer that draws uniformly: an example of a module to measure. */
export function createOptimizer(space: readonly SpaceItem[], { seed }: OptimizerOptions): Optimizer {
  const rng = new PortableRng(`random/${seed}`)
  let asked = 0
  const suggest = () => ({
    id: asked++,
    params: Object.fromEntries(space.map((item) => [item.name, fromUnit(item, rng.nextUniform())])),
  })
  return { ask: (count) => Array.from({ length: count }, suggest), tell: () => undefined }
}
