import { randomId } from './dom.js'

/** The payment that the page is about: it outlives a reload, as a client's has to, for a new token would be a new payment. */
const KEPT = 'payment'
const SENT = 'sent'
const listeners = []

let payment = read(KEPT) ?? fresh('100.50')

export const current = () => payment

export function change(changes) {
  payment = { ...payment, ...changes }
  sessionStorage.setItem(KEPT, JSON.stringify(payment))
  if (changes.clicks === 1) remember(payment)
  for (const listener of listeners) listener(payment)
}

export const begin = (amount) => change(fresh(amount))

export const onChange = (listener) => listeners.push(listener)

/** What has been sent under a token, so that the same can be sent again; `undefined` if this page never did. */
export const sentBefore = (token) => read(SENT)?.[token]

function remember({ token, amount, user }) {
  const all = Object.entries(read(SENT) ?? {}).slice(-100)
  sessionStorage.setItem(SENT, JSON.stringify(Object.fromEntries([...all, [token, { amount, user }]])))
}

function fresh(amount) {
  return { token: randomId(), user: 'you', amount, clicks: 0, charges: undefined, trouble: undefined }
}

function read(name) {
  return JSON.parse(sessionStorage.getItem(name) ?? 'null') ?? undefined
}
