import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import { CachePersistenceLayer } from '@aws-lambda-powertools/idempotency/cache'
import { createClient } from '@redis/client'
import { type Answer, type Handler, PAYLOAD } from '../work/answer'
import type { Library } from '../work/library'

export interface PowertoolsOptions {
  /** Stands before its keys, as the name of the Lambda function does in production (`keyPrefix`). */
  readonly keyPrefix: string
  /**
   * Whether it is told how much time the Lambda invocation has left, as its documentation asks of functions that are no
   * Lambda handlers (`registerLambdaContext`). It warns on every call when it is not. @defaultValue true
   */
  readonly lambdaContext?: boolean | undefined
  /** Its local cache (`useLocalCache`), large enough for all keys that are replayed. @defaultValue false */
  readonly localCache?: boolean | undefined
}

/**
 * `makeIdempotent` around a function, with the cache persistence layer on `@redis/client`, as documented. The first
 * argument, which holds the idempotency key and the payload, is hashed as a whole to make the key, as is its default:
 * what is a fingerprint elsewhere is part of the key here. (With `eventKeyJmesPath` and `payloadValidationJmesPath`
 * instead, version 2.35.0 refuses every replay: the cache layer drops the payload's hash when it keeps the answer.)
 */
export function powertools(url: string, options: PowertoolsOptions): Library {
  const { keyPrefix, lambdaContext = true, localCache = false } = options
  return {
    name: `Powertools${lambdaContext ? '' : ' without a Lambda context'}${localCache ? ', local cache' : ''}`,
    async open() {
      const client = await createClient({ url }).connect()
      const config = new IdempotencyConfig({ useLocalCache: localCache, maxLocalCacheSize: 4096 })
      if (lambdaContext) registerContext(config)
      const charge = makeIdempotent(
        (_event: { key: string; payload: Answer }, handler: Handler): Promise<Answer> => handler(),
        { persistenceStore: new CachePersistenceLayer({ client }), config, keyPrefix },
      )
      const unmute = lambdaContext ? () => {} : muteWarnings()
      return {
        call: (key, handler) => charge({ key, payload: PAYLOAD }, handler),
        async close() {
          unmute()
          await client.close()
        },
      }
    },
  }
}

/** Of a Lambda invocation that always has half a minute left. */
function registerContext(config: IdempotencyConfig): void {
  const context = { getRemainingTimeInMillis: () => 30_000 }
  config.registerLambdaContext(context as Parameters<IdempotencyConfig['registerLambdaContext']>[0])
}

/** Printing thousands of warnings would be measured, and would be no fault of what is measured. */
function muteWarnings(): () => void {
  const { warn } = console
  console.warn = () => {}
  return () => {
    console.warn = warn
  }
}
