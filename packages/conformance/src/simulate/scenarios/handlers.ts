import { FINAL, type Handler, type Script, SIMULATED } from '../scenario'

/** Does one thing that must not be done twice. */
export const pay: Handler = async (work) => {
  await work.effect()
  return work.label
}

/** Fails as long as it is told to, in a way that may be tried again. */
export const failing =
  (attempts: number, prefix = ''): Handler =>
  async (work) => {
    await work.effect()
    if (work.context.attempt <= attempts) throw new Error(`${prefix}${work.label} fails`)
    return work.label
  }

export const failingForGood = failing(Number.POSITIVE_INFINITY, FINAL)

/** Takes longer than a lease, which a heartbeat must keep. */
export const payingSlowly: Handler = async (work) => {
  await work.sleep(SIMULATED.lease * 1.5)
  await work.effect()
  return work.label
}

/** Two things, each of which must not be done twice. */
export const inSteps: Handler = async (work) => {
  const charge = await work.step('charge')
  const ship = await work.step('ship')
  return `${charge}, ${ship}, in ${work.label}`
}

/** Succeeds with something that no record can hold. */
export const unencodable: Handler = async (work) => {
  await work.effect()
  return () => work.label
}

/** The same script for every process. */
export const everybody =
  (script: Script) =>
  (processes: number): Script[] =>
    Array.from({ length: processes }, () => script)

/** One script for the first process, another for all others. */
export const firstAndOthers =
  (first: Script, others: Script) =>
  (processes: number): Script[] => [first, ...everybody(others)(processes - 1)]
