#if Postgres
extension Schema {
    /// The deliveries of a handler that are ready, oldest first, from ``ReadyFloor`` on. Those that another transaction has
    /// are skipped.
    static let readyQuery = """
        SELECT d.id, d.crashes FROM @schema@.delivery d
        WHERE d.handler = p_handler AND d.state = 'ready' AND d.id + 0 >= p_floor
          AND (p_rule <> 'skipped' OR d.crashes = 0)
        ORDER BY d.id + 0 LIMIT p_limit FOR UPDATE SKIP LOCKED
        """

    /// Leases. A call that is made again, because its answer got lost, gives what it leased then.
    static let leaseFunction = """
        CREATE FUNCTION @schema@.lease(
          p_handler text, p_floor bigint, p_limit bigint, p_duration bigint, p_rule text, p_key bytea, p_is_retry boolean
        ) RETURNS TABLE (
          o_delivery bigint, o_fence bigint, o_attempt bigint, o_crashes bigint, o_block bigint, o_event bigint,
          o_webhook text, o_identity bytea, o_type bytea, o_received_at bigint, o_secret text, o_header bytea, o_payload bytea
        ) LANGUAGE plpgsql \(settings)
        AS $body$
        DECLARE
          v_now bigint := @schema@.now();
          v_picked bigint[];
        BEGIN
          IF current_setting('synchronous_commit') IN ('off', 'local') THEN
            PERFORM set_config('synchronous_commit', 'on', true);
          END IF;
          IF p_is_retry THEN
            v_picked := ARRAY(SELECT d.id FROM @schema@.delivery d WHERE d.state = 'leased' AND d.lease_key = p_key);
          END IF;
          IF v_picked IS NULL OR cardinality(v_picked) = 0 THEN
            WITH ready AS MATERIALIZED (
              \(readyQuery)
            ), due AS MATERIALIZED (
              SELECT d.id, d.crashes FROM @schema@.delivery d
              WHERE d.handler = p_handler AND d.state = 'waiting' AND d.due_at <= v_now
                AND (p_rule <> 'skipped' OR d.crashes = 0)
              ORDER BY d.due_at LIMIT p_limit FOR UPDATE SKIP LOCKED
            ), candidate AS (
              SELECT c.id, row_number() OVER (ORDER BY c.id) AS place,
                count(*) FILTER (WHERE c.crashes > 0) OVER (ORDER BY c.id) AS suspects
              FROM (SELECT * FROM ready UNION ALL SELECT * FROM due) c
            )
            SELECT array_agg(c.id) INTO v_picked FROM candidate c
            WHERE c.place <= p_limit AND (p_rule = 'skipped' OR c.suspects = 0 OR (p_rule = 'alone' AND c.place = 1));
            UPDATE @schema@.delivery d SET state = 'leased', attempt = d.attempt + 1, fence = d.fence + 1,
              lease_until = v_now + p_duration, lease_key = p_key, due_at = NULL,
              blocking_since =
                CASE WHEN d.lane IS NOT NULL AND NOT d.left_lane THEN coalesce(d.blocking_since, v_now) END
            WHERE d.id = ANY (v_picked);
          END IF;
          RETURN QUERY
            SELECT d.id, d.fence, d.attempt, d.crashes, v_now - d.blocking_since, e.id, e.webhook, e.identity, e.type,
              e.received_at, e.secret, e.contradicting_header, e.payload
            FROM @schema@.delivery d JOIN @schema@.event e ON e.id = d.event
            WHERE d.id = ANY (v_picked) ORDER BY d.id;
        END
        $body$;

        -- Hands back what was leased by calls whose answer never came, as if it had not been leased: each call's key, if there
        -- was something, and the lowest number of it.
        CREATE FUNCTION @schema@.hand_back(p_key bytea[]) RETURNS TABLE (o_key bytea, o_lowest bigint) LANGUAGE sql VOLATILE
          \(settings)
        AS $body$
          WITH back AS (
            UPDATE @schema@.delivery d SET state = 'ready', lease_until = NULL, lease_key = NULL, attempt = d.attempt - 1,
              blocking_since = CASE WHEN d.attempt > 1 THEN d.blocking_since END
            FROM unnest(p_key) k (key)
            WHERE d.state = 'leased' AND d.lease_key = k.key RETURNING k.key, d.id
          )
          SELECT b.key, min(b.id) FROM back b GROUP BY b.key
        $body$;

        -- The lowest number of what is ready; of what will come, when nothing is.
        CREATE FUNCTION @schema@.lowest_ready(p_handler text) RETURNS bigint LANGUAGE sql VOLATILE
          \(settings)
        AS $body$
          SELECT coalesce(
            (SELECT d.id FROM @schema@.delivery d WHERE d.handler = p_handler AND d.state = 'ready'
              ORDER BY d.id + 0 LIMIT 1),
            (SELECT max(d.id) + 1 FROM @schema@.delivery d),
            0)
        $body$;

        -- The lowest number of what is ready, from the floor on, and how long until there is something.
        CREATE FUNCTION @schema@.time_until_next(p_handler text, p_floor bigint)
          RETURNS TABLE (o_lowest bigint, o_time bigint) LANGUAGE sql VOLATILE
          \(settings)
        AS $body$
          SELECT r.lowest, CASE WHEN r.lowest IS NOT NULL THEN 0 ELSE (
            SELECT greatest(d.due_at - @schema@.now(), 0) FROM @schema@.delivery d
            WHERE d.handler = p_handler AND d.state = 'waiting' ORDER BY d.due_at LIMIT 1) END
          FROM (SELECT (
            SELECT d.id FROM @schema@.delivery d
            WHERE d.handler = p_handler AND d.state = 'ready' AND d.id + 0 >= p_floor ORDER BY d.id + 0 LIMIT 1)) r (lowest)
        $body$;
        """

    /// Settling, renewing and reclaiming. The first two give the places of the tokens whose lease was lost; settling the lowest
    /// number of what it made ready besides, in a row of its own.
    ///
    /// They find the deliveries by number. What is leased is told by its `lease_until`, and not by its state, since that would
    /// have them read the index of all that is leased, with every lease in it that no vacuum has taken away.
    ///
    /// A completed delivery leaves an entry in `finished`, the last one of an event too, whoever else settles at the same
    /// time: by that entry it is deleted when its time is over.
    static let settleFunctions = """
        CREATE FUNCTION @schema@.settle(
          p_delivery bigint[], p_fence bigint[], p_verdict text[], p_after bigint[], p_reason text[], p_leaves boolean[],
          p_is_retry boolean
        ) RETURNS TABLE (o_lost bigint, o_lowest bigint) LANGUAGE plpgsql \(settings)
        AS $body$
        DECLARE
          v_now bigint := @schema@.now();
          v_handler text[];
          v_lane bytea[];
          v_done bigint[];
          v_lowest bigint;
        BEGIN
          IF current_setting('synchronous_commit') IN ('off', 'local') THEN
            PERFORM set_config('synchronous_commit', 'on', true);
          END IF;
          SELECT array_agg(d.handler), array_agg(d.lane) INTO v_handler, v_lane FROM @schema@.delivery d
          WHERE d.id = ANY (p_delivery) AND d.lane IS NOT NULL AND NOT d.left_lane;
          IF v_lane IS NOT NULL THEN
            PERFORM @schema@.lock_lanes(v_handler, v_lane);
          END IF;
          PERFORM 1 FROM @schema@.delivery d WHERE d.id = ANY (p_delivery) ORDER BY d.id FOR NO KEY UPDATE;

          WITH given AS (
            SELECT * FROM unnest(p_delivery, p_fence, p_verdict, p_after, p_reason, p_leaves)
              WITH ORDINALITY AS g (delivery, fence, verdict, after, reason, leaves, place)
          ), done AS (
            UPDATE @schema@.delivery d SET
              state = CASE g.verdict WHEN 'completed' THEN 'completed' WHEN 'retry' THEN 'waiting'
                WHEN 'deadLetter' THEN 'deadLettered' ELSE 'ready' END,
              attempt = CASE g.verdict WHEN 'release' THEN d.attempt - 1 ELSE d.attempt END,
              lease_until = NULL, lease_key = NULL,
              due_at = CASE g.verdict WHEN 'retry' THEN v_now + g.after END,
              settled_at = CASE WHEN g.verdict IN ('completed', 'deadLetter') THEN v_now END,
              reason = CASE g.verdict WHEN 'completed' THEN NULL WHEN 'release' THEN d.reason ELSE g.reason END,
              left_lane = d.left_lane OR (g.leaves AND d.lane IS NOT NULL),
              blocking_since = CASE
                WHEN g.verdict IN ('completed', 'deadLetter') OR g.leaves THEN NULL
                WHEN g.verdict = 'release' AND d.attempt = 1 THEN NULL
                ELSE d.blocking_since END
            FROM given g WHERE d.id = g.delivery AND d.fence = g.fence AND d.lease_until IS NOT NULL
            RETURNING g.place, g.verdict, d.event, d.id
          ), finished AS (
            INSERT INTO @schema@.finished (finished_at, event)
            SELECT DISTINCT v_now, f.event FROM done f WHERE f.verdict = 'completed' ON CONFLICT DO NOTHING
          )
          SELECT coalesce(array_agg(f.place), '{}'), min(f.id) FILTER (WHERE f.verdict = 'release')
          INTO v_done, v_lowest FROM done f;

          IF v_lane IS NOT NULL THEN
            v_lowest := least(v_lowest, @schema@.promote(v_handler, v_lane));
          END IF;

          RETURN QUERY SELECT NULL::bigint, v_lowest WHERE v_lowest IS NOT NULL;
          RETURN QUERY
            SELECT g.place, NULL::bigint
            FROM unnest(p_delivery, p_fence, p_verdict) WITH ORDINALITY AS g (delivery, fence, verdict, place)
            WHERE NOT g.place = ANY (v_done) AND NOT (p_is_retry AND EXISTS (
              SELECT 1 FROM @schema@.delivery d WHERE d.id = g.delivery AND d.fence = g.fence
                AND d.state = CASE g.verdict WHEN 'completed' THEN 'completed' WHEN 'retry' THEN 'waiting'
                  WHEN 'deadLetter' THEN 'deadLettered' ELSE 'ready' END));
        END
        $body$;

        CREATE FUNCTION @schema@.renew(p_delivery bigint[], p_fence bigint[], p_duration bigint)
          RETURNS TABLE (o_lost bigint) LANGUAGE plpgsql \(settings)
        AS $body$
        DECLARE
          v_until bigint := @schema@.now() + p_duration;
          v_done bigint[];
        BEGIN
          -- One that is lost with the server's memory costs an attempt at most.
          PERFORM set_config('synchronous_commit', 'off', true);
          PERFORM 1 FROM @schema@.delivery d WHERE d.id = ANY (p_delivery) ORDER BY d.id FOR NO KEY UPDATE;
          WITH done AS (
            UPDATE @schema@.delivery d SET lease_until = v_until
            FROM unnest(p_delivery, p_fence) WITH ORDINALITY AS g (delivery, fence, place)
            WHERE d.id = g.delivery AND d.fence = g.fence AND d.lease_until IS NOT NULL RETURNING g.place
          )
          SELECT coalesce(array_agg(f.place), '{}') INTO v_done FROM done f;
          RETURN QUERY SELECT g.place FROM unnest(p_delivery) WITH ORDINALITY AS g (delivery, place)
            WHERE NOT g.place = ANY (v_done);
        END
        $body$;

        CREATE FUNCTION @schema@.reclaim(p_limit bigint) RETURNS TABLE (o_count bigint, o_lowest bigint) LANGUAGE plpgsql
          \(settings)
        AS $body$
        DECLARE
          v_now bigint := @schema@.now();
        BEGIN
          RETURN QUERY
            WITH expired AS (
              UPDATE @schema@.delivery d SET state = 'ready', lease_until = NULL, lease_key = NULL, crashes = d.crashes + 1
              WHERE d.id IN (
                SELECT l.id FROM @schema@.delivery l WHERE l.state = 'leased' AND l.lease_until <= v_now
                ORDER BY l.lease_until LIMIT p_limit FOR UPDATE SKIP LOCKED)
              RETURNING d.id
            )
            SELECT count(*), min(e.id) FROM expired e;
        END
        $body$;
        """
}
#endif
