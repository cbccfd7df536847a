type Send = (init: RequestInit) => Promise<Response>

/** Pays, pays again, and pays something else with the same key: what is answered to that. */
export async function payThrice(send: Send, key: string): Promise<string> {
  const told: string[] = []
  for (const body of ['{"amount":"10.00"}', '{"amount":"10.00"}', '{"amount":"99.00"}']) {
    const headers = { 'Idempotency-Key': key, 'X-User': 'ann', 'Content-Type': 'application/json' }
    const response = await send({ method: 'POST', headers, body })
    const { run: at } = (await response.json()) as { readonly run?: number }
    const run = at === undefined ? '' : ` in run ${at}`
    told.push(`${response.status}${run}${response.headers.has('Idempotency-Replayed') ? ', replayed' : ''}`)
  }
  return told.join('; ')
}
