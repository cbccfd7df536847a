import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario, Shop } from '../../src/scenarios/scenario'
import type { Answer } from './demo'
import { type OpenShop, openShop, type PlaceOfShop } from './shop'

/** Several processes as far as rows and records are concerned: none knows what another is about to do. */
export async function openShops(
  count: number,
  scenario: (shop: Shop) => Scenario,
  { kind, ...place }: PlaceOfShop,
): Promise<OpenShop[]> {
  const memory = kind.shared ? undefined : await kind.open('', () => {})
  const open: typeof kind.open = async (place, note) =>
    memory === undefined
      ? kind.open(place, note)
      : { ...memory, tables: (name) => memory.tables(name), close: async () => {} }
  return Promise.all(
    Array.from({ length: count }, () => openShop(scenario, { ...place, kind: { ...kind, open } })),
  )
}

/** Asks as clients do: who is told to come again, for the server is busy, comes again when it says; but not for ever. */
export async function insisted(ask: () => Promise<Answer>): Promise<Answer> {
  for (let times = 1; ; times++) {
    const answer = await ask()
    const afterSeconds = answer.headers.get('Retry-After')
    if (afterSeconds === null || times === 20) return answer
    await sleep(Number(afterSeconds) * 1000)
  }
}

/** So many requests, a part of them at once; as soon as one is answered the next one follows. */
export async function crowd<T>(count: number, atOnce: number, ask: (i: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  const lane = async () => {
    while (next < count) answers.push(await ask(next++))
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return answers
}
