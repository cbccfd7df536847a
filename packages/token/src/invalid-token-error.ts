import { IdemError } from '@idem/core'

/** What is wrong with a token. Those that are wrong in several ways have the first of these. */
export type TokenFault = keyof typeof MESSAGES

const MESSAGES = {
  /** Not a token at all, or one of another kind that the same key has signed. */
  malformed: 'this is no idempotency token',
  /** No key of this issuer has signed it, or another algorithm than the key's; also where the key was rotated out. */
  forged: 'no key of this issuer has signed the token',
  /** Issued at a time that has not come yet: a clock is wrong. */
  premature: 'the token was issued in the future',
  expired: 'the token has expired',
  'other-subject': 'the token was issued to another subject',
  'other-operation': 'the token was issued for another operation',
} as const

/** The token is not good for this call. Neither the message nor `reason` tells anything of the token or of a key. */
export class InvalidTokenError extends IdemError {
  override readonly name = 'InvalidTokenError'
  readonly code = 'INVALID_TOKEN'
  constructor(readonly reason: TokenFault) {
    super(MESSAGES[reason])
  }
}
