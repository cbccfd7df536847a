import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openPage, ready, says, withoutBrowser } from '../support/browser'
import { ask } from '../support/client'
import { order } from '../support/demo'
import { type SpawnedDemo, spawnLastingDemo, urlOf } from '../support/spawn-demo'

const RELIABLE = { FAILURE_RATE: '0', PORT: '0' }

const redisUrl = inject('redisUrl')
const kinds = [
  { title: 'memory', isHad: true, args: [], env: {} },
  {
    title: 'Redis',
    isHad: redisUrl !== undefined,
    // Long enough for a busy machine to renew it.
    args: ['--store', 'redis', '--processes', '2', '--lease', '2000'],
    env: { REDIS_URL: redisUrl ?? '' },
  },
]

for (const { title, isHad, args, env } of kinds)
  describe.skipIf(withoutBrowser || !isHad)(`the page, with records in ${title}`, () => {
    let demo: SpawnedDemo
    let url: string
    beforeAll(async () => {
      demo = spawnLastingDemo(args, { ...RELIABLE, ...env })
      url = await urlOf(demo)
    })
    afterAll(() => demo?.kill('SIGKILL'))

    const charged = async (token: string) =>
      (await ask(`${url}/gateway/charges?token=${token}`)).body.count as number

    const tokenOf = async (page: Page) => (await page.locator('#token').textContent()) ?? ''

    test('the button is hammered 30 times: one charge, and the page says so', async () => {
      const { page, complaints } = await openPage(url)
      const token = await tokenOf(page)
      await page.locator('#pay').evaluate((button) => {
        for (let click = 0; click < 30; click++) (button as unknown as { click(): void }).click()
      })
      await says(page, '#count', 'Clicked 30 times, charged once')
      await expect.poll(() => page.locator('#answers li .code').allTextContents()).toHaveLength(30)
      expect(new Set(await page.locator('#answers li .code').allTextContents())).toEqual(new Set(['200']))
      expect(new Set(await page.locator('#answers .what code').allTextContents()).size).toBe(1)
      expect(await page.locator('#answers .done').count()).toBe(1)
      expect(await charged(token)).toBe(1)
      await says(page, '.lane.mine', /your payment.*attempt 1.*step charge.*succeeded/s)
      await says(page, '.lane.mine', 'replayed')
      expect(complaints).toEqual([])

      await page.locator('#new-payment').click()
      await says(page, '#count', 'Not clicked yet, nothing charged')
      expect(await page.locator('#token').textContent()).not.toBe(token)
    })

    test('the process is killed after the charge, the page reloaded, the payment sent again: one charge', async () => {
      const { page, complaints } = await openPage(url)
      await page.locator('[data-simulate="crash-after-charge"]').click()
      await says(page, '#answers .bad', 'connection broke')
      await says(page, '#explanation', 'killed in the middle')
      const token = await tokenOf(page)

      await says(page, '#service-chips', /was killed by SIGKILL.*answers again/s)
      await page.reload()
      await ready(page)
      expect(await page.locator('#token').textContent()).toBe(token)
      await says(page, '#count', 'Clicked once, charged once')
      await says(page, '#pay-label', 'Send it again')
      await page.locator('#pay').click()
      await says(page, '#answers .done', 'paid')
      await says(page, '#count', 'Clicked twice, charged once')
      expect(await charged(token)).toBe(1)
      if (title !== 'memory') {
        await says(page, '.lane.mine .chip[data-type="takeover"]', 'takeover: attempt 2')
        await page.waitForSelector('.lane.mine .bar[data-end="killed"]')
      }
      await page.waitForSelector('.lane.mine .bar[data-end="succeeded"]')
      expect(complaints).toEqual([])
    })

    test('with the store cut nothing is charged, in plain words; reconnected, the same token pays', async () => {
      const { page, complaints } = await openPage(url)
      const token = await tokenOf(page)
      await page.locator('#cut-store').click()
      await says(page, '#controls-state', 'The store is cut off.')
      await page.locator('#pay').click()
      await says(page, '#explanation', 'The records cannot be reached, so nothing is charged')
      await says(page, '#answers .bad', '503')
      await says(page, '#count', 'Clicked once, not charged yet')
      expect(await charged(token)).toBe(0)
      await page.locator('#cut-store').click()
      await page.locator('#controls-state').filter({ hasText: /^$/ }).waitFor({ state: 'attached' })
      await page.locator('#pay').click()
      await says(page, '#count', 'Clicked twice, charged once')
      expect(await charged(token)).toBe(1)
      await says(page, '#service-chips', /store cut off.*store reconnected/s)
      expect(complaints).toEqual([])
    })

    // The lease of the other is too long to see it run down.
    test.skipIf(title === 'memory')(
      'a record is seen while it runs, its lease runs down, and it is sent again and forgotten',
      async () => {
        // More than are shown at a time, in an order that is the store's own.
        await Promise.all(Array.from({ length: 200 }, () => ask(`${url}/payment`, order())))
        const { page, complaints } = await openPage(url)
        await page.locator('#slow-gateway').click()
        await says(page, '#controls-state', 'takes 5 s longer')
        const token = await tokenOf(page)
        await page.locator('#pay').click()
        await page.locator(`#records button[data-key$="${token}"]`).click()
        await says(page, '#record-state', 'running')
        const left = async () => Number(await page.locator('#lease').getAttribute('aria-valuenow'))
        await page.waitForSelector('#lease[data-state="running"]')
        const seen = await left()
        await expect.poll(left).toBeLessThan(seen)
        await page.locator('#slow-gateway').click()
        await says(page, '#record-state', 'succeeded')
        await says(page, '#record-steps', 'charge')
        await says(page, '#lease-text', 'none: it is settled')

        await page.locator('#record-retry').click()
        await says(page, '#record-done', 'the same answer as before')
        await page.locator('#record-forget').click()
        await page.locator('#forget-dialog').getByText('Keep it').click()
        expect(await page.locator(`#records button[data-key$="${token}"]`).count()).toBe(1)
        await page.locator('#record-forget').click()
        await page.locator('#forget-dialog').getByText('Forget it').click()
        await page.locator(`#records button[data-key$="${token}"]`).waitFor({ state: 'detached' })
        expect(complaints).toEqual([])
      },
    )
  })
