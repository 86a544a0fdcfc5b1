/**
 * Each takes a batch of rows as JSON and writes those that differ. The comparison comes before the insert, since a
 * conflict locks its row, and a lock is written to the log, even where nothing is to be changed.
 */
export const statements = {
  artists: `
    INSERT INTO artist (id, name, country)
    SELECT given.id, given.name, given.country
    FROM json_to_recordset($1::json) AS given (id text, name text, country text)
    LEFT JOIN artist AS known USING (id)
    WHERE known.id IS NULL
      OR (known.name, known.country) IS DISTINCT FROM (given.name, coalesce(given.country, known.country))
    ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, country = coalesce(excluded.country, artist.country)`,

  albums: `
    INSERT INTO album (id, name, artist_id)
    SELECT given.id, given.name, given."artistId"
    FROM json_to_recordset($1::json) AS given (id text, name text, "artistId" text)
    LEFT JOIN album AS known USING (id)
    WHERE known.id IS NULL
      OR (known.name, known.artist_id) IS DISTINCT FROM (given.name, coalesce(given."artistId", known.artist_id))
    ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, artist_id = coalesce(excluded.artist_id, album.artist_id)`,

  tracks: `
    INSERT INTO track (id, title, album_id, duration_ms, released, release_precision, genres)
    SELECT given.id, given.title,
      coalesce(given."albumId", known.album_id),
      coalesce(given."durationMs", known.duration_ms),
      coalesce(given.released, known.released),
      CASE WHEN given.released IS NULL THEN known.release_precision ELSE given."releasePrecision" END,
      coalesce(given.genres, known.genres, '{}')
    FROM json_to_recordset($1::json) AS given (
      id text, title text, "albumId" text, "durationMs" integer, released date, "releasePrecision" text, genres text[]
    )
    LEFT JOIN track AS known USING (id)
    WHERE known.id IS NULL
      OR known.title <> given.title
      OR known.album_id IS DISTINCT FROM coalesce(given."albumId", known.album_id)
      OR known.duration_ms IS DISTINCT FROM coalesce(given."durationMs", known.duration_ms)
      OR known.genres IS DISTINCT FROM coalesce(given.genres, known.genres)
      OR (given.released IS NOT NULL
        AND (known.released, known.release_precision) IS DISTINCT FROM (given.released, given."releasePrecision"))
    ON CONFLICT (id) DO UPDATE
    SET title = excluded.title, album_id = excluded.album_id, duration_ms = excluded.duration_ms,
      released = excluded.released, release_precision = excluded.release_precision, genres = excluded.genres`,

  /** A track that the source names no artist of keeps those that it has. */
  surplusCredits: `
    DELETE FROM track_artist AS known
    USING json_to_recordset($1::json) AS given (id text, "artistIds" text[])
    WHERE known.track_id = given.id AND cardinality(given."artistIds") BETWEEN 1 AND known.position`,

  credits: `
    INSERT INTO track_artist (track_id, position, artist_id)
    SELECT given.id, credit.place - 1, credit.artist_id
    FROM json_to_recordset($1::json) AS given (id text, "artistIds" text[])
    CROSS JOIN unnest(given."artistIds") WITH ORDINALITY AS credit (artist_id, place)
    WHERE credit.artist_id IS DISTINCT FROM (
      SELECT known.artist_id FROM track_artist AS known
      WHERE known.track_id = given.id AND known.position = credit.place - 1
    )
    ON CONFLICT (track_id, position) DO UPDATE SET artist_id = excluded.artist_id`,
} as const
