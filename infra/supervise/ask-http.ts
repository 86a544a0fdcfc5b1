/** Throws unless `url` answers 200; gives the body. */
export async function askHttp(url: string, signal: AbortSignal, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, { ...init, signal })
  const body = await response.text()
  if (response.status !== 200) throw new Error(`${url} answers ${response.status} ${body.slice(0, 200)}`)
  return body
}
