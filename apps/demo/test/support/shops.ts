import type { Scenario, Shop } from '../../src/scenarios/scenario'
import type { Answer } from './demo'
import type { UsableStore } from './every-store'
import { type OpenShop, openShop } from './shop'

/** Several processes as far as rows and records are concerned: none knows what another is about to do. */
export async function openShops(
  count: number,
  scenario: (shop: Shop) => Scenario,
  { kind, url }: UsableStore,
): Promise<OpenShop[]> {
  const memory = kind.shared ? undefined : await kind.open('', () => {})
  const open: typeof kind.open = async (place, note) =>
    memory === undefined
      ? kind.open(place, note)
      : { ...memory, tables: (name) => memory.tables(name), close: async () => {} }
  return Promise.all(
    Array.from({ length: count }, () => openShop(scenario, { kind: { ...kind, open }, url })),
  )
}

/** Asks as clients do: who is told to come again, since the server is busy, comes again. */
export async function insisted(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (answer.body?.status !== 'RETRY') return answer
  }
}
