import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documentsIn } from '../../../scripts/dead-links.ts'
import { picture } from '../src/diagrams'
import { REPOSITORY } from '../src/pages'

const diagrams = documentsIn(join(REPOSITORY, 'docs')).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^```mermaid\n(.*?)^```$/gms)].map(([, text]) => text as string),
)

describe('a diagram', () => {
  it('is in the documents', () => {
    expect(diagrams.length).toBeGreaterThan(1)
  })

  it.each(diagrams)('is a picture with all its words, which asks nobody for anything: %s', (mermaid) => {
    const svg = picture(mermaid)
    expect(svg).toMatch(/^<svg [^>]*role="img"/)
    expect(svg).not.toMatch(/<style|@import|https?:(?!\/\/www\.w3\.org\/)/)
    const labels = mermaid.startsWith('flowchart') ? /(?<=")[^"]+(?=")|(?<=\|)\w+(?=\|)/g : /(?<=: ).+$/gm
    const words: string[] = mermaid.match(labels)?.filter((label) => !label.includes('-->')) ?? []
    expect(words).not.toEqual([])
    for (const word of words.flatMap((label) => label.split('<br>'))) expect(svg).toContain(word)
  })
})
