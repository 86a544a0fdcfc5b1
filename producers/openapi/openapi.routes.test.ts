import { describe, expect, test } from '@jest/globals'
import type { Router } from 'express'
import { libraryRoutes } from '../library/library.routes.ts'
import { playlistRoutes } from '../playlists/playlist.routes.ts'
import { playRoutes } from '../plays/play.routes.ts'
import { commandLinesRoutes } from '../commands/command-lines.routes.ts'
import { commandRoutes } from './command-reference.ts'
import { openApiOf } from './openapi.routes.ts'

const routesOf = (router: Router): readonly string[] =>
  router.stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : (route.stack as readonly { method: string }[]).map(
          ({ method }) => `${method} ${route.path.replace(/:(\w+)/g, '{$1}')}`,
        ),
  )

describe('the reference of the command API', () => {
  test('names exactly the routes that there are', () => {
    const handlers = [playlistRoutes, libraryRoutes, playRoutes].flatMap((routes) => routes({} as never))
    const lines = routesOf(commandLinesRoutes({ handlers, logger: {} as never }))
    const single = handlers.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(commandRoutes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      [...lines, ...single].sort(),
    )
  })

  test('promises of plays what they do: acknowledged, not read back, and the same one counts once without a key', () => {
    const { paths } = openApiOf(commandRoutes)
    const [plays, likes] = [paths['/v1/plays']?.['post'], paths['/v1/me/likes/{trackId}']?.['put']]
    expect(JSON.stringify(likes)).toContain('read back from the log')
    expect(JSON.stringify(likes)).toContain('first accepted answer')
    expect(JSON.stringify(plays)).not.toContain('read back from the log')
    expect(JSON.stringify(plays)).not.toContain('first accepted answer')
  })

  test('every body has a schema made from the one that validates', () => {
    const { paths } = openApiOf(commandRoutes)
    const edits = JSON.stringify(paths['/v1/playlists/{playlistId}/edits'])
    for (const member of ['moveRange', 'removeAt', 'alreadyGone']) expect(edits).toContain(member)
    expect(JSON.stringify(paths['/v1/plays'])).toContain('msPlayed')
    const like = paths['/v1/me/likes/{trackId}']?.['put']
    expect(like).toMatchObject({ parameters: [{ name: 'trackId' }, {}], requestBody: { required: false } })
    expect(JSON.stringify(like)).toContain('lamport')
  })
})
