#if Postgres
extension Schema {
    /// Times are microseconds since 1970, by the database's clock. What the vendor wrote is kept as bytes, since text cannot
    /// hold a NUL.
    ///
    /// - An identity without an event is that of one that is no longer kept.
    /// - `batch` and `place` name the call that stored an event, so that a call whose answer got lost can be made again.
    /// - `lane` in `delivery` is set for handlers that ask for lanes; `left_lane` once it has failed for too long. Those in
    ///   their lane of which one is ready, leased or waiting are its head: one at most, as an index sees to.
    /// - The order of `id + 0` is that of `id`, but the primary key's index is of no use to it. So no statistics of the
    ///   planner ever lead a lease through everything that is done.
    static let tables = """
        CREATE TABLE @schema@.version (
          program text PRIMARY KEY CHECK (program = 'leadshark'),
          version integer NOT NULL
        );
        INSERT INTO @schema@.version VALUES ('leadshark', 0);

        CREATE TABLE @schema@.clock (
          id integer PRIMARY KEY CHECK (id = 1),
          ahead bigint NOT NULL
        );
        INSERT INTO @schema@.clock VALUES (1, 0);

        CREATE TABLE @schema@.health (
          id integer PRIMARY KEY CHECK (id = 1),
          checked_at bigint NOT NULL
        );

        CREATE TABLE @schema@.identity (
          identity bytea PRIMARY KEY CHECK (octet_length(identity) = 32),
          event bigint,
          first_seen_at bigint NOT NULL
        );
        CREATE INDEX identity_forgotten ON @schema@.identity (first_seen_at) WHERE event IS NULL;

        CREATE TABLE @schema@.event (
          id bigint PRIMARY KEY,
          webhook text NOT NULL,
          identity bytea NOT NULL CHECK (octet_length(identity) = 32),
          type bytea,
          lane bytea NOT NULL CHECK (octet_length(lane) = 32),
          received_at bigint NOT NULL,
          secret text NOT NULL CHECK (secret IN ('current', 'previous')),
          contradicting_header bytea,
          is_test boolean NOT NULL,
          duplicate_count bigint NOT NULL DEFAULT 0,
          batch bytea NOT NULL,
          place bigint NOT NULL,
          payload bytea NOT NULL
        );
        CREATE SEQUENCE @schema@.event_number OWNED BY @schema@.event.id;

        CREATE TABLE @schema@.variant (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          event bigint NOT NULL,
          received_at bigint NOT NULL,
          payload bytea NOT NULL
        );
        CREATE INDEX variant_event ON @schema@.variant (event);

        CREATE TABLE @schema@.delivery (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          event bigint NOT NULL,
          handler text NOT NULL,
          state text NOT NULL
            CHECK (state IN ('queued', 'ready', 'leased', 'waiting', 'completed', 'deadLettered')),
          attempt bigint NOT NULL DEFAULT 0 CHECK (attempt >= 0),
          crashes bigint NOT NULL DEFAULT 0 CHECK (crashes >= 0),
          fence bigint NOT NULL DEFAULT 0,
          lane bytea CHECK (octet_length(lane) = 32),
          left_lane boolean NOT NULL DEFAULT false,
          blocking_since bigint,
          lease_until bigint,
          lease_key bytea,
          due_at bigint,
          settled_at bigint,
          reason text CHECK (octet_length(reason) <= 500),
          UNIQUE (event, handler),
          CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
          CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
          CHECK ((state IN ('completed', 'deadLettered')) = (settled_at IS NOT NULL)),
          CHECK (state <> 'queued' OR (lane IS NOT NULL AND NOT left_lane))
        ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
          autovacuum_vacuum_cost_delay = 0);
        CREATE INDEX delivery_ready ON @schema@.delivery (handler, (id + 0)) WHERE state = 'ready';
        CREATE INDEX delivery_waiting ON @schema@.delivery (handler, due_at) WHERE state = 'waiting';
        CREATE INDEX delivery_leased ON @schema@.delivery (lease_until) WHERE state = 'leased';
        CREATE INDEX delivery_queued ON @schema@.delivery (handler, lane, (id + 0)) WHERE state = 'queued';
        CREATE INDEX delivery_dead ON @schema@.delivery (handler) WHERE state = 'deadLettered';
        CREATE UNIQUE INDEX delivery_head ON @schema@.delivery (handler, lane)
          WHERE lane IS NOT NULL AND NOT left_lane AND state IN ('ready', 'leased', 'waiting');

        CREATE TABLE @schema@.finished (
          finished_at bigint NOT NULL,
          event bigint NOT NULL,
          PRIMARY KEY (finished_at, event)
        );
        """

    /// What holds within a function that goes by the tables' indexes, whoever calls it. A session plans a statement once,
    /// perhaps while the tables are empty and to read all of one is cheapest: with that plan each lease would take longer as
    /// they fill, until they are analysed. The planner gives a great price to what it is told not to do, and would have a
    /// statement that costs so much compiled, for longer than it takes.
    static let settings = "SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off"

    static let clockFunctions = """
        CREATE FUNCTION @schema@.now() RETURNS bigint LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
        AS $body$
          SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + (SELECT ahead FROM @schema@.clock)
        $body$;

        CREATE FUNCTION @schema@.advance_clock(p_time bigint) RETURNS void LANGUAGE sql VOLATILE
          SET search_path = pg_catalog, pg_temp
        AS $body$
          UPDATE @schema@.clock SET ahead = ahead + p_time
        $body$;

        -- Whoever puts something into a lane, or takes its head away, holds its lock until the transaction ends, and takes
        -- the locks of several in their order. The number is the lane's own but for a chance that does no harm.
        CREATE FUNCTION @schema@.lock_lanes(p_handler text[], p_lane bytea[]) RETURNS void LANGUAGE plpgsql
          SET search_path = pg_catalog, pg_temp
        AS $body$
        DECLARE
          v_number bigint;
        BEGIN
          FOR v_number IN
            SELECT DISTINCT hashtextextended('@schema@ ' || l.handler || ' ' || encode(l.lane, 'hex'), 0) AS number
            FROM unnest(p_handler, p_lane) AS l (handler, lane) ORDER BY number
          LOOP
            PERFORM pg_advisory_xact_lock(v_number);
          END LOOP;
        END
        $body$;

        -- Makes the oldest that is queued the head, in each of these lanes that has none, and gives the lowest number of
        -- those. The caller holds the lanes' locks.
        CREATE FUNCTION @schema@.promote(p_handler text[], p_lane bytea[]) RETURNS bigint LANGUAGE sql VOLATILE
          \(settings)
        AS $body$
          WITH promoted AS (
            UPDATE @schema@.delivery SET state = 'ready' WHERE id IN (
              SELECT next.id FROM (SELECT DISTINCT handler, lane FROM unnest(p_handler, p_lane) AS g (handler, lane)) l
              CROSS JOIN LATERAL (
                SELECT q.id FROM @schema@.delivery q
                WHERE q.handler = l.handler AND q.lane = l.lane AND q.state = 'queued' ORDER BY q.id + 0 LIMIT 1
              ) next
              LEFT JOIN LATERAL (
                SELECT h.id FROM @schema@.delivery h
                WHERE h.handler = l.handler AND h.lane = l.lane AND NOT h.left_lane
                  AND h.state IN ('ready', 'leased', 'waiting') LIMIT 1
              ) head ON true
              WHERE head.id IS NULL
            ) RETURNING id
          )
          SELECT min(id) FROM promoted
        $body$;
        """
}
#endif
