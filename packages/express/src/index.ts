export { type IdempotencyOptions, idempotency } from './idempotency'
