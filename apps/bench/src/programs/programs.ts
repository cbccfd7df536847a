import type { Program } from '../program'
import { inProcess } from './in-process'
import { redis } from './redis'

/** Everything that can be measured; another kind of server is another file beside these. */
export const PROGRAMS: readonly Program[] = [inProcess, redis]
