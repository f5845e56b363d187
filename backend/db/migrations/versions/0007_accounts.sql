CREATE TABLE users (
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT,
    password_hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT fk_users_org_id FOREIGN KEY(org_id) REFERENCES organizations (id),
    CONSTRAINT uq_users_name UNIQUE (name)
);
CREATE INDEX ix_users_org_id_name ON users (org_id, name);

CREATE TABLE sessions (
    token_sha256 BYTEA NOT NULL,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    csrf_token TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (token_sha256),
    CONSTRAINT fk_sessions_org_id FOREIGN KEY(org_id) REFERENCES organizations (id),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE TABLE api_tokens (
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    token_sha256 BYTEA NOT NULL,
    created_by TEXT NOT NULL,
    user_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_tokens PRIMARY KEY (id),
    CONSTRAINT fk_api_tokens_org_id FOREIGN KEY(org_id) REFERENCES organizations (id),
    CONSTRAINT fk_api_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT uq_api_tokens_token_sha256 UNIQUE (token_sha256)
);
CREATE UNIQUE INDEX uq_api_tokens_org_id_name ON api_tokens (org_id, name)
    WHERE revoked_at IS NULL;

CREATE TABLE attempts (
    door TEXT NOT NULL,
    subject_sha256 BYTEA NOT NULL,
    times TIMESTAMP WITH TIME ZONE[] NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_attempts PRIMARY KEY (door, subject_sha256)
);
CREATE INDEX ix_attempts_last_at ON attempts (last_at);

ALTER TABLE organizations ADD COLUMN last_seq INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE organizations ADD COLUMN last_hash TEXT
    DEFAULT '0000000000000000000000000000000000000000000000000000000000000000' NOT NULL;

CREATE TABLE organization_log (
    org_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload JSON NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_organization_log PRIMARY KEY (org_id, seq),
    CONSTRAINT fk_organization_log_org_id FOREIGN KEY(org_id) REFERENCES organizations (id)
);
CREATE INDEX ix_organization_log_org_id_at_seq ON organization_log (org_id, at, seq);
CREATE TRIGGER organization_log_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON organization_log
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

ALTER TABLE clusters ADD COLUMN connected_by TEXT;
ALTER TABLE clusters ADD COLUMN webhook_token_sha256 BYTEA;
ALTER TABLE clusters ADD COLUMN disconnected_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE clusters
    ADD CONSTRAINT uq_clusters_webhook_token_sha256 UNIQUE (webhook_token_sha256);

CREATE TABLE cluster_endpoints (
    org_id TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    system TEXT NOT NULL,
    url TEXT NOT NULL,
    read_token TEXT NOT NULL,
    write_token TEXT,
    CONSTRAINT pk_cluster_endpoints PRIMARY KEY (org_id, cluster_id, system),
    CONSTRAINT fk_cluster_endpoints_org_id_cluster_id
        FOREIGN KEY(org_id, cluster_id) REFERENCES clusters (org_id, id)
);

CREATE INDEX ix_approvals_org_id_requested_at_id ON approvals (org_id, requested_at, id);
CREATE INDEX ix_events_audited ON events (org_id, at, incident_id, seq) WHERE
    (kind IN ('approval_requested', 'approval_decided', 'grant_minted', 'grant_refused',
    'action_started', 'action_finished', 'verification_finished', 'escalated', 'verdict_given',
    'reopened', 'reinvestigated', 'cancelled', 'paused', 'resumed', 'cause_dismissed',
    'acknowledged', 'assigned', 'commented', 'split', 'merged')
    OR (kind = 'incident_opened' AND actor <> 'intake'));
