import { Idem, MemoryStore, type Transactional } from '@idem/core'
import { expect, it } from 'vitest'
import { CallTelemetry } from '../src/call-telemetry'
import { measuredStore } from '../src/otel-store'
import { StoreTelemetry } from '../src/store-telemetry'
import { tracedIdem } from '../src/traced-idem'
import { gate } from './support/gate'
import { followContext, startTelemetry } from './support/telemetry'

followContext()

it('remembers whose calls they are until call and handler have ended, and no longer', async () => {
  const settings = { ...startTelemetry().otel, keys: false }
  const calls = new CallTelemetry(settings)
  const store = measuredStore(new MemoryStore(), new StoreTelemetry(settings, calls.contextOf))
  const plain = new Idem({ store, observer: calls.observe }) as Idem & Transactional<unknown>
  const idem = tracedIdem(plain, calls)
  const { entered, pass, open } = gate()
  const leaving = new AbortController()
  const left = idem.run('a', pass, { signal: leaving.signal })
  await entered
  expect(calls.owners.size).toBe(1)
  leaving.abort()
  await expect(left).rejects.toBe(leaving.signal.reason)
  expect(calls.owners.size).toBe(1)
  open()
  await expect.poll(() => calls.owners.size).toBe(0)
  await idem.run('b', () => 1)
  await idem.run('b', () => 1)
  await idem.run('c', () => Promise.reject(new Error('no'))).catch(() => {})
  expect(calls.owners.size).toBe(0)
})
