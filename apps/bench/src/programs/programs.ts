import type { Program } from '../program'
import { growth } from './growth'
import { http } from './http'
import { inProcess } from './in-process'
import { mongo } from './mongo'
import { postgres } from './postgres'
import { processes } from './processes'
import { profile } from './profile'
import { redis } from './redis'
import { sizes } from './sizes'

/** Everything that can be measured; another kind of server is another file beside these. */
export const PROGRAMS: readonly Program[] = [
  inProcess,
  redis,
  postgres,
  mongo,
  http,
  growth,
  processes,
  sizes,
  profile,
]
