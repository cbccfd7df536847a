import { findChromium, serverOrSkip } from '@idem/test-servers'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, onTestFinished } from 'vitest'

const found = serverOrSkip('Chromium', await findChromium())

/** Whether the tests that need a browser are to be skipped. */
export const withoutBrowser = found === undefined

export interface OpenPage {
  readonly page: Page
  /** What the browser complained of, but for connections that break when a process is killed, and answers that are errors. */
  readonly complaints: string[]
}

let launched: Promise<Browser> | undefined
afterAll(async () => (await launched)?.close())

/** The page of a service, once it is ready, in a browser profile of its own; closed when the test ends. */
export async function openPage(url: string, look: BrowserContextOptions = {}): Promise<OpenPage> {
  if (found === undefined) throw new Error('a browser is needed')
  launched ??= chromium.launch({ executablePath: found.path, args: [...found.args] })
  const context = await (await launched).newContext({
    viewport: { width: 1280, height: 900 },
    // What changes has changed at once, and not a little later.
    reducedMotion: 'reduce',
    ...look,
  })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const isAnswer = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isAnswer) complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(`asked ${request.url()}`)
  })
  await page.goto(url)
  await ready(page)
  return { page, complaints }
}

/** Resolves when all of the page works. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector('html[data-ready]')
  await page.waitForSelector('#live[data-state="on"]')
}

/** Resolves when the element says this. */
export async function says(page: Page, selector: string, words: string | RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: words }).first().waitFor({ timeout: 30_000 })
}
