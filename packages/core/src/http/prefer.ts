const WAIT = /(?:^|,)\s*wait\s*=\s*"?(\d+)"?\s*(?=[,;]|$)/i

/** For how many seconds a client is ready to wait, as `Prefer: wait=N` (RFC 7240) says it; 0 if it does not. */
export function preferredWait(header: string | undefined): number {
  return header === undefined ? 0 : Number(WAIT.exec(header)?.[1] ?? 0)
}
