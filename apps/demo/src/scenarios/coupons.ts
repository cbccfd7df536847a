import { LockNotAcquiredError, Mutex } from '@idem/core'
import { BusyError } from '../payment/payment-errors'
import { pairId } from '../stores/pair-id'
import { changeRow, inLine, sameTable } from './optimistic'
import { RefusedError, refusals } from './refused-error'
import type { Shop } from './scenario'

/** How a coupon is given: under a distributed lock, or by the optimistic version alone. */
export const WAYS = ['lock', 'version'] as const
export type Way = (typeof WAYS)[number]

export interface Coupon {
  readonly issued: number
  /** The serial number of the last one that was given; 0 before the first. */
  readonly given: number
  /** Whom it was given to. */
  readonly last: string | null
}

/** Which of the coupons a user has. */
interface Claim {
  readonly serial: number
}

export interface Claimed extends Claim {
  /** How often the row of the coupon was read for it. */
  readonly tries: number
}

/** Gives coupons in either way; the scheme is told in `coupon.ts`. */
export class Coupons {
  readonly #shop: Shop
  readonly #coupons
  readonly #claims
  readonly #mutex: Mutex

  constructor(shop: Shop) {
    this.#shop = shop
    this.#coupons = sameTable<Coupon>(shop.tables, 'coupons')
    this.#claims = sameTable<Claim>(shop.tables, 'coupon-claims')
    // Held for a few round trips; those who wait are as many as the processes that want it.
    this.#mutex = new Mutex({ store: shop.locks, namespace: 'coupon', ttl: '5s', wait: '10s' })
  }

  /** Issues a coupon. `false`: it was issued before, and stays as it is. */
  issue(id: string, issued: number): Promise<boolean> {
    return this.#coupons.insert(id, { issued, given: 0, last: null })
  }

  /** @throws RefusedError if no such coupon was issued */
  async find(id: string): Promise<Coupon> {
    return (await this.#coupons.get(id))?.row ?? none(id)
  }

  /**
   * Gives a user a coupon, or finds the one that was given.
   *
   * @throws RefusedError if none is left, which is for good, or no such coupon was issued
   * @throws BusyError if there are too many at once
   */
  async claim(id: string, user: string, way: Way): Promise<Claimed & { readonly replayed: boolean }> {
    const { value, replayed } = await this.#shop.idem.execute(
      user,
      () => (way === 'lock' ? this.#locked(id, user) : this.give(id, user)),
      {
        name: 'coupon',
        scope: id,
        errorCodec: refusals,
        // No more will be issued.
        isRetryable: (error) => !(error instanceof RefusedError && error.code === 409),
      },
    )
    return { ...value, replayed }
  }

  /** By the version alone: safe at any time and for anybody, whether there is a lock around it or not. */
  async give(id: string, user: string): Promise<Claimed> {
    let had: number | undefined
    const { row, tries } = await changeRow(this.#coupons, id, async (coupon = none(id)) => {
      had = await this.#look(id, user, coupon)
      if (had !== undefined) return undefined
      if (coupon.last !== null) await this.#enter(id, coupon.last, coupon.given)
      return { ...coupon, given: coupon.given + 1, last: user }
    })
    const serial = had ?? (row as Coupon).given
    await this.#enter(id, user, serial)
    return { serial, tries }
  }

  async #locked(id: string, user: string): Promise<Claimed> {
    // The first look is for those who need no lock: who has one already, and who comes too late.
    const had = await this.#look(id, user, await this.find(id))
    if (had !== undefined) return { serial: had, tries: 1 }
    // One of each process at a time asks for the lock: more would only get into each other's way.
    return inLine(this.#mutex, id, async () => {
      try {
        return await this.#mutex.run(id, () => this.give(id, user))
      } catch (error) {
        if (error instanceof LockNotAcquiredError) throw new BusyError('Too many want this coupon at once')
        throw error
      }
    })
  }

  /**
   * The serial number that a user has, if any. The row was read before: had the user got one since, and so without a
   * trace here, the row would have another version by now.
   *
   * @throws RefusedError if none is left
   */
  async #look(id: string, user: string, { issued, given, last }: Coupon): Promise<number | undefined> {
    if (last === user) return given
    const claim = await this.#claims.get(pairId(id, user))
    if (claim !== undefined) return claim.row.serial
    if (given >= issued) throw new RefusedError(409, `All ${issued} of ${id} are given`)
    return undefined
  }

  /** The id of the row is the last line of defence: there is one for each user. */
  async #enter(id: string, user: string, serial: number): Promise<void> {
    await this.#claims.insert(pairId(id, user), { serial })
  }
}

function none(id: string): never {
  throw new RefusedError(404, `No coupon ${id} was issued`)
}
