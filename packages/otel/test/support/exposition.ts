/** A sample of Prometheus' text format. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What is said of the samples of a name, and them. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: readonly Sample[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
/** A comment to this format, which OpenMetrics gives a meaning. */
const UNIT = new RegExp(`^# UNIT ${NAME} \\S+$`)
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`)
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?\\})? ([+-]Inf|NaN|-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)(?: \\d+)?$`,
)
/** What a sample's name may add to that of its family. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
}

/**
 * Reads the text format of Prometheus (version 0.0.4), strictly: each line, each family once, said what it is before its
 * samples, no sample twice, buckets that grow up to `+Inf`, which is the count.
 *
 * @throws Error that shows the line that is wrong
 */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Family & { samples: Sample[] }>()
  const seen = new Set<string>()
  let help: { name: string; text: string } | undefined
  let family: (Family & { samples: Sample[] }) | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const fail = (why: string) => new Error(`${why}: ${line}`)
    const [, kind, name = '', rest = ''] = COMMENT.exec(line) ?? []
    if (UNIT.test(line)) continue
    if (kind === 'HELP') help = { name, text: rest }
    else if (kind === 'TYPE') {
      if (families.has(name)) throw fail('a family comes twice')
      if (help?.name !== name) throw fail('a family has no help')
      if (!(rest in ENDINGS)) throw fail('a type is unknown')
      family = { name, help: help.text, type: rest, samples: [] }
      families.set(name, family)
    } else {
      const [, of, pairs = '', value = ''] = SAMPLE.exec(line) ?? []
      if (of === undefined) throw fail('a line is neither a sample nor a comment')
      if (!family || !ENDINGS[family.type]?.some((ending) => `${family?.name}${ending}` === of))
        throw fail('a sample is of another family')
      const labels = Object.fromEntries(
        [...pairs.matchAll(/([^=,]+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text]),
      )
      const id = `${of} ${JSON.stringify(Object.entries(labels).sort())}`
      if (seen.has(id)) throw fail('a sample comes twice')
      seen.add(id)
      family.samples.push({ name: of, labels, value: Number(value.replace('Inf', 'Infinity')) })
    }
  }
  for (const each of families.values()) if (each.type === 'histogram') checkBuckets(each)
  return families
}

function checkBuckets({ name, samples }: Family): void {
  const seriesOf = ({ labels: { le: _, ...others } }: Sample) => JSON.stringify(others)
  for (const count of samples.filter((sample) => sample.name === `${name}_count`)) {
    const buckets = samples.filter(
      (sample) => sample.name === `${name}_bucket` && seriesOf(sample) === seriesOf(count),
    )
    const last = buckets.at(-1)
    if (last?.labels['le'] !== '+Inf' || last.value !== count.value)
      throw new Error(`${name} does not add up`)
    const falls = buckets.some(({ value }, at) => value < (buckets[at - 1]?.value ?? 0))
    if (falls) throw new Error(`${name} has a bucket that holds less than the one before`)
  }
}
