import type { Idem, IdemOptions, Store } from '@idem/core'
import { observeRecords, otelIdem } from '@idem/otel'
import type { Meter } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { PoolUse } from '../stores/store-kind'
import { allRecords } from './all-records'
import { observePool } from './observe-pool'

/** What one process tells of itself to Prometheus. */
export class Telemetry {
  readonly #exporter = new PrometheusExporter({ preventServerStart: true })
  readonly #serializer = new PrometheusSerializer('', false, /^process$/)
  readonly #provider: MeterProvider
  readonly #meter: Meter

  /** @param process - its number: a label of all that it tells, since one answer tells of all processes */
  constructor(process: number) {
    const resource = resourceFromAttributes({ 'service.name': 'idem-demo', process: String(process) })
    this.#provider = new MeterProvider({ resource, readers: [this.#exporter] })
    this.#meter = this.#provider.getMeter('demo')
  }

  /** An `Idem` whose calls, attempts and store are measured. */
  idem(options: IdemOptions<Store>): Idem {
    return otelIdem(options, { meter: this.#meter })
  }

  /** Counts the records of these namespaces by their states, at most every few seconds. */
  observeRecords(store: Store, namespaces: readonly string[]): void {
    observeRecords(allRecords(store, namespaces), { meter: this.#meter, every: '5s' })
  }

  /** Tells of the connections of a pool. */
  observePool(name: string, use: () => PoolUse): void {
    observePool(this.#meter, name, use)
  }

  /** In Prometheus' text format. */
  async collect(): Promise<string> {
    const { resourceMetrics } = await this.#exporter.collect()
    return this.#serializer.serialize(resourceMetrics)
  }

  async close(): Promise<void> {
    await this.#provider.shutdown()
  }
}
