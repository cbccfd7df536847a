import { expect, it } from 'vitest'
import { webTable } from './web-table'

it('says what every web adapter passes, as the tests are', async () => {
  await expect(webTable()).toMatchFileSnapshot('../../../../../docs/web-adapters.md')
})
