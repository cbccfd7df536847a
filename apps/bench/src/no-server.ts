/** A server that is to be measured cannot be had: nothing of it is, and all else is. */
export class NoServer extends Error {
  constructor(name: string, reason: string) {
    super(`no ${name} can be had:\n${reason}`)
  }
}
