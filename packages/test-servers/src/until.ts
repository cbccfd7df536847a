import { setTimeout as sleep } from 'node:timers/promises'

const timeoutMs = 30_000

/**
 * Resolves once `holds` answers with `true`; what it answers otherwise says what is missing.
 *
 * @throws {Error} with the last of those answers, when it takes too long.
 */
export async function until(holds: () => Promise<true | string>): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const answer = await holds()
    if (answer === true) return
    if (Date.now() > deadline) throw new Error(answer)
    await sleep(50)
  }
}
