import { setTimeout as sleep } from 'node:timers/promises'
import { InProgressError, OperationFailedError, UnsettledError } from '@idem/core'
import { GatewayError } from '../gateway/gateway-error'
import type { Answer, Pay, Payment } from './way'

/** How often a client is told that the payment failed before it believes that it always will. */
const MAX_FAILURES = 5
/** How long a client goes on asking. */
const PATIENCE_MS = 30_000
const ASK_AGAIN_MS = 50

/** With what a client goes home. */
export type Ending =
  | Exclude<Answer, { type: 'in progress' }>
  | { readonly type: 'unanswered'; readonly message: string }

type Told = Answer | { readonly type: 'unavailable'; readonly message: string }

/**
 * A client that asks for a payment, with the same token again and again, until it has an answer.
 *
 * @throws the reason of `signal` if it aborts first
 */
export async function askUntilAnswered(pay: Pay, payment: Payment, signal: AbortSignal): Promise<Ending> {
  const until = performance.now() + PATIENCE_MS
  for (let failures = 0; ; ) {
    const told = await ask(pay, payment, signal)
    if (told.type === 'paid' || told.type === 'refused') return told
    if (told.type === 'failed') {
      failures += 1
      if (failures === MAX_FAILURES) return told
    } else if (performance.now() > until) {
      return { type: 'unanswered', message: told.type === 'unavailable' ? told.message : told.type }
    }
    await sleep(ASK_AGAIN_MS, undefined, { signal })
  }
}

/** One request: what a way throws is told as a service would tell it. */
async function ask(pay: Pay, payment: Payment, signal: AbortSignal): Promise<Told> {
  try {
    return await pay(payment, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof InProgressError) return { type: 'in progress' }
    // The card is charged, only not recorded.
    if (error instanceof UnsettledError) return { type: 'paid', order: String(error.value) }
    const message = error instanceof Error ? error.message : String(error)
    const failed = error instanceof GatewayError || error instanceof OperationFailedError
    return { type: failed ? 'failed' : 'unavailable', message }
  }
}
