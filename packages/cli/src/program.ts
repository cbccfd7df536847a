/** How the command is called, where nothing else is known. */
export const PROGRAM = 'npx @idem/cli'
