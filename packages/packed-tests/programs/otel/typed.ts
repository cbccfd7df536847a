import { Idem, MemoryStore } from '@idem/core'
import { type OtelOptions, observeRecords, otelIdem, otelObserver, otelStore } from '@idem/otel'
import { metrics, trace } from '@opentelemetry/api'

const otel: OtelOptions = {
  meter: metrics.getMeter('packed'),
  tracer: trace.getTracer('packed'),
  keys: false,
}
const idem: Idem = otelIdem({ store: new MemoryStore() }, otel)
export const parts = new Idem({ store: otelStore(new MemoryStore()), observer: otelObserver(otel) })
export const stop: () => void = observeRecords(idem, { every: '5m' })
// @ts-expect-error a store in memory has no transactions
export const none = otelIdem({ store: new MemoryStore() }).transaction

let runs = 0
const charge = idem.wrap(async (order: { id: string }): Promise<number> => order.id.length + ++runs, {
  name: 'charge',
  key: (order) => order.id,
})
const answers: number[] = [await charge({ id: 'A-1' }), await charge({ id: 'A-1' })]
console.log(answers.every((answer) => answer === 4) ? 'told' : answers)
