import { duplicates } from '../duplicates/duplicates'
import { naiveCheck } from '../postgres/naive-check'
import { openPostgresStore } from '../postgres/open-postgres-store'
import { barePayment, handmadePayment, idemPayment } from '../postgres/payment'
import { rawReads, rawWrites } from '../postgres/raw'
import { room } from '../postgres/room'
import { openPostgres, type PostgresPlace, type PostgresServer } from '../postgres/server'
import type { OpenProgram, Program } from '../program'
import { race } from '../race/race'
import { firstExecution } from '../work/first-execution'
import { type IdemOptions, idem } from '../work/idem'
import type { Library } from '../work/library'
import { replay } from '../work/replay'
import { storeAlone } from '../work/store-alone'

export const postgres: Program = {
  name: 'postgres',
  title: 'PostgreSQL',
  async open() {
    const server = await openPostgres()
    return { server: server.description, trials: trials(server), close: server.close }
  },
}

/** Everything that runs a function once per key, in this schema. */
export function libraries(place: PostgresPlace) {
  const openStore = () => openPostgresStore(place)
  const openUnprepared = () => openPostgresStore(place, { prepare: false })
  const whole = (name: string, options: Partial<IdemOptions> = {}) => idem({ name, openStore, ...options })
  return {
    naive: naiveCheck(place),
    store: storeAlone('PostgresStore alone', openStore),
    idem: whole('idem'),
    idemFingerprinted: whole('idem, with a fingerprint', { fingerprint: true }),
    idemUnprepared: whole('idem, with a fingerprint, not prepared', {
      fingerprint: true,
      openStore: openUnprepared,
    }),
    idemSpread: whole('idem, as four processes', { instances: 4 }),
    handmade: handmadePayment(place),
    payment: idemPayment(place, { name: 'idem.transaction' }),
    paymentFingerprinted: idemPayment(place, {
      name: 'idem.transaction, with a fingerprint',
      fingerprint: true,
    }),
  } satisfies Record<string, Library>
}

/** Turns leave their records where they are: emptying a table makes every connection plan its statements anew. */
function trials(server: PostgresServer): OpenProgram['trials'] {
  const { keys, tidy } = server
  const all = libraries(server)
  const raw = rawWrites(server)
  const stored = [all.store, all.idem, all.idemFingerprinted, all.idemUnprepared]
  return [
    race({
      name: 'first',
      title: 'First execution',
      floor: firstExecution(raw, keys),
      others: stored.map((library) => firstExecution(library, keys)),
      shownAs: 'rate',
    }),
    race({
      name: 'replay',
      title: 'Replay',
      floor: rawReads(server, keys),
      others: stored.map((library) => replay(library, keys)),
      shownAs: 'rate',
    }),
    race({
      name: 'transaction',
      title: 'Transaction',
      floor: firstExecution(barePayment(server), keys),
      others: [all.handmade, all.payment, all.paymentFingerprinted].map((library) =>
        firstExecution(library, keys),
      ),
      shownAs: 'rate',
    }),
    duplicates({
      name: 'duplicates',
      title: '100 concurrent duplicates of each of 50 keys',
      libraries: [all.idem, all.idemSpread, all.payment, all.naive],
      keys,
      crowd: { keys: 50, callers: 100, workMs: 20 },
      afterTurn: tidy,
    }),
    room({
      name: 'room',
      title: 'Room for a finished record',
      server,
      tenants: [
        { library: raw, table: 'raw' },
        { library: all.idem, table: 'records' },
        { library: all.idemFingerprinted, table: 'records' },
        { library: all.payment, table: 'records' },
      ],
    }),
  ]
}
