import { processes as trial } from '../processes/processes'
import { mongoWorkplace, postgresWorkplace, redisWorkplace } from '../processes/workplaces'
import type { Program } from '../program'

const counts = [1, 2, 4, 8]

/** Servers are started by each trial, and end with it: only one of them is to be at work. */
export const processes: Program = {
  name: 'processes',
  title: 'Processes',
  async open() {
    return {
      trials: [
        trial({ name: 'redis', title: 'Redis', open: redisWorkplace, counts }),
        trial({ name: 'postgres', title: 'PostgreSQL', open: postgresWorkplace, counts }),
        trial({ name: 'mongo', title: 'MongoDB', open: mongoWorkplace, counts }),
      ],
      close: async () => {},
    }
  },
}
