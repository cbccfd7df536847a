/** A sample as Prometheus reads it. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$/

/** All samples of a text, each of a family that was announced. @throws Error at the first line that Prometheus would refuse */
export function samplesOf(text: string): Sample[] {
  const families = new Map<string, string>()
  const samples: Sample[] = []
  for (const line of text.split('\n').filter(Boolean)) {
    const [, kind, family = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'TYPE') {
      if (families.has(family)) throw new Error(`${family} comes twice`)
      families.set(family, rest)
    }
    if (kind !== undefined) continue
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
    const known = [name, name.replace(/_(bucket|sum|count)$/, '')].some((family) => families.has(family))
    if (!known || Number.isNaN(Number(value.replace('+Inf', 'Infinity'))))
      throw new Error(`not a sample: ${line}`)
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [
      label,
      text,
    ])
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) })
  }
  return samples
}
