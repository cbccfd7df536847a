import { execFileSync } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { chromiumSources, findChromium } from '../src/chromium/find-chromium'

// apt is left alone: it changes the machine.
const [named, ofMachine] = chromiumSources

describe('findChromium', () => {
  it('takes the one that is named, before any other', async () => {
    vi.stubEnv('CHROMIUM_PATH', process.execPath)
    expect(await findChromium()).toMatchObject({ path: process.execPath, source: 'environment' })
    vi.unstubAllEnvs()
  })

  it('says of one that is named and cannot be started that it cannot', async () => {
    vi.stubEnv('CHROMIUM_PATH', '/none')
    await expect(named?.start()).rejects.toThrow(/CHROMIUM_PATH is set, but cannot be started: .*ENOENT/)
    vi.unstubAllEnvs()
  })

  it('goes without the sandbox for root only, as it would not start otherwise', async ({ skip }) => {
    const chromium = await ofMachine?.start().catch((reason: Error) => reason)
    if (chromium === undefined || chromium instanceof Error) return skip(chromium?.message ?? 'no source')
    expect(chromium.args).toEqual(process.getuid?.() === 0 ? ['--no-sandbox'] : [])
    const html = execFileSync(
      chromium.path,
      [...chromium.args, '--headless', '--dump-dom', 'data:text/html,<p>here</p>'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    )
    expect(html).toContain('<p>here</p>')
  })
})
