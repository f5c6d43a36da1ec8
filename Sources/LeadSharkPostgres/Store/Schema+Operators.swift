#if Postgres
extension Schema {
    /// Deletes what is done and old. An entry of `finished` is looked at once: if its event is kept after all, another
    /// entry comes when it is completed again.
    static let pruneFunction = """
        CREATE FUNCTION @schema@.delete_event(p_event bigint) RETURNS boolean LANGUAGE plpgsql
          \(settings)
        AS $body$
        BEGIN
          UPDATE @schema@.identity i SET event = NULL
          FROM @schema@.event e WHERE e.id = p_event AND i.identity = e.identity AND i.event = p_event;
          DELETE FROM @schema@.delivery WHERE event = p_event;
          DELETE FROM @schema@.variant WHERE event = p_event;
          DELETE FROM @schema@.event WHERE id = p_event;
          RETURN FOUND;
        END
        $body$;

        CREATE FUNCTION @schema@.prune(p_completed bigint, p_identities bigint, p_limit bigint)
          RETURNS TABLE (o_events bigint, o_identities bigint, o_is_more boolean) LANGUAGE plpgsql
          \(settings)
        AS $body$
        DECLARE
          v_now bigint := @schema@.now();
          v_event bigint[];
          v_one bigint;
        BEGIN
          o_events := 0;
          o_identities := 0;
          o_is_more := false;
          IF p_completed IS NOT NULL THEN
            WITH old AS (
              DELETE FROM @schema@.finished f WHERE (f.finished_at, f.event) IN (
                SELECT g.finished_at, g.event FROM @schema@.finished g WHERE g.finished_at <= v_now - p_completed
                ORDER BY g.finished_at, g.event LIMIT p_limit FOR UPDATE SKIP LOCKED)
              RETURNING f.event
            )
            SELECT coalesce(array_agg(o.event ORDER BY o.event), '{}') INTO v_event FROM old o;
            o_is_more := cardinality(v_event) >= p_limit;
            FOREACH v_one IN ARRAY v_event LOOP
              -- Nobody sends it round again between the look and the deletion.
              PERFORM 1 FROM @schema@.delivery d WHERE d.event = v_one ORDER BY d.id FOR UPDATE;
              IF NOT EXISTS (
                SELECT 1 FROM @schema@.delivery d
                WHERE d.event = v_one AND (d.state <> 'completed' OR d.settled_at > v_now - p_completed)
              ) AND @schema@.delete_event(v_one) THEN
                o_events := o_events + 1;
              END IF;
            END LOOP;
          END IF;
          IF p_identities IS NOT NULL THEN
            DELETE FROM @schema@.identity i WHERE i.identity IN (
              SELECT o.identity FROM @schema@.identity o
              WHERE o.event IS NULL AND o.first_seen_at <= v_now - p_identities
              ORDER BY o.first_seen_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
            GET DIAGNOSTICS o_identities = ROW_COUNT;
            o_is_more := o_is_more OR o_identities >= p_limit;
          END IF;
          RETURN NEXT;
        END
        $body$;
        """

    static let operatorFunctions = """
        CREATE FUNCTION @schema@.delete_events(p_event bigint[]) RETURNS TABLE (o_event bigint) LANGUAGE plpgsql
          \(settings)
        AS $body$
        DECLARE
          v_handler text[];
          v_lane bytea[];
          v_one bigint;
        BEGIN
          SELECT array_agg(d.handler), array_agg(d.lane) INTO v_handler, v_lane FROM @schema@.delivery d
          WHERE d.event = ANY (p_event) AND d.lane IS NOT NULL AND NOT d.left_lane;
          IF v_lane IS NOT NULL THEN
            PERFORM @schema@.lock_lanes(v_handler, v_lane);
          END IF;
          PERFORM 1 FROM @schema@.delivery d WHERE d.event = ANY (p_event) ORDER BY d.id FOR UPDATE;
          FOREACH v_one IN ARRAY p_event LOOP
            IF @schema@.delete_event(v_one) THEN
              o_event := v_one;
              RETURN NEXT;
            END IF;
          END LOOP;
          IF v_lane IS NOT NULL AND @schema@.promote(v_handler, v_lane) IS NOT NULL THEN
            PERFORM pg_notify('@schema@_ready', '');
          END IF;
        END
        $body$;

        CREATE FUNCTION @schema@.redeliver(p_delivery bigint[], p_state text[]) RETURNS TABLE (o_delivery bigint) LANGUAGE plpgsql
          \(settings)
        AS $body$
        DECLARE
          v_handler text[];
          v_lane bytea[];
          v_one bigint;
        BEGIN
          SELECT array_agg(d.handler), array_agg(d.lane) INTO v_handler, v_lane FROM @schema@.delivery d
          WHERE d.id = ANY (p_delivery) AND d.lane IS NOT NULL;
          IF v_lane IS NOT NULL THEN
            PERFORM @schema@.lock_lanes(v_handler, v_lane);
          END IF;
          FOR v_one IN SELECT d.id FROM @schema@.delivery d WHERE d.id = ANY (p_delivery) ORDER BY d.id FOR UPDATE LOOP
            UPDATE @schema@.delivery d SET
              state = CASE WHEN d.lane IS NOT NULL AND EXISTS (
                  SELECT 1 FROM @schema@.delivery h
                  WHERE h.handler = d.handler AND h.lane = d.lane AND NOT h.left_lane
                    AND h.state IN ('ready', 'leased', 'waiting') AND h.id <> d.id
                ) THEN 'queued' ELSE 'ready' END,
              left_lane = false, attempt = 0, crashes = 0, reason = NULL, settled_at = NULL, due_at = NULL,
              blocking_since = NULL
            WHERE d.id = v_one AND d.state = ANY (p_state) AND d.state IN ('completed', 'deadLettered', 'waiting');
            IF FOUND THEN
              o_delivery := v_one;
              RETURN NEXT;
            END IF;
          END LOOP;
          PERFORM pg_notify('@schema@_ready', '');
        END
        $body$;

        CREATE FUNCTION @schema@.dissolve_lanes(p_handler text, p_limit bigint) RETURNS bigint LANGUAGE plpgsql
          \(settings)
        AS $body$
        DECLARE
          v_count bigint;
        BEGIN
          UPDATE @schema@.delivery d SET state = 'ready', lane = NULL WHERE d.id IN (
            SELECT q.id FROM @schema@.delivery q WHERE q.handler = p_handler AND q.state = 'queued'
            ORDER BY q.lane, q.id + 0 LIMIT p_limit FOR UPDATE SKIP LOCKED);
          GET DIAGNOSTICS v_count = ROW_COUNT;
          RETURN v_count;
        END
        $body$;

        CREATE FUNCTION @schema@.check_health() RETURNS void LANGUAGE plpgsql \(settings)
        AS $body$
        BEGIN
          IF current_setting('synchronous_commit') IN ('off', 'local') THEN
            PERFORM set_config('synchronous_commit', 'on', true);
          END IF;
          INSERT INTO @schema@.health (id, checked_at) VALUES (1, @schema@.now())
            ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at;
        END
        $body$;
        """
}
#endif
