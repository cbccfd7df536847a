// Uses nothing that only one runtime has.
import { Idem, MemoryStore } from '@idem/core'
import { encryptedCodec } from '@idem/core/encrypted'
import { idempotent, idempotentFetch, isReplayed } from '@idem/core/http'

/** What comes of it is the same in all of them. */
export async function useCore() {
  const idem = new Idem({ store: new MemoryStore() })
  const told = []
  const order = {
    id: 'A-1',
    at: new Date(0),
    bytes: Uint8Array.of(0, 128, 255),
    total: 10n,
    note: '\u{1f600} é',
  }
  const charge = idem.wrap(async (given) => ({ given, lines: new Map([['a', [1, undefined, -0]]]) }), {
    name: 'charge',
    key: ({ id }) => id,
  })

  const first = await charge(order)
  const second = await charge.execute(order)
  told.push(second.replayed, second.value.given.bytes.join(), second.value.given.total === first.given.total)
  told.push(await charge({ ...order, total: 11n }).catch((error) => error.code))

  let attempts = 0
  const ship = () =>
    idem.run(['ship', order.id], async (ctx) => {
      attempts++
      const label = await ctx.step('label', () => `label of attempt ${ctx.attempt}`)
      if (ctx.attempt === 1) throw new Error('no van')
      return [label, ctx.subkey('van')]
    })
  told.push(await ship().catch((error) => error.message), ...(await ship()), ...(await ship()), attempts)
  told.push(
    ...(await Promise.all(Array.from({ length: 50 }, () => idem.run('once', () => ++attempts)))).slice(48),
  )

  let pages = 0
  const serve = idempotent(async (request) => new Response(`${await request.text()} ${++pages}`), {
    idem,
    scope: (request) => request.headers.get('x-user'),
  })
  let cuts = 0
  const send = idempotentFetch({
    backoff: 1,
    key: () => 'order 1',
    fetch: async (request) => {
      const answer = await serve(request)
      if (cuts++ === 0) throw new TypeError('cut on the way')
      return answer
    },
  })
  const answer = await send('http://shop.test/', {
    method: 'POST',
    body: '\u00e9',
    headers: { 'x-user': 'ann' },
  })
  told.push(answer.status, isReplayed(answer), await answer.text(), pages)

  const store = new MemoryStore()
  const sealed = (number) =>
    new Idem({
      store,
      codec: encryptedCodec({ keys: [{ id: 'a', key: new Uint8Array(32).fill(number) }] }),
    })
  for (const number of [1, 1, 2]) {
    told.push(
      await sealed(number)
        .run('card', () => `card ${number}`)
        .catch((error) => error.code),
    )
  }
  told.push((await store.get('idem:::card')).value.slice(0, 10))

  for await (const record of idem.records()) told.push(`${record.key} ${record.state}`)
  return told
}
