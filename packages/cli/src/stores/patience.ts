/** How long a server may take to let us in. */
export const CONNECT_MS = 5_000

/** How long it may take to answer what is asked. */
export const ANSWER_MS = 30_000

/** What connections are called, where a server lists them. */
export const NAME = 'idem-cli'

/** @throws Error if it takes longer than a server may take to let us in */
export async function inTime<T>(connecting: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, CONNECT_MS, new Error(`it has not answered for ${CONNECT_MS / 1000} s`))
  })
  try {
    return await Promise.race([connecting, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
