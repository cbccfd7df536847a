/** Sends a request to the shop, wherever that is. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>

/** Goes shopping. What it is told is the same wherever the shop is, and says nothing of when that was. */
export async function visit(send: Send): Promise<string[]> {
  const post = (path: string, body = '', headers: Record<string, string> = {}) =>
    send(path, { method: 'POST', body, headers: { 'X-User': 'ann', ...headers } })
  const order = (item: string, key: string, headers: Record<string, string> = {}) =>
    post('/orders', JSON.stringify({ item }), {
      'Idempotency-Key': key,
      'Content-Type': 'application/json',
      ...headers,
    })
  const pay = (key: string, user = 'ann') =>
    post('/payments', '10.00', { 'Idempotency-Key': key, 'X-User': user })

  const told = [
    await line('an order', order('tea \u{1f375}', '"o-1"')),
    await line('sent again', order('tea \u{1f375}', '"o-1"')),
    await line('with another payload', order('coffee', '"o-1"')),
  ]
  const atOnce = [...'12345'].map(() => order('cup', '"o-2"', { Prefer: 'wait=10' }))
  const answers = await Promise.all(atOnce.map(async (sent) => (await sent).text()))
  told.push(`five at once | ${[...new Set(answers)].join()}`)

  const token = await (await post('/tokens')).text()
  const forged = token.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))
  return [
    ...told,
    await line('a forged token', pay(forged)),
    await line('a token of somebody else', pay(token, 'bob')),
    await line('a payment', pay(token)),
    await line('sent again', pay(token)),
    await line('a card', post('/cards', '4111-1111')),
    await line('sent again', post('/cards', '5500-0000')),
    await line('runs', send('/runs')),
    await line('core', send('/core')),
  ]
}

/** Bodies byte by byte, but for texts, which can be read here, and problems, of which the kind will do. */
async function line(what: string, sent: Promise<Response>): Promise<string> {
  const response = await sent
  const type = response.headers.get('Content-Type') ?? ''
  const bytes = new Uint8Array(await response.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  const problem = type.includes('problem') ? JSON.parse(text).type.replace(/.*[#/:]/, '') : undefined
  const body = problem ?? (/json|text/.test(type) ? text : [...bytes].join())
  const headers = ['Idempotency-Replayed', 'X-Order'].flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [`${name}: ${value}`]
  })
  return [what, response.status, ...headers, body].join(' | ')
}
