import type { Way } from './way'
import { lockAndRepository } from './ways/right/lock-and-repository'
import { storeClaim } from './ways/right/store-claim'
import { transaction } from './ways/right/transaction'
import { checkThenAct } from './ways/wrong/check-then-act'
import { lockThatExpires } from './ways/wrong/lock-that-expires'
import { lockWithoutSecondLook } from './ways/wrong/lock-without-second-look'
import { noProtection } from './ways/wrong/no-protection'
import { userAndAmount } from './ways/wrong/user-and-amount'

/** The ways to make a payment: those that go wrong, each by a fault of its own, and idem's. */
export const WAYS: readonly Way[] = [
  noProtection,
  userAndAmount,
  checkThenAct,
  lockWithoutSecondLook,
  lockThatExpires,
  storeClaim,
  transaction,
  lockAndRepository,
]
