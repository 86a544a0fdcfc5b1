import { withRole } from '@reprise/core/caller.ts'
import type { DirectRoute } from '@reprise/core/direct-route.ts'
import type { ProjectionStatus } from './engine/projection-status.ts'

/** `GET /v1/projections`: how every projection of this process is. For operators. */
export const projectionsRoutes = (
  look: () => Promise<readonly ProjectionStatus[]>,
): readonly DirectRoute[] => [
  {
    method: 'get',
    path: '/v1/projections',
    handle: async ({ caller }) => {
      withRole('operator', caller)
      return { status: 200, headers: { 'Cache-Control': 'no-store' }, body: { projections: await look() } }
    },
  },
]
