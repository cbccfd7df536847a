import assert from 'node:assert/strict'
import { Idem, MemoryStore } from '@idem/core'
import { otelIdem, otelObserver, otelStore } from '@idem/otel'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const reader = new Reader()
const meter = new MeterProvider({ readers: [reader] }).getMeter('packed')
let runs = 0
for (const idem of [
  otelIdem({ store: new MemoryStore() }, { meter }),
  new Idem({ store: otelStore(new MemoryStore(), { meter }), observer: otelObserver({ meter }) }),
  otelIdem({ store: new MemoryStore() }),
]) {
  for (let call = 0; call < 2; call++) await idem.run('A-1', () => ++runs)
}
assert.equal(runs, 3)
const { resourceMetrics } = await reader.collect()
const executions = resourceMetrics.scopeMetrics[0].metrics.find(
  ({ descriptor }) => descriptor.name === 'idem.executions',
)
assert.deepEqual(
  executions.dataPoints.map(({ attributes, value }) => [attributes['idem.outcome'], value]),
  [
    ['executed', 2],
    ['replayed', 2],
  ],
)
console.log('told')
