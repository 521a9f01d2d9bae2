import MiniSearch from '../../node_modules/minisearch/dist/es/index.js'

const create = () =>
  new MiniSearch({
    fields: ['title', 'text'],
    storeFields: ['title'],
    searchOptions: { prefix: true, fuzzy: 0.2, boost: { title: 2 } },
  })

let index = create()

export const add = (documents) => {
  for (const document of documents) {
    if (index.has(document.id)) index.replace(document)
    else index.add(document)
  }
  return index.documentCount
}

export const remove = (id) => {
  if (!index.has(id)) return false
  index.discard(id)
  return true
}

export const find = (query, limit) =>
  index
    .search(query)
    .slice(0, limit)
    .map(({ id, title, score, terms }) => ({ id, title, score, terms }))

export const clear = () => {
  index = create()
  for (const document of entries.values()) add([document])
}

/** Entries that are documents, by id. */
const entries = new Map()

const documentOf = ({ id, data }) => {
  const { title, text } = JSON.parse(data) ?? {}
  if (typeof title !== 'string' || typeof text !== 'string') throw 'title and text are texts'
  return { id, title, text }
}

const keep = (entry) => {
  const document = documentOf(entry)
  entries.set(document.id, document)
  add([document])
}

export const kindHandler = {
  prepare: (entry) => void documentOf(entry),
  start: keep,
  update: keep,
  stop: (id) => {
    entries.delete(id)
    remove(id)
  },
}
