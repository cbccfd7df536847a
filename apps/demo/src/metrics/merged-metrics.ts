/** Puts what several processes tell in Prometheus' text format into one answer: each family once, with the samples of all. */
export function mergedMetrics(texts: readonly string[]): string {
  const families = new Map<string, Family>()
  for (const text of texts) {
    let family = familyOf(families, '')
    for (const line of text.split('\n')) {
      const [, name] = /^# (?:HELP|TYPE|UNIT) (\S+)/.exec(line) ?? []
      if (name !== undefined) {
        family = familyOf(families, name)
        family.head.add(line)
      } else if (line !== '' && !line.startsWith('#')) family.samples.push(line)
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples])
  return `${lines.join('\n')}\n`
}

interface Family {
  readonly head: Set<string>
  readonly samples: string[]
}

function familyOf(families: Map<string, Family>, name: string): Family {
  const family = families.get(name) ?? { head: new Set(), samples: [] }
  families.set(name, family)
  return family
}
