/** An element: attributes and properties as they are, listeners as `onclick`, children as nodes or text. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== false))
  return element
}

/** The same in a picture. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

export const byId = (id) => document.getElementById(id)

/** A text that people read, and that a screen reader reads out where the element is live. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Also where the page was not loaded through a secure connection, where browsers have no `randomUUID`. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The colour of a process, by its number; there are as many as anybody can tell apart. */
export const hueOf = (process) => `var(--process-${process === 0 ? 0 : ((process - 1) % 6) + 1})`
