import { Marked } from '../../node_modules/marked/lib/marked.esm.js'

const shown = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])
const isSafe = (href) => !/^\s*(?:javascript|vbscript|data):/i.test(href)

const marked = (options) => {
  const one = new Marked({ gfm: true, breaks: options?.breaks ?? false })
  one.use({
    // A link cannot run code, whatever the options say.
    walkTokens: (token) => {
      if ((token.type === 'link' || token.type === 'image') && !isSafe(token.href)) token.href = ''
    },
    renderer: options?.html ? {} : { html: ({ text }) => shown(text) },
  })
  return one
}

export const toHtml = (source, options) => marked(options).parse(source)

export const headings = (source) =>
  marked()
    .lexer(source)
    .filter((token) => token.type === 'heading')
    .map(({ depth, text }) => ({ level: depth, text }))
