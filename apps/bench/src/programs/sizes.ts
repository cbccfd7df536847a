import type { Program } from '../program'
import { mongoSizes, postgresSizes, redisSizes } from '../sizes/sized-store'
import { sizes as trial } from '../sizes/sizes'

const answers = {
  sizes: [100, 1e3, 1e4, 1e5, 1e6],
  /** A hundred, or as many as write 20 MB. */
  calls: (bytes: number) => Math.min(100, Math.ceil(20e6 / bytes)),
}

/** Servers are started by each trial, and end with it: only one of them is to be at work. */
export const sizes: Program = {
  name: 'sizes',
  title: 'Sizes',
  async open() {
    return {
      trials: [
        trial({ name: 'redis', title: 'Redis', open: redisSizes, ...answers }),
        trial({ name: 'postgres', title: 'PostgreSQL', open: postgresSizes, ...answers }),
        trial({ name: 'mongo', title: 'MongoDB', open: mongoSizes, ...answers }),
      ],
      close: async () => {},
    }
  },
}
