import { answer } from './shop.mjs'

export default { fetch: answer }
