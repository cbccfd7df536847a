import { type Attributes, context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll } from 'vitest'

/** Lets the context follow promises in this file, as an SDK that is started does. */
export function followContext(): void {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterAll(() => context.disable())
}

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** One series of a metric: what a counter has come to, or how many values a histogram has. */
export interface Series {
  readonly attributes: Attributes
  readonly value: number
}

/** The real SDK, whose exporters keep what they are given. */
export function startTelemetry() {
  const spans = new InMemorySpanExporter()
  const begun: string[] = []
  class Processor extends SimpleSpanProcessor {
    override onStart(span: ReadableSpan): void {
      begun.push(span.spanContext().spanId)
    }
  }
  const tracers = new BasicTracerProvider({ spanProcessors: [new Processor(spans)] })
  /** Those that have ended, in the order in which they began: clocks do not tell it. */
  const inOrder = () => {
    const ended = new Map(spans.getFinishedSpans().map((span) => [span.spanContext().spanId, span]))
    return begun.flatMap((id) => ended.get(id) ?? [])
  }
  const reader = new Reader()
  const meters = new MeterProvider({ readers: [reader] })

  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect()
    if (errors.length > 0) throw new AggregateError(errors)
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  }
  return {
    otel: { meter: meters.getMeter('test'), tracer: tracers.getTracer('test') },
    spans: inOrder,
    metrics: collect,
    /** Everything that would leave the process. */
    exported: async () =>
      JSON.stringify([
        await collect(),
        inOrder().map(({ name, attributes, events, links, status }) => ({
          name,
          attributes,
          events,
          links,
          status,
        })),
      ]),
    /** The series of a metric, in an order that does not depend on time. */
    series: async (name: string): Promise<Series[]> => {
      const metric = (await collect()).find(({ descriptor }) => descriptor.name === name)
      return (metric?.dataPoints ?? [])
        .map(({ attributes, value }) => ({
          attributes,
          value: typeof value === 'number' ? value : value.count,
        }))
        .sort((a, b) => (JSON.stringify(a.attributes) < JSON.stringify(b.attributes) ? -1 : 1))
    },
  }
}

export type Telemetry = ReturnType<typeof startTelemetry>

/**
 * The spans as they are nested: a line each, with what they came to. But for the one of what the first call of an `Idem` asks in
 * the background.
 */
export function treeOf(spans: readonly ReadableSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanContext().spanId))
  const parentOf = ({ parentSpanContext: parent }: ReadableSpan) =>
    parent && ids.has(parent.spanId) ? parent.spanId : undefined
  const below = (parent: string | undefined): string[] =>
    spans
      .filter((span) => parentOf(span) === parent && span.name !== 'idem.store.diagnose')
      .flatMap((span) => {
        const outcome = span.attributes['idem.outcome'] ?? span.attributes['idem.store.result']
        const line = outcome === undefined ? span.name : `${span.name}: ${outcome}`
        return [line, ...below(span.spanContext().spanId).map((inner) => `  ${inner}`)]
      })
  return below(undefined)
}
