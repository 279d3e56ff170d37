import { expect, it } from 'vitest'

import { sectionsOf } from './metric-sections.ts'

it('Metrics are grouped by the part of their names before the first slash', () => {
  expect(sectionsOf(['loss', 'train/loss', 'val/loss', 'train/acc/top5', 'lr'], '')).toEqual([
    { name: '', metrics: ['loss', 'lr'] },
    { name: 'train', metrics: ['train/acc/top5', 'train/loss'] },
    { name: 'val', metrics: ['val/loss'] },
  ])
})

it('Metrics are sorted by name, and numbers in names by their value', () => {
  expect(sectionsOf(['layer/10', 'layer/9/w', 'Layer/2', 'layer/9', 'a2', 'a10', 'a1'], '')).toEqual([
    { name: '', metrics: ['a1', 'a2', 'a10'] },
    { name: 'Layer', metrics: ['Layer/2'] },
    { name: 'layer', metrics: ['layer/9', 'layer/9/w', 'layer/10'] },
  ])
})

it('A search keeps the metrics whose names contain the text in any case', () => {
  expect(sectionsOf(['Train/Loss', 'val/acc', '損失'], ' loss ')).toEqual([{ name: 'Train', metrics: ['Train/Loss'] }])
  expect(sectionsOf(['val/acc', '損失'], '損')).toEqual([{ name: '', metrics: ['損失'] }])
  expect(sectionsOf(['a'], 'b')).toEqual([])
})
