import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { unreadable } from '../support/accessibility'
import { openPage, ready, says, withoutBrowser } from '../support/browser'
import { type SpawnedDemo, spawnDemo, spawnLastingDemo, urlOf } from '../support/spawn-demo'

const STEADY = { FAILURE_RATE: '0', GATEWAY_DELAY: '300-300', PORT: '0' }
const DOCS = fileURLToPath(new URL('../../../../docs/demo/', import.meta.url))
const KEEPS = process.env['SCREENSHOTS'] === '1'
const PHONE = { width: 360, height: 780 }
const DESKTOP = { width: 1280, height: 900 }

const LOOKS = [
  { name: 'page-light', colorScheme: 'light', size: DESKTOP },
  { name: 'page-dark', colorScheme: 'dark', size: DESKTOP },
  { name: 'page-phone', colorScheme: 'light', size: PHONE },
  { name: 'page-phone-dark', colorScheme: 'dark', size: PHONE },
] as const

/** How many ask at once in the storm: the more, the longer it takes. */
const CLIENTS = KEEPS ? 50 : 8

/** Kept for the docs if `SCREENSHOTS=1` asks for it. */
async function keep(name: string, take: (path: string) => Promise<unknown>): Promise<void> {
  if (!KEEPS) return
  mkdirSync(DOCS, { recursive: true })
  await take(`${DOCS}${name}.png`)
}

describe.skipIf(withoutBrowser)('the page', () => {
  const redisUrl = inject('redisUrl')
  let demo: SpawnedDemo
  let url: string
  beforeAll(async () => {
    const args = redisUrl === undefined ? [] : ['--store', 'redis', '--processes', '3', '--lease', '2000']
    demo = spawnLastingDemo(args, { ...STEADY, ...(redisUrl !== undefined && { REDIS_URL: redisUrl }) })
    url = await urlOf(demo)
  })
  afterAll(() => demo?.kill('SIGKILL'))

  test('a payment that met with a mishap fits on a phone and on a desktop, and can be read in both colours', async () => {
    const { page, complaints } = await openPage(url)
    // For a picture it is the worst, which takes longest.
    const mishap = KEEPS ? 'crash-after-charge' : 'gateway-lost-reply'
    await page.locator(`[data-simulate="${mishap}"]`).click()
    await says(page, '#pay-label', 'Send it again')
    await page.locator('#pay').click()
    await says(page, '#answers .done', 'paid')
    await hammer(page, 15)
    await says(page, '#count', 'Clicked 17 times, charged once')
    await says(page, '.lane.mine', /succeeded.*replayed/s)
    await expect.poll(() => page.locator('#answers .what').allTextContents()).not.toContain('asked …')
    await page.mouse.move(0, 0)
    for (const { name, colorScheme, size } of LOOKS) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      await page.evaluate('scrollTo(0, 0)')
      expect([name, await widthOf(page)]).toEqual([name, size.width])
      expect([name, await unreadable(page)]).toEqual([name, []])
      // The docs show the phone once.
      if (name !== 'page-phone-dark') await keep(name, (path) => page.screenshot({ path }))
    }
    expect(complaints).toEqual([])
  })

  test('the switch of colours is stronger than those of the system, and outlives a reload', async () => {
    const { page } = await openPage(url, { colorScheme: 'light' })
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await paper()
    await page.locator('.themes').getByText('dark').click()
    const dark = await paper()
    expect(dark).not.toBe(light)
    await page.reload()
    await ready(page)
    expect(await paper()).toBe(dark)
    await page.locator('.themes').getByText('auto').click()
    expect(await paper()).toBe(light)
  })

  test('the storm shows its progress, its table and its chart, wrong ways in red', async () => {
    const alone = spawnDemo([], STEADY)
    const { page, complaints } = await openPage(await urlOf(alone))
    await page.locator('#duplicates').fill(String(CLIENTS))
    await page.locator('#storm-go').click()
    await says(page, '#storm-now', /\d of \d: .*, on memory/)
    await says(page, '#storm-verdict', "idem's ways charged once for each payment.")
    const verdicts = await page
      .locator('#storm-rows tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map(({ textContent }) => textContent)))
    expect(verdicts.length).toBeGreaterThan(5)
    for (const [way = '', , charges, , , , verdict] of verdicts) {
      if (way.startsWith('idem')) expect([way, charges, verdict]).toEqual([way, '4 of 4', 'right'])
    }
    expect(verdicts).toContainEqual(
      expect.arrayContaining(['no protection', `${2 * CLIENTS + 2} of 4`, 'wrong']),
    )
    expect(await page.locator('#storm-chart rect.wrong').count()).toBe(
      verdicts.filter(([, , , , , , verdict]) => verdict === 'wrong').length,
    )
    expect(await unreadable(page)).toEqual([])
    await page.setViewportSize(PHONE)
    expect(await widthOf(page)).toBe(PHONE.width)
    await page.setViewportSize(DESKTOP)
    await page.evaluate('scrollTo(0, 0)')
    const box = await page.locator('#storm').boundingBox()
    if (box === null) throw new Error('the storm cannot be seen')
    const margin = 28
    const clip = {
      x: box.x - margin,
      y: box.y - margin,
      width: box.width + 2 * margin,
      height: box.height + 2 * margin,
    }
    await keep('storm', (path) => page.screenshot({ path, clip, fullPage: true }))
    expect(complaints).toEqual([])
  })
})

/** Faster than any customer. */
async function hammer(page: Page, times: number): Promise<void> {
  for (let click = 0; click < times; click++) await page.locator('#pay').dispatchEvent('click')
}

/** How wide the page is: wider than the window, it scrolls to the side. */
const widthOf = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth')
