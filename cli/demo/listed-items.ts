import type { ApiAnswer, ApiClient, ApiRequest } from './api-client.ts'
import { UnexpectedAnswer } from './replay-edits.ts'

/** A page of a list as every query answers it. */
export type ListPage<T> = { readonly items: readonly T[]; readonly next: string | undefined }

/** Reads a page of a list from the query API. @throws {UnexpectedAnswer} when the answer is anything else */
export const listedItems = async <T>(
  client: ApiClient,
  asked: Omit<ApiRequest, 'api' | 'method'>,
): Promise<ListPage<T>> => {
  const answer = await client.request({ api: 'query', method: 'GET', ...asked })
  const page = answer.json as { readonly items?: readonly T[]; readonly next?: string | null } | undefined
  if (answer.status !== 200 || page?.items === undefined) throw unexpected(asked.path, answer)
  return { items: page.items, next: page.next ?? undefined }
}

const unexpected = (path: string, { status, json }: ApiAnswer): UnexpectedAnswer =>
  new UnexpectedAnswer(
    `GET ${path.slice(0, 100)}: a list was expected, got ${status} ${JSON.stringify(json)}`,
  )
