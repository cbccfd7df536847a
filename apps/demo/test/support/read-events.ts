import { onTestFinished } from 'vitest'
import type { Moment } from '../../src/timeline/moment'

/** What a page hears of the timeline. */
export interface HeardMoments {
  readonly moments: Moment[]
  /** Hangs up. */
  leave(): void
}

/** Listens to the timeline as a page does, until the test ends. */
export async function readEvents(url: string, after?: number): Promise<HeardMoments> {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const response = await fetch(`${url}/timeline`, {
    signal: leaving.signal,
    headers: after === undefined ? {} : { 'Last-Event-ID': String(after) },
  })
  const moments: Moment[] = []
  void collect(response.body as ReadableStream<Uint8Array>, moments).catch(() => {})
  return { moments, leave: () => leaving.abort() }
}

async function collect(body: ReadableStream<Uint8Array>, moments: Moment[]): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1]
      if (data !== undefined) moments.push(JSON.parse(data))
    }
  }
}
