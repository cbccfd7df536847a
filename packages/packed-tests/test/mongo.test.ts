import { inject } from 'vitest'
import { describeAdapter } from './describe-adapter'

const mongoUrl = inject('mongoUrl')

describeAdapter({
  folder: 'mongo',
  driver: 'mongodb',
  majors: ['6', '7'],
  environment: mongoUrl === undefined ? {} : { MONGODB_URL: mongoUrl },
  servers: { MongoDB: mongoUrl !== undefined },
})
