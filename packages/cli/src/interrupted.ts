import { failed } from './failure'

/** How long who was interrupted may take to end in good order. */
const GRACE_MS = 1_000

/** What a job comes to, unless the signal fires and it does not end soon: then nobody waits for it any more. */
export async function endedSoon(job: Promise<void>, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const given = new Promise<never>((_, reject) => {
    const begin = () => {
      timer = setTimeout(reject, GRACE_MS, failed(GIVEN_UP))
    }
    if (signal.aborted) begin()
    else signal.addEventListener('abort', begin, { once: true })
  })
  try {
    await Promise.race([job, given])
  } finally {
    clearTimeout(timer)
  }
}

const GIVEN_UP =
  'interrupted before the store had answered. If something was to be written, it may be written all the same: show tells'
