import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium, serverOrSkip } from '@idem/test-servers'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visit } from '../../programs/runtimes/visit'
import { versionOf } from '../describe-adapter'
import { type EmptyProject, emptyProject } from '../empty-project'
import { RUNTIMES } from './runtimes'
import { startShop } from './start-shop'
import { TOLD } from './told'

const browser = serverOrSkip('Chromium', await findChromium())

let project: EmptyProject
beforeAll(() => {
  project = emptyProject({
    programs: ['runtimes'],
    packages: ['@idem/core', '@idem/hono', '@idem/token'],
    dependencies: [
      `hono@${versionOf('hono', 'hono', 'last')}`,
      `@hono/node-server@${versionOf('hono', '@hono/node-server', 'last')}`,
      'esbuild@0.28.2',
    ],
  })
  // Optional: a runtime that there is none of for this platform keeps no other from being tried.
  const runtimes = RUNTIMES.flatMap(({ install }) => install ?? [])
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
  project.run('npm', ...install, '--save-optional', ...runtimes)
})
afterAll(() => project?.remove())

const bundle = (...args: string[]) => project.run('npx', 'esbuild', '--bundle', '--log-level=error', ...args)

describe.each(RUNTIMES)('$name', ({ name, command }) => {
  it('runs the packages as Node.js does, unaided', async ({ skip }) => {
    if (name === 'workerd') {
      const conditions = '--conditions=workerd,worker,browser'
      bundle('worker.mjs', '--format=esm', '--platform=browser', conditions, '--outfile=worker.js')
    }
    const [program, ...args] = commandOrNone(command) ?? skip(`there is no ${name} for this platform`)
    const shop = await startShop(project.root, [program, ...args])
    try {
      expect(await visit((path, init) => fetch(new URL(path, shop.url), init))).toEqual(TOLD)
    } finally {
      await shop.close()
    }
  })

  function commandOrNone(of: typeof command) {
    try {
      return of(project.root)
    } catch (error) {
      if (process.env['CI'] === 'true') throw error
      return undefined
    }
  }
})

describe.skipIf(browser === undefined)('Chromium', () => {
  it('runs the packages as Node.js does, in a page', async () => {
    if (browser === undefined) return
    bundle('page.mjs', '--format=iife', '--platform=browser', '--outfile=page.js')
    const opened = await chromium.launch({ executablePath: browser.path, args: [...browser.args] })
    try {
      const page = await opened.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      // Web cryptography is for secure pages only, as everywhere.
      await page.route('**/*', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>shop</title>' }),
      )
      await page.goto('https://shop.test/')
      await page.addScriptTag({ content: readFileSync(join(project.root, 'page.js'), 'utf8') })
      expect([await page.evaluate('told'), complaints]).toEqual([TOLD, []])
    } finally {
      await opened.close()
    }
  })
})
