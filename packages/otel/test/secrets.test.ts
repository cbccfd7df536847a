import { MemoryStore } from '@idem/core'
import { expect, it } from 'vitest'
import { otelIdem } from '../src/index'
import { followContext, startTelemetry } from './support/telemetry'

followContext()

/** Everything that exporters get, but what cannot be told from one run to another. */
const shown = (told: ReturnType<typeof startTelemetry>): string =>
  JSON.stringify(
    told
      .spans()
      .map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status })),
  )

it('shows in spans nothing of keys, scopes, payloads, values and messages, unless keys are asked for', async () => {
  const [told, withKeys] = [startTelemetry(), startTelemetry()]
  for (const [telemetry, keys] of [
    [told, false],
    [withKeys, true],
  ] as const) {
    const idem = otelIdem({ store: new MemoryStore(), maxAttempts: 1 }, { ...telemetry.otel, keys })
    const place = { name: 'charge', scope: 'canary-scope' }
    const pay = (fingerprint: string) =>
      idem.run('canary-key', () => 'canary-value', { ...place, fingerprint })
    await pay('canary-payload')
    await pay('canary-payload')
    await expect(pay('canary-other')).rejects.toThrow()
    const fail = () =>
      idem.run(
        'canary-failing',
        async ({ step }) => {
          await step('pay', () => 'canary-step')
          throw Object.assign(new Error('canary-message'), { code: 'canary code', details: 'canary-details' })
        },
        place,
      )
    for (let call = 0; call < 2; call++) await expect(fail()).rejects.toThrow()
    await expect(idem.run('canary-\n', () => 1)).rejects.toThrow()
  }
  expect(told.spans().length).toBeGreaterThan(10)
  expect(shown(told)).not.toContain('canary')
  expect(shown(withKeys)).toContain('canary-key')
  expect(shown(withKeys)).not.toMatch(/canary-(value|payload|other|step|message|details)/)
})
