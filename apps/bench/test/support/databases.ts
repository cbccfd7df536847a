import { collectionsOf } from '../../src/mongo/collections'
import * as mongoPayment from '../../src/mongo/payment'
import * as mongoRaw from '../../src/mongo/raw'
import * as postgresPayment from '../../src/postgres/payment'
import * as postgresRaw from '../../src/postgres/raw'
import type { Program } from '../../src/program'
import * as mongoProgram from '../../src/programs/mongo'
import * as postgresProgram from '../../src/programs/postgres'
import type { Contestant } from '../../src/race/contestant'
import type { KeySource } from '../../src/work/key-source'
import type { Library } from '../../src/work/library'
import { mongoIsThere, onTestMongo, testMongo } from './mongo'
import { onTestPostgres, postgresIsThere, testPostgres } from './postgres'

/** A kind of database, in which effects and answers are kept side by side. */
export interface Database {
  readonly title: string
  readonly isThere: boolean
  readonly program: Program
  /** What the program says of its server. */
  readonly described: RegExp
  /** What a key that is taken is refused with. */
  readonly taken: RegExp
  /** Of the libraries, those that protect. */
  readonly protecting: readonly string[]
  readonly names: readonly string[]
  /** What opens a server of its own uses that of the tests. */
  onTestServer<Opened>(open: () => Promise<Opened>): Promise<Opened>
  open(): Promise<OpenDatabase>
}

/** A place in it of one test's own. */
export interface OpenDatabase {
  readonly keys: KeySource
  readonly libraries: Readonly<Record<string, Library>>
  readonly rawWrites: Library
  readonly rawReads: Contestant
  readonly barePayment: Library
  idemPayment(fingerprint: boolean): Library
  /** What floors have kept, of the only key. */
  rawRecord(): Promise<unknown>
  /** How many payments were made, and of how much in all. */
  paid(): Promise<unknown>
  /** Names of the places that runs of the bench have in it. */
  places(): Promise<string[]>
}

const postgres: Database = {
  title: 'PostgreSQL',
  isThere: postgresIsThere,
  program: postgresProgram.postgres,
  described: /^PostgreSQL \d+\.\d+.*, fsync \w+, synchronous_commit \w+ \(from environment\)$/,
  taken: /the key is taken/,
  names: Object.keys(postgresProgram.libraries({ url: '', schema: '' })),
  protecting: ['idem', 'idemFingerprinted', 'idemUnprepared', 'idemSpread', 'payment'],
  onTestServer: onTestPostgres,
  async open() {
    const server = await testPostgres()
    const { pool, schema, keys } = server
    const row = async (query: string) => (await pool.query(query)).rows[0]
    return {
      keys,
      libraries: postgresProgram.libraries(server),
      rawWrites: postgresRaw.rawWrites(server),
      rawReads: postgresRaw.rawReads(server, keys),
      barePayment: postgresPayment.barePayment(server),
      idemPayment: (fingerprint) => postgresPayment.idemPayment(server, { name: 'idem', fingerprint }),
      rawRecord: () => row(`SELECT key, state, answer FROM ${schema}.raw`),
      paid: () =>
        row(`SELECT (SELECT count(*)::integer FROM ${schema}.payments) AS payments,
          (SELECT -sum(balance)::integer FROM ${schema}.accounts) AS amount`),
      async places() {
        const { rows } = await pool.query(
          `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench%' ORDER BY nspname`,
        )
        return rows.map(({ nspname }) => nspname)
      },
    }
  },
}

const mongo: Database = {
  title: 'MongoDB',
  isThere: mongoIsThere,
  program: mongoProgram.mongo,
  described: /^MongoDB \d+\.\d+\.\d+, (a replica set of \d+|behind a router) \(from environment\)$/,
  taken: /E11000/,
  names: Object.keys(mongoProgram.libraries({ url: 'mongodb://127.0.0.1' })),
  protecting: ['idem', 'idemFingerprinted', 'idemSpread', 'payment'],
  onTestServer: onTestMongo,
  async open() {
    const server = await testMongo()
    const { db, keys } = server
    const { raw, payments, accounts } = collectionsOf(db)
    return {
      keys,
      libraries: mongoProgram.libraries(server),
      rawWrites: mongoRaw.rawWrites(server),
      rawReads: mongoRaw.rawReads(server, keys),
      barePayment: mongoPayment.barePayment(server),
      idemPayment: (fingerprint) => mongoPayment.idemPayment(server, { name: 'idem', fingerprint }),
      async rawRecord() {
        const record = await raw.findOne()
        return record && { key: record._id, state: record.state, answer: record.answer ?? null }
      },
      async paid() {
        const balances = (await accounts.find().toArray()).map(({ balance }) => balance)
        const amount = balances.reduce((sum, balance) => sum - balance, 0)
        return { payments: await payments.countDocuments(), amount }
      },
      async places() {
        const { databases } = await db.admin().listDatabases()
        return databases.map(({ name }) => name).sort()
      },
    }
  },
}

export const databases: readonly Database[] = [postgres, mongo]
