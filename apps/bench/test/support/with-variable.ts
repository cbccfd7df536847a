/** Opens something while a variable of the environment is set. */
export async function withVariable<Opened>(
  name: string,
  value: string | undefined,
  open: () => Promise<Opened>,
): Promise<Opened> {
  const before = process.env[name]
  process.env[name] = value
  try {
    return await open()
  } finally {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  }
}
