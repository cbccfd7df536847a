import { randomUUID } from 'node:crypto'
import { BusyError } from '../payment/payment-errors'
import { type Coupons, WAYS, type Way } from './coupons'
import { RefusedError } from './refused-error'

/** What one way did with a crowd. */
export interface Measured {
  readonly way: Way
  /** Users that have one. */
  readonly granted: number
  /** Users that were told that none is left. */
  readonly refused: number
  /** Users that got neither, since too many wanted it at once; they may ask again. */
  readonly busy: number
  /** Coupons that a user has beside another one, or that another user has, too, or that were not issued: 0 is right. */
  readonly wrong: number
  /** How often the row was read for a coupon that was given, on average; 1 is least. */
  readonly tries: number
  readonly ms: number
}

/** Lets a crowd want a fresh coupon at the same time, each of them twice, first in one way and then in the other. */
export async function compareWays(
  coupons: Coupons,
  { issued, users }: { readonly issued: number; readonly users: number },
): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const way of WAYS) {
    const id = `${way}-${randomUUID()}`
    await coupons.issue(id, issued)
    measured.push(await measure(coupons, { id, issued, users, way }))
  }
  return measured
}

interface Crowd {
  readonly id: string
  readonly issued: number
  readonly users: number
  readonly way: Way
}

async function measure(coupons: Coupons, { id, issued, users, way }: Crowd): Promise<Measured> {
  const began = performance.now()
  const outcomes = await Promise.all(
    Array.from({ length: users * 2 }, async (_, i) => {
      const user = `user-${i % users}`
      try {
        return { user, ...(await coupons.claim(id, user, way)) }
      } catch (error) {
        if (error instanceof RefusedError || error instanceof BusyError) return { user, error }
        throw error
      }
    }),
  )
  const ms = Math.round(performance.now() - began)
  const claims = outcomes.filter((outcome) => 'serial' in outcome)
  const granted = new Set(claims.map(({ user }) => user))
  const held = new Set(claims.map(({ user, serial }) => JSON.stringify([user, serial])))
  const sound = new Set(
    claims.map(({ serial }) => serial).filter((serial) => serial >= 1 && serial <= issued),
  )
  const refused = new Set(
    outcomes.flatMap((one) => ('error' in one && one.error instanceof RefusedError ? [one.user] : [])),
  )
  const tries = claims.reduce((sum, claim) => sum + claim.tries, 0) / Math.max(1, claims.length)
  return {
    way,
    granted: granted.size,
    refused: refused.size,
    busy: users - granted.size - refused.size,
    wrong: held.size - sound.size,
    tries: Math.round(tries * 100) / 100,
    ms,
  }
}
