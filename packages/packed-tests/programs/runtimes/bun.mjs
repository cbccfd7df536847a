import { answer } from './shop.mjs'

const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer })
console.log(port)
