import { describe, inject } from 'vitest'
import { describeCommands } from './support/describe-commands'
import { openMongo } from './support/opened'

const url = inject('mongoUrl')

describe.skipIf(url === undefined)('with MongoDB', () => {
  describeCommands('MongoDB', () => openMongo(url as string))
})
