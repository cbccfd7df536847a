import type { Meter } from '@opentelemetry/api'
import type { PoolUse } from '../stores/store-kind'

/**
 * Tells of a pool's connections, in the names of OpenTelemetry's semantic conventions for database clients (`db.client.connection.*`).
 *
 * @param name - of the pool
 */
export function observePool(meter: Meter, name: string, use: () => PoolUse): void {
  const pool = { 'db.client.connection.pool.name': name }
  const count = meter.createObservableUpDownCounter('db.client.connection.count', {
    unit: '{connection}',
    description: 'Connections by state.',
  })
  const pending = meter.createObservableUpDownCounter('db.client.connection.pending_requests', {
    unit: '{request}',
    description: 'Who waits for a connection.',
  })
  const max = meter.createObservableUpDownCounter('db.client.connection.max', {
    unit: '{connection}',
    description: 'How many connections there may be.',
  })
  meter.addBatchObservableCallback(
    (result) => {
      const now = use()
      result.observe(count, now.used, { ...pool, 'db.client.connection.state': 'used' })
      result.observe(count, now.idle, { ...pool, 'db.client.connection.state': 'idle' })
      result.observe(pending, now.pending, pool)
      result.observe(max, now.max, pool)
    },
    [count, pending, max],
  )
}
