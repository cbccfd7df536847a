import { type Meter, metrics, type Tracer, trace } from '@opentelemetry/api'

export interface OtelOptions {
  /** What makes the metrics. @defaultValue that of the registered `MeterProvider`, asked for now: register it before */
  readonly meter?: Meter | undefined
  /** What makes the spans. @defaultValue that of the registered `TracerProvider` */
  readonly tracer?: Tracer | undefined
  /**
   * Whether spans tell stored keys, as `idem.key`: they name users and orders. Metrics never do.
   * @defaultValue false
   */
  readonly keys?: boolean | undefined
}

/** The options complete and checked. */
export interface OtelSettings {
  readonly meter: Meter
  readonly tracer: Tracer
  readonly keys: boolean
}

const SCOPE = '@idem/otel'
const TYPES = { meter: 'object', tracer: 'object', keys: 'boolean' } as const

/** @throws TypeError that names the option that is wrong or unknown */
export function resolveOptions(options: OtelOptions): OtelSettings {
  for (const [option, value] of Object.entries(options)) {
    const type = TYPES[option as keyof OtelOptions]
    if (type === undefined)
      throw new TypeError(`${option} is no option here; there are ${Object.keys(TYPES)}`)
    if (value !== undefined && (typeof value !== type || value === null))
      throw new TypeError(`${option} must be of type ${type}`)
  }
  const { meter = metrics.getMeter(SCOPE), tracer = trace.getTracer(SCOPE), keys = false } = options
  return { meter, tracer, keys }
}
