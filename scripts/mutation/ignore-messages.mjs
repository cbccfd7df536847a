/** What an error says is for people. That it says what helps is tested where it matters; not each of its words is. */
function shouldIgnore(path) {
  if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined
  const thrown = path.findParent((parent) => parent.isNewExpression())
  return /Error$/.test(thrown?.node.callee.name) ? 'the message of an error' : undefined
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'messages', value: { shouldIgnore } }]
