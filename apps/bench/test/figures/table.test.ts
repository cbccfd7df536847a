import { expect, it } from 'vitest'
import { renderTable } from '../../src/figures/table'

it('is Markdown with aligned columns, numbers to the right', () => {
  const table = renderTable({
    heading: ['', 'µs', 'ratio'],
    rows: [
      ['raw', '0.07', '1.00'],
      ['idem, cached', '12,345', '2.00'],
    ],
  })
  expect(table.split('\n')).toEqual([
    '|              |     µs | ratio |',
    '| ------------ | -----: | ----: |',
    '| raw          |   0.07 |  1.00 |',
    '| idem, cached | 12,345 |  2.00 |',
  ])
})

it('keeps three dashes under short columns, fills missing cells and escapes bars', () => {
  expect(renderTable({ heading: ['', 'n'], rows: [['a|b'], ['c', '1']] }).split('\n')).toEqual([
    '|      |   n |',
    '| ---- | --: |',
    '| a\\|b |     |',
    '| c    |   1 |',
  ])
})
