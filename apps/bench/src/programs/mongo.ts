import { duplicates } from '../duplicates/duplicates'
import { naiveCheck } from '../mongo/naive-check'
import { openMongoStore } from '../mongo/open-mongo-store'
import { barePayment, idemPayment } from '../mongo/payment'
import { rawReads, rawWrites } from '../mongo/raw'
import { type MongoPlace, type MongoServer, openMongo } from '../mongo/server'
import type { OpenProgram, Program } from '../program'
import { race } from '../race/race'
import { firstExecution } from '../work/first-execution'
import { type IdemOptions, idem } from '../work/idem'
import type { Library } from '../work/library'
import { replay } from '../work/replay'
import { storeAlone } from '../work/store-alone'

export const mongo: Program = {
  name: 'mongo',
  title: 'MongoDB',
  async open() {
    const server = await openMongo()
    return { server: server.description, trials: trials(server), close: server.close }
  },
}

/** Everything that runs a function once per key, in this database. */
export function libraries(place: MongoPlace) {
  const openStore = () => openMongoStore(place)
  const whole = (name: string, options: Partial<IdemOptions> = {}) => idem({ name, openStore, ...options })
  return {
    naive: naiveCheck(place),
    store: storeAlone('MongoStore alone', openStore),
    idem: whole('idem'),
    idemFingerprinted: whole('idem, with a fingerprint', { fingerprint: true }),
    idemSpread: whole('idem, as four processes', { instances: 4 }),
    payment: idemPayment(place, { name: 'idem.transaction' }),
    paymentFingerprinted: idemPayment(place, {
      name: 'idem.transaction, with a fingerprint',
      fingerprint: true,
    }),
  } satisfies Record<string, Library>
}

/** Turns leave their records where they are: to remove them would take as long as the turn. */
function trials(server: MongoServer): OpenProgram['trials'] {
  const { keys, tidy } = server
  const all = libraries(server)
  const stored = [all.store, all.idem, all.idemFingerprinted]
  return [
    race({
      name: 'first',
      title: 'First execution',
      floor: firstExecution(rawWrites(server), keys),
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
      others: [all.payment, all.paymentFingerprinted].map((library) => firstExecution(library, keys)),
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
  ]
}
