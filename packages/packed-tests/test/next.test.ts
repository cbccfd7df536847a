import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { payThrice } from '../programs/web/pay-thrice'
import { type EmptyProject, emptyProject } from './empty-project'
import { EVERY_INSTALL } from './every-install'
import { startShop } from './runtimes/start-shop'

const NEXT = 'node_modules/next/dist/bin/next'

describe.runIf(EVERY_INSTALL)('a route handler of Next.js 16', () => {
  let project: EmptyProject
  beforeAll(() => {
    project = emptyProject({
      programs: ['next'],
      packages: ['@idem/core', '@idem/token'],
      dependencies: [
        ...['next@16.4.6', 'react@19.3.1', 'react-dom@19.3.1'],
        ...['typescript@5.9.3', '@types/node@20.19.43', '@types/react@19'],
      ],
      environment: { NEXT_TELEMETRY_DISABLED: '1' },
    })
  })
  afterAll(() => project?.remove())

  it('is built, starts, and answers once per token', async () => {
    project.run('node', NEXT, 'build')
    const start = ['node', NEXT, 'start', '--hostname', '127.0.0.1', '--port', '0']
    const shop = await startShop(project.root, start, /127\.0\.0\.1:(\d+)\D.*Ready/s)
    try {
      const order = new URL('/api/orders/o-1', shop.url)
      const token = await (await fetch(order, { headers: { 'X-User': 'ann' } })).text()
      const paid = await payThrice((init) => fetch(order, init), token)
      expect(paid).toBe('201 in run 1; 201 in run 1, replayed; 422')
    } finally {
      await shop.close()
    }
  })
})
