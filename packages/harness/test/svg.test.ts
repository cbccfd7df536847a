import { expect, it } from 'vitest'
import { roundStep, svgPicture, svgText } from '../src/svg'

it('is well-formed, says what it shows to those who do not see it, and knows the dark', () => {
  const text = svgText('a < b', { x: 1.234, y: 2, anchor: 'end', className: 'small' })
  expect(text).toBe('<text class="small" x="1.2" y="2" text-anchor="end">a &#60; b</text>')
  const picture = svgPicture({ label: '"A" & B', width: 10, height: 20, body: [text] })
  expect(picture).toContain('aria-label="&#34;A&#34; &#38; B"')
  expect(picture).toContain('viewBox="0 0 10 20"')
  expect(picture).toContain('prefers-color-scheme: dark')
})

it.each([
  [1, 5, 0.2],
  [420, 5, 100],
  [1100, 5, 250],
  [2600, 5, 1000],
  [9, 2, 5],
])('reaches %d in %d round steps of %d', (figure, steps, step) => {
  expect(roundStep(figure, steps)).toBeCloseTo(step)
})
