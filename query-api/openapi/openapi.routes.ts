import { Router } from 'express'
import type { AnyQuery } from '../query.ts'
import { openApiOf } from './openapi.ts'

/** GET /openapi.json: the reference for programs. GET /docs: the same for people. */
export const openApiRouter = (queries: readonly AnyQuery[]): Router => {
  const document = openApiOf(queries)
  const page = pageOf(queries)
  return Router()
    .get('/openapi.json', (_request, response) => {
      response.set('Cache-Control', 'no-cache').json(document)
    })
    .get('/docs', (_request, response) => {
      response.set('Cache-Control', 'no-cache').type('html').send(page)
    })
}

const pageOf = (queries: readonly AnyQuery[]): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Reprise query API</title>
<style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}code{background:#eee;padding:.1em .3em}</style>
<h1>Reprise query API</h1>
<p>Read-only. The full reference is <a href="/openapi.json">/openapi.json</a>. Every answer carries <code>ETag</code> and
<code>Reprise-Position</code>; send <code>Reprise-Min-Position</code> to read your own writes.</p>
${queries.map(sectionOf).join('\n')}</html>`

const sectionOf = ({ path, summary, description = '', isPersonal, options }: AnyQuery): string =>
  `<h2><code>GET ${escaped(path)}</code></h2><p>${escaped(summary)}. ${escaped(description)}</p>
<p>${isPersonal ? 'Needs a token. ' : ''}Parameters: ${
    Object.keys(options.shape)
      .map((name) => `<code>${name}</code>`)
      .join(', ') || 'none'
  }.</p>`

const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
