import { MemoryStore } from '@idem/core'
import { expect, test } from 'vitest'
import { startDemo } from '../support/demo'
import { broken, silent, withFaults } from '../support/with-faults'

test('a service whose store answers is well', async () => {
  const demo = await startDemo()
  const { code, body } = await demo.get('/health')
  expect(code).toBe(200)
  expect(body).toEqual({
    status: 'SUCCESS',
    message: 'The store answers',
    store: { state: 'up', looked_for_ms: expect.any(Number) },
    payments: { running: 0, waiting: 0 },
    request_id: expect.stringMatching(/^REQ_./),
  })
})

test('a service whose store fails is not', async () => {
  const demo = await startDemo({ store: withFaults(new MemoryStore(), { get: broken }) })
  const { code, body } = await demo.get('/health')
  expect(code).toBe(503)
  expect(body).toMatchObject({
    status: 'ERROR',
    message: 'The store does not answer',
    store: { state: 'failing' },
  })
  expect(JSON.stringify(body)).not.toContain('10.0.0.7')
})

test('a service whose store is silent says so in time', async () => {
  const demo = await startDemo({ store: withFaults(new MemoryStore(), { get: silent }), storeTimeoutMs: 50 })
  const { code, body } = await demo.get('/health')
  expect(code).toBe(503)
  expect(body.store.state).toBe('silent')
  expect(body.store.looked_for_ms).toBeLessThan(10_000)
})
