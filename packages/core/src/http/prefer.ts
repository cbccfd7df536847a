const WAIT = /(?:^|,)\s*wait\s*=\s*"?(\d+)"?\s*(?=[,;]|$)/i

/** For how many seconds a client is ready to wait, as `Prefer: wait=N` (RFC 7240) says it; 0 if it does not. */
export function preferredWait(header: string | undefined): number {
  const [, seconds = '0'] = WAIT.exec(header ?? '') ?? []
  return Number(seconds)
}
