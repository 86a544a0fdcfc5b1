import type { Measurement } from '@reprise/core/measurement.ts'
import type { PlayIndexCounts } from './play-index.ts'

/** What the play index of a process measures, for Prometheus. */
export const playIndexMeasurementsOf = (counts: PlayIndexCounts): readonly Measurement[] => [
  measurementOf(
    'reprise_play_index_decided_total',
    'Plays that were decided to be new or duplicates',
    counts.decided,
  ),
  measurementOf('reprise_play_index_duplicates_total', 'Plays that were recorded before', counts.duplicates),
  measurementOf('reprise_play_index_looked_up_total', 'Plays that memory could not decide', counts.lookedUp),
  measurementOf('reprise_play_index_memory_bytes', 'What the memory of plays takes', counts.memoryBytes),
]

const measurementOf = (name: string, help: string, value: number): Measurement => ({
  name,
  help,
  labels: {},
  value,
})
