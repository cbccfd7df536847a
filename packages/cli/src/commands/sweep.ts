import type { Command } from '../command'

export const sweep: Command = {
  usage: 'sweep',
  summary: 'PostgreSQL: remove what is past its keeping',
  about:
    'Removes rows that nobody is shown any more, in statements of at most 1000, none of which waits for anybody. Records that\n' +
    'are kept stay. Redis and MongoDB do so by themselves. Ctrl+C ends it after the statement that runs.',
  options: { json: { help: 'say what was done in JSON' } },
  examples: [['sweep', 'from time to time, where the application does not']],
  plan(typed) {
    typed.noMoreThan(0)
    const json = typed.flag('json')
    return async ({ sweep, terminal, title, signal }) => {
      if (sweep === undefined) {
        const none = `${title} needs no sweep: the server removes what is past its keeping`
        return terminal.print(json ? JSON.stringify({ removed: 0, needed: false }) : none)
      }
      const removed = await sweep(signal)
      const told = `removed ${removed} ${removed === 1 ? 'row' : 'rows'} that ${removed === 1 ? 'was' : 'were'} past keeping`
      await terminal.print(json ? JSON.stringify({ removed, needed: true }) : told)
    }
  },
}
