import type { AttemptContext } from '../options/options'
import type { ConsumerSettings, TransactionHandlerOptions } from './options'

/** What a transaction came to that its body did not throw. */
export class TransactionFailure {
  constructor(
    readonly error: unknown,
    /** Whether something was done that may be to blame, and is rolled back. */
    readonly hasRun: boolean,
  ) {}
}

/**
 * A transaction's record cannot count what was rolled back, so an attempt counts, and the transaction inside it decides:
 * should the attempt's own record be late or lost, the next one finds what was committed.
 *
 * @throws TransactionFailure if the store, or whoever else has the key, is to blame
 */
export function inTransaction<Message>(
  { idem, transaction }: TransactionHandlerOptions<Message, unknown>,
  name: readonly string[],
  { retention, tombstone, codec }: ConsumerSettings<Message>['run'],
): (message: Message, ctx: AttemptContext) => unknown {
  return async (message, { key, attempt, fence, signal, subkey }) => {
    let hasRun = false
    let thrown: unknown
    try {
      await idem.transaction(
        subkey('idem:transaction'),
        async ({ tx }) => {
          // The call is not given the signal: it would leave, and what it has begun is waited for.
          signal.throwIfAborted()
          hasRun = true
          try {
            await transaction(message, { tx, key, attempt, fence, signal, subkey })
          } catch (error) {
            thrown = error
            throw error
          }
        },
        {
          name: [...name, 'transaction'],
          retention,
          tombstone,
          codec,
          isRetryable: () => true,
          onInProgress: 'reject',
        },
      )
    } catch (error) {
      const code = (error as { readonly code?: unknown } | undefined | null)?.code
      if (error === thrown || (code !== 'STORE' && code !== 'IN_PROGRESS')) throw error
      throw new TransactionFailure(error, hasRun && code === 'STORE')
    }
  }
}
