#if Postgres
extension Schema {
    /// Stores a batch. Of an event that is new it gives the number, of a duplicate whether its payload differs.
    ///
    /// Two batches that have identities in common wait for each other, in the identities' order; then the second finds what
    /// the first has stored. A batch that is stored already, because its answer got lost, comes out as it did then.
    static let enqueueFunction = """
        CREATE FUNCTION @schema@.enqueue(
          p_batch bytea, p_is_retry boolean, p_webhook text[], p_identity bytea[], p_type bytea[], p_lane bytea[],
          p_secret text[], p_header bytea[], p_is_test boolean[], p_payload bytea[], p_reason text[],
          p_handler text[], p_has_lanes boolean[], p_variant_count bigint, p_variant_size bigint
        ) RETURNS TABLE (o_event bigint, o_differs boolean) LANGUAGE plpgsql \(settings)
        AS $body$
        DECLARE
          v_now bigint := @schema@.now();
          v_count integer := cardinality(p_identity);
          v_number bigint[];
          v_fresh bigint[];
          v_lane_handler text[];
          v_lane bytea[];
          v_was_stored boolean := false;
          v_known bigint;
          v_place bigint;
          v_batch bytea;
        BEGIN
          -- A session of a pooler may be set to anything.
          IF current_setting('synchronous_commit') IN ('off', 'local') THEN
            PERFORM set_config('synchronous_commit', 'on', true);
          END IF;
          v_number := ARRAY(SELECT nextval('@schema@.event_number') FROM generate_series(1, v_count));

          WITH first AS (
            SELECT DISTINCT ON (g.identity) g.identity, g.place
            FROM unnest(p_identity) WITH ORDINALITY AS g (identity, place) ORDER BY g.identity, g.place
          ), added AS (
            INSERT INTO @schema@.identity (identity, event, first_seen_at)
            SELECT f.identity, v_number[f.place], v_now FROM first f ORDER BY f.identity
            ON CONFLICT DO NOTHING RETURNING event
          )
          SELECT coalesce(array_agg(event), '{}') INTO v_fresh FROM added;

          IF cardinality(v_fresh) > 0 THEN
            INSERT INTO @schema@.event (
              id, webhook, identity, type, lane, received_at, secret, contradicting_header, is_test, batch, place, payload)
            SELECT v_number[g.place], g.webhook, g.identity, g.type, g.lane, v_now, g.secret, g.header, g.is_test, p_batch,
              g.place, g.payload
            FROM unnest(p_webhook, p_identity, p_type, p_lane, p_secret, p_header, p_is_test, p_payload)
              WITH ORDINALITY AS g (webhook, identity, type, lane, secret, header, is_test, payload, place)
            WHERE v_number[g.place] = ANY (v_fresh) ORDER BY g.place;

            IF true = ANY (p_has_lanes) THEN
              SELECT array_agg(h.handler), array_agg(g.lane) INTO v_lane_handler, v_lane
              FROM unnest(p_lane, p_is_test, p_reason) WITH ORDINALITY AS g (lane, is_test, reason, place)
              CROSS JOIN unnest(p_handler, p_has_lanes) AS h (handler, has_lanes)
              WHERE h.has_lanes AND NOT g.is_test AND g.reason IS NULL AND v_number[g.place] = ANY (v_fresh);
              PERFORM @schema@.lock_lanes(v_lane_handler, v_lane);
            END IF;

            INSERT INTO @schema@.delivery (event, handler, state, lane, settled_at, reason)
            SELECT v_number[g.place], h.handler,
              CASE
                WHEN g.reason IS NOT NULL THEN 'deadLettered'
                WHEN NOT h.has_lanes THEN 'ready'
                WHEN row_number() OVER (PARTITION BY h.handler, g.lane, g.reason IS NULL ORDER BY g.place) > 1
                  OR head.id IS NOT NULL THEN 'queued'
                ELSE 'ready'
              END,
              CASE WHEN h.has_lanes THEN g.lane END, CASE WHEN g.reason IS NOT NULL THEN v_now END, g.reason
            FROM unnest(p_lane, p_is_test, p_reason) WITH ORDINALITY AS g (lane, is_test, reason, place)
            CROSS JOIN unnest(p_handler, p_has_lanes) WITH ORDINALITY AS h (handler, has_lanes, place)
            LEFT JOIN LATERAL (
              SELECT d.id FROM @schema@.delivery d
              WHERE h.has_lanes AND d.handler = h.handler AND d.lane = g.lane AND NOT d.left_lane
                AND d.state IN ('ready', 'leased', 'waiting') LIMIT 1
            ) head ON true
            WHERE NOT g.is_test AND v_number[g.place] = ANY (v_fresh) ORDER BY g.place, h.place;

            INSERT INTO @schema@.finished (finished_at, event)
            SELECT v_now, v_number[g.place] FROM unnest(p_is_test) WITH ORDINALITY AS g (is_test, place)
            WHERE (g.is_test OR cardinality(p_handler) = 0) AND v_number[g.place] = ANY (v_fresh);
          END IF;

          IF p_is_retry AND cardinality(v_fresh) < v_count THEN
            SELECT e.id INTO v_known FROM @schema@.event e WHERE e.batch = p_batch AND e.identity = ANY (p_identity)
              AND e.id IN (SELECT i.event FROM @schema@.identity i WHERE i.identity = ANY (p_identity))
              AND NOT e.id = ANY (v_fresh) LIMIT 1;
            v_was_stored := FOUND;
            -- What is seen here may still be on its way to a standby. A commit that writes comes after it, and waits.
            UPDATE @schema@.event e SET place = e.place WHERE e.id = v_known;
          END IF;

          FOR i IN 1..v_count LOOP
            IF v_number[i] = ANY (v_fresh) THEN
              o_event := v_number[i];
              o_differs := false;
              RETURN NEXT;
              CONTINUE;
            END IF;
            o_event := NULL;
            o_differs := false;
            SELECT k.event INTO v_known FROM @schema@.identity k WHERE k.identity = p_identity[i];
            IF v_known IS NOT NULL THEN
              IF v_was_stored THEN
                SELECT e.payload <> p_payload[i], e.place, e.batch INTO o_differs, v_place, v_batch
                FROM @schema@.event e WHERE e.id = v_known;
                IF v_batch = p_batch AND v_place = i THEN
                  o_event := v_known;
                  o_differs := false;
                END IF;
              ELSE
                UPDATE @schema@.event e SET duplicate_count = e.duplicate_count + 1 WHERE e.id = v_known
                RETURNING e.payload <> p_payload[i] INTO o_differs;
              END IF;
              o_differs := coalesce(o_differs, false);
              IF o_differs AND NOT v_was_stored AND octet_length(p_payload[i]) <= p_variant_size THEN
                INSERT INTO @schema@.variant (event, received_at, payload)
                SELECT v_known, v_now, p_payload[i]
                WHERE (SELECT count(*) FROM @schema@.variant v WHERE v.event = v_known) < p_variant_count
                  AND NOT EXISTS (
                    SELECT 1 FROM @schema@.variant v WHERE v.event = v_known AND v.payload = p_payload[i]);
              END IF;
            END IF;
            RETURN NEXT;
          END LOOP;
        END
        $body$;
        """
}
#endif
