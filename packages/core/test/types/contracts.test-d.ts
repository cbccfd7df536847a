import {
  type AbandonedError,
  type CodecError,
  type ExpiredKeyError,
  type FingerprintMismatchError,
  type IdemError,
  type IdemEvent,
  type InProgressError,
  type InvalidKeyError,
  type LeaseLostError,
  type LocalCache,
  type LockLostError,
  type LockNotAcquiredError,
  type LockStore,
  type MemoryLockStore,
  type MemoryStore,
  type OperationFailedError,
  type RecordCache,
  type ResultUnavailableError,
  type Store,
  type StoreError,
  tieredStore,
  type UnsettledError,
} from '@idem/core'
import { describe, expectTypeOf, test } from 'vitest'

describe('what is exported', () => {
  test('is what the contracts ask for', () => {
    expectTypeOf<MemoryStore>().toExtend<Store>()
    expectTypeOf<MemoryLockStore>().toExtend<LockStore>()
    expectTypeOf<LocalCache>().toExtend<RecordCache>()
    expectTypeOf(tieredStore).returns.toEqualTypeOf<Store>()
  })
})

describe('errors', () => {
  test('tell themselves apart by a code', () => {
    expectTypeOf<InvalidKeyError['code']>().toEqualTypeOf<'INVALID_KEY'>()
    expectTypeOf<FingerprintMismatchError['code']>().toEqualTypeOf<'FINGERPRINT_MISMATCH'>()
    expectTypeOf<InProgressError['code']>().toEqualTypeOf<'IN_PROGRESS'>()
    expectTypeOf<OperationFailedError['code']>().toEqualTypeOf<'OPERATION_FAILED'>()
    expectTypeOf<AbandonedError['code']>().toEqualTypeOf<'ABANDONED'>()
    expectTypeOf<ExpiredKeyError['code']>().toEqualTypeOf<'EXPIRED_KEY'>()
    expectTypeOf<LeaseLostError['code']>().toEqualTypeOf<'LEASE_LOST'>()
    expectTypeOf<ResultUnavailableError['code']>().toEqualTypeOf<'RESULT_UNAVAILABLE'>()
    expectTypeOf<UnsettledError['code']>().toEqualTypeOf<'UNSETTLED'>()
    expectTypeOf<StoreError['code']>().toEqualTypeOf<'STORE'>()
    expectTypeOf<CodecError['code']>().toEqualTypeOf<'CODEC'>()
    expectTypeOf<LockNotAcquiredError['code']>().toEqualTypeOf<'LOCK_NOT_ACQUIRED'>()
    expectTypeOf<LockLostError['code']>().toEqualTypeOf<'LOCK_LOST'>()
  })

  test('are narrowed by it', () => {
    const say = (error: InProgressError | OperationFailedError) => {
      if (error.code === 'IN_PROGRESS') expectTypeOf(error.retryAfterMs).toEqualTypeOf<number>()
      else expectTypeOf(error.failure.message).toEqualTypeOf<string>()
    }
    expectTypeOf(say).returns.toEqualTypeOf<void>()
    expectTypeOf<UnsettledError>().toExtend<IdemError>()
    expectTypeOf<UnsettledError['value']>().toEqualTypeOf<unknown>()
  })
})

describe('events', () => {
  test('are narrowed by their type', () => {
    const look = (event: IdemEvent) => {
      expectTypeOf(event.key).toEqualTypeOf<string>()
      if (event.type === 'replayed') expectTypeOf(event.from).toEqualTypeOf<'store' | 'cache'>()
      if (event.type === 'failed') expectTypeOf(event.error).toEqualTypeOf<unknown>()
      // @ts-expect-error not every event has one
      event.attempt
    }
    expectTypeOf(look).returns.toEqualTypeOf<void>()
  })
})
