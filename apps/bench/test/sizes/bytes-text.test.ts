import { expect, it } from 'vitest'
import { bytesText } from '../../src/sizes/bytes-text'

it('writes sizes as people say them', () => {
  expect([100, 1e3, 1e4, 1e5, 1e6].map(bytesText)).toEqual(['100 B', '1 KB', '10 KB', '100 KB', '1 MB'])
})
