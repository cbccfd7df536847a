export { type IdempotencyEnv, type IdempotencyOptions, idempotency } from './idempotency'
