// The collector, as who sends to it sees it: one request of OTLP over HTTP, in JSON.

const PATIENCE_MS = 10_000
const MOST_SAID = 200 // characters of an answer that are told

/** `taken`, but for `rejected` of them; `later`: it may take it another time; `refused`: never. */
export type Outcome =
  | { readonly is: 'taken'; readonly rejected: number; readonly why: string }
  | { readonly is: 'later' | 'refused'; readonly why: string }

const RETRYABLE = [408, 429, 502, 503, 504] // OTLP, "Failures"

export type Collector = {
  /** Without a slash at its end. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Sends one request. Never rejects. */
export const send = async ({ url, headers }: Collector, path: string, body: object): Promise<Outcome> => {
  try {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const text = await answer.text()
    if (answer.ok) return partial(text)
    return { is: RETRYABLE.includes(answer.status) ? 'later' : 'refused', why: `${answer.status} ${text.slice(0, MOST_SAID)}`.trim() }
  } catch (error) {
    const { message, cause } = error as Error
    return { is: 'later', why: cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message }
  }
}

/** What of a request it has not taken, though it has taken the request. */
const partial = (text: string): Outcome => {
  const { partialSuccess } = said(text)
  const { rejectedSpans, rejectedDataPoints, errorMessage } = partialSuccess ?? {}
  return { is: 'taken', rejected: Number(rejectedSpans ?? rejectedDataPoints ?? 0), why: errorMessage ?? '' }
}

type Said = { readonly partialSuccess?: { rejectedSpans?: string; rejectedDataPoints?: string; errorMessage?: string } }

const said = (text: string): Said => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {} // protocol buffers, or nothing
  }
}
