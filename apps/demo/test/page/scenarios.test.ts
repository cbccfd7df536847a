import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPage, withoutBrowser } from '../support/browser'
import { type SpawnedDemo, spawnLastingDemo, urlOf } from '../support/spawn-demo'

describe.skipIf(withoutBrowser)('around the shop, with a click each', () => {
  let demo: SpawnedDemo
  let url: string
  beforeAll(async () => {
    demo = spawnLastingDemo([], { FAILURE_RATE: '0', GATEWAY_DELAY: '0-50', PORT: '0' })
    url = await urlOf(demo)
  })
  afterAll(() => demo?.kill('SIGKILL'))

  test.each([
    ['Order five times with one token', /5 requests made one order: ORD_/],
    ['Try a forged and a foreign token', /Forged: 401.*Somebody else's: 403/s],
    ['Pay and refund, each told 8 times', /The order is REFUNDED, by one trade\./],
    ['30 buyers for 10 lamps', /10 of them have a lamp, 20 were told that it is sold out, 0 are left\./],
    ['100 users for 20, both ways', /Under a lock: 20 given.* 0 wrong.*By version: 20 given.* 0 wrong/s],
    ['Claim one three times', /3 claims of ada, number 1\./],
    ['Publish one order 5 times', /Published 5 times, booked once: 24 points\./],
    ['Break the points service, then replay', /A dead letter after 5 attempts.*booked once: 24 points\./s],
    // Records die with their process here: the page brings the goods again, and the gateway still charges once.
    ['Check out, and die there', /Killed: crash after charge.* is PAID; the gateway has one charge/s],
  ])('%s', async (label, words) => {
    const { page, complaints } = await openPage(url)
    const card = page.locator('.scenario').filter({ has: page.getByRole('button', { name: label }) })
    await card.getByRole('button', { name: label }).click()
    await card.locator('.told').filter({ hasText: words }).waitFor({ timeout: 50_000 })
    expect(await card.locator('.told [data-kind="bad"]').count()).toBe(0)
    await card.getByText('The same in a terminal').click()
    expect(await card.locator('pre').textContent()).toContain(`${url}/`)
    expect(complaints).toEqual([])
  })
})
