export { Coalescer, type CoalescerOptions } from './coalescer'
export { Lanes } from './lanes'
