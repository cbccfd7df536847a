import type { TestServer } from '../test-server'
import type { ProcessUser } from '../unprivileged-user'
import { type Prepare, superviseFrom } from './supervise-from'

/** A server that runs until it is stopped, or whoever asked for it is gone. */
export async function startSupervised(
  prepare: Prepare,
  user?: ProcessUser,
): Promise<Omit<TestServer, 'source'>> {
  const { url, supervision } = await superviseFrom(prepare, { user, restartable: false })
  return { url, stop: () => supervision.stop() }
}
