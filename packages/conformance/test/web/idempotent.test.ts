import { idempotent } from '@idem/core/http'
import { describeWebAdapter } from '../../src/index'
import { idempotentAdapter } from './idempotent-adapter'

describeWebAdapter('idempotent on node:http', idempotentAdapter(idempotent))
