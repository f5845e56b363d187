CREATE TABLE service_edges (
    org_id TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    namespace TEXT NOT NULL,
    caller TEXT NOT NULL,
    callee TEXT NOT NULL,
    source TEXT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_service_edges PRIMARY KEY (org_id, cluster_id, namespace, caller, callee, source)
);
CREATE INDEX ix_service_edges_callee ON service_edges (org_id, cluster_id, namespace, callee);

ALTER TABLE incidents ADD COLUMN priority SMALLINT DEFAULT '2' NOT NULL;
ALTER TABLE incidents ADD COLUMN last_alert_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE incidents ADD COLUMN queued_at TIMESTAMP WITH TIME ZONE;

CREATE TABLE incident_members (
    incident_id TEXT NOT NULL,
    namespace TEXT NOT NULL,
    service TEXT NOT NULL,
    org_id TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_incident_members PRIMARY KEY (incident_id, namespace, service),
    CONSTRAINT fk_incident_members_incident_id FOREIGN KEY(incident_id) REFERENCES incidents (id)
);
CREATE INDEX ix_incident_members_service
    ON incident_members (org_id, cluster_id, namespace, service, joined_at);

-- The next job for a worker, unless so many are worked on already by all workers together. Each
-- statement in here sees what was committed before it, so that two that ask at once cannot both
-- take the last place.
CREATE FUNCTION sre_agent_fetch_job(queues VARCHAR[], for_worker BIGINT, places INTEGER)
    RETURNS procrastinate_jobs LANGUAGE plpgsql AS $$
DECLARE
    nothing procrastinate_jobs;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('sre-agent:fetch-job', 0));
    IF (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing') >= places THEN
        RETURN nothing;
    END IF;
    RETURN procrastinate_fetch_job_v2(queues, for_worker);
END;
$$;
