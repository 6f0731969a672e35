account_addresses.account_id uuid NOT NULL
account_addresses.network bytea NOT NULL
account_addresses.failures smallint NOT NULL DEFAULT 0
account_addresses.locked_until timestamp with time zone
account_addresses.seen_at timestamp with time zone NOT NULL DEFAULT now()
account_addresses CONSTRAINT account_addresses_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
account_addresses CONSTRAINT account_addresses_pkey PRIMARY KEY (account_id, network)
CREATE UNIQUE INDEX account_addresses_pkey ON public.account_addresses USING btree (account_id, network)
CREATE INDEX account_addresses_seen ON public.account_addresses USING btree (seen_at)
account_sessions.digest bytea NOT NULL
account_sessions.account_id uuid NOT NULL
account_sessions.created_at timestamp with time zone NOT NULL DEFAULT now()
account_sessions.seen_at timestamp with time zone NOT NULL DEFAULT now()
account_sessions CONSTRAINT account_sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
account_sessions CONSTRAINT account_sessions_pkey PRIMARY KEY (digest)
CREATE INDEX account_sessions_account ON public.account_sessions USING btree (account_id)
CREATE INDEX account_sessions_age ON public.account_sessions USING btree (created_at)
CREATE UNIQUE INDEX account_sessions_pkey ON public.account_sessions USING btree (digest)
accounts.id uuid NOT NULL
accounts.login text NOT NULL
accounts.name text NOT NULL
accounts.role text
accounts.password text NOT NULL
accounts.password_is_initial boolean NOT NULL
accounts.totp_secret bytea NOT NULL
accounts.totp_step bigint NOT NULL DEFAULT '-1'::integer
accounts.failures smallint NOT NULL DEFAULT 0
accounts.locked_until timestamp with time zone
accounts.disabled_at timestamp with time zone
accounts.created_at timestamp with time zone NOT NULL DEFAULT now()
accounts.realm text NOT NULL
accounts CONSTRAINT account_has_a_role_at_the_desk CHECK (((role IS NOT NULL) = (realm = 'desk'::text)))
accounts CONSTRAINT accounts_failures_check CHECK (((failures >= 0) AND (failures <= 5)))
accounts CONSTRAINT accounts_login_check CHECK ((login ~ '^[a-z][a-z0-9._-]{1,31}$'::text))
accounts CONSTRAINT accounts_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60)))
accounts CONSTRAINT accounts_pkey PRIMARY KEY (id)
accounts CONSTRAINT accounts_realm_check CHECK ((realm = ANY (ARRAY['desk'::text, 'console'::text])))
accounts CONSTRAINT accounts_realm_login_key UNIQUE (realm, login)
accounts CONSTRAINT accounts_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'agent'::text, 'supervisor'::text])))
CREATE UNIQUE INDEX accounts_pkey ON public.accounts USING btree (id)
CREATE UNIQUE INDEX accounts_realm_login_key ON public.accounts USING btree (realm, login)
CREATE OR REPLACE FUNCTION public.add_partition(parent text, instant timestamp with time zone, unit text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET lock_timeout TO '1s' AS $function$ DECLARE key text := (SELECT format_type(a.atttypid, NULL) FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0] WHERE p.partrelid = to_regclass(parent)); first timestamptz; bounds text[]; name text; BEGIN IF key IS NULL OR unit NOT IN ('day', 'month') THEN RAISE EXCEPTION '% has no partitions of a %', parent, unit; END IF; first := date_trunc(unit, instant, 'UTC'); name := parent || to_char(first AT TIME ZONE 'UTC', CASE unit WHEN 'day' THEN '_YYYYMMDD' ELSE '_YYYYMM' END); bounds := ARRAY(SELECT CASE key WHEN 'uuid' THEN (lpad(to_hex((extract(epoch FROM bound) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid::text ELSE bound::text END FROM unnest(ARRAY[first, (first AT TIME ZONE 'UTC' + ('1 ' || unit)::interval) AT TIME ZONE 'UTC']) bound ORDER BY bound); EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)', name, parent); EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, bounds[1], bounds[2]); END $function$
CREATE OR REPLACE FUNCTION public.add_past_authentications(month timestamp with time zone) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET lock_timeout TO '1s' AS $function$ DECLARE first timestamptz := date_trunc('month', month, 'UTC'); name text := 'past_authentications_' || to_char(first AT TIME ZONE 'UTC', 'YYYYMM'); BEGIN EXECUTE format('CREATE TABLE %I (LIKE past_authentications INCLUDING DEFAULTS INCLUDING INDEXES) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)', name); EXECUTE format('ALTER TABLE past_authentications ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, (lpad(to_hex((extract(epoch FROM first) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid, (lpad(to_hex((extract(epoch FROM (first AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid); END $function$
alerts.id uuid NOT NULL
alerts.subscription_id uuid NOT NULL
alerts.kind text NOT NULL
alerts.state text NOT NULL DEFAULT 'open'::text
alerts.about text
alerts.nonce bytea NOT NULL
alerts.at timestamp with time zone NOT NULL DEFAULT now()
alerts.expires_at timestamp with time zone NOT NULL
alerts.device_id uuid
alerts.closed_at timestamp with time zone
alerts CONSTRAINT alerts_check CHECK (((closed_at IS NULL) = (state = 'open'::text)))
alerts CONSTRAINT alerts_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices(id)
alerts CONSTRAINT alerts_kind_check CHECK ((kind = ANY (ARRAY['loss_reported'::text, 'new_phone'::text, 'reissue'::text, 'cancellation'::text, 'sim_swapped'::text, 'pin_locked'::text, 'pin_unlocked'::text, 'device_enrolled'::text])))
alerts CONSTRAINT alerts_pkey PRIMARY KEY (id)
alerts CONSTRAINT alerts_state_check CHECK ((state = ANY (ARRAY['open'::text, 'confirmed'::text, 'objected'::text, 'closed'::text])))
alerts CONSTRAINT alerts_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
CREATE INDEX alerts_age ON public.alerts USING btree (at)
CREATE UNIQUE INDEX alerts_one_open ON public.alerts USING btree (subscription_id, kind) WHERE (state = 'open'::text)
CREATE UNIQUE INDEX alerts_pkey ON public.alerts USING btree (id)
CREATE INDEX alerts_subscription ON public.alerts USING btree (subscription_id, at)
approvals.id uuid NOT NULL
approvals.kind text NOT NULL
approvals.subscription_id uuid
approvals.state text NOT NULL DEFAULT 'asked'::text
approvals.asked_by uuid NOT NULL
approvals.asked_at timestamp with time zone NOT NULL DEFAULT now()
approvals.reason text NOT NULL
approvals.link integer NOT NULL
approvals.expires_at timestamp with time zone NOT NULL
approvals.decided_by uuid
approvals.decided_at timestamp with time zone
approvals.decision_reason text
approvals.closed_at timestamp with time zone
approvals.line_id text
approvals.identified boolean NOT NULL DEFAULT false
approvals CONSTRAINT approval_names_what_it_is_for CHECK ((((kind = 'subscribe'::text) = (line_id IS NOT NULL)) AND ((kind = 'subscribe'::text) OR (subscription_id IS NOT NULL))))
approvals CONSTRAINT approvals_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES accounts(id)
approvals CONSTRAINT approvals_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES accounts(id)
approvals CONSTRAINT approvals_kind_check CHECK ((kind = ANY (ARRAY['resume'::text, 'enrolment_code'::text, 'cancel'::text, 'unlock_pin'::text, 'subscribe'::text])))
approvals CONSTRAINT approvals_pkey PRIMARY KEY (id)
approvals CONSTRAINT approvals_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'approved'::text, 'refused'::text, 'expired'::text, 'withdrawn'::text, 'taken'::text])))
approvals CONSTRAINT approvals_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
approvals CONSTRAINT decided_at_once CHECK ((((decided_by IS NULL) = (decided_at IS NULL)) AND ((decided_by IS NULL) = (decision_reason IS NULL))))
approvals CONSTRAINT decided_before_it_counts CHECK (((state <> ALL (ARRAY['approved'::text, 'refused'::text, 'taken'::text])) OR (decided_by IS NOT NULL)))
approvals CONSTRAINT decided_by_somebody_else CHECK ((decided_by <> asked_by))
approvals CONSTRAINT only_codes_are_taken CHECK (((state <> 'taken'::text) OR (kind = ANY (ARRAY['enrolment_code'::text, 'subscribe'::text]))))
approvals CONSTRAINT open_until_closed CHECK (((closed_at IS NULL) = ((state = 'asked'::text) OR ((state = 'approved'::text) AND (kind = ANY (ARRAY['enrolment_code'::text, 'subscribe'::text]))))))
approvals CONSTRAINT subscribes_the_identified CHECK (((kind <> 'subscribe'::text) OR identified))
approvals CONSTRAINT undecided_by_anybody CHECK (((state <> ALL (ARRAY['asked'::text, 'withdrawn'::text])) OR (decided_by IS NULL)))
CREATE INDEX approvals_age ON public.approvals USING btree (asked_at)
CREATE INDEX approvals_asked_by ON public.approvals USING btree (asked_by) WHERE (closed_at IS NULL)
CREATE INDEX approvals_line ON public.approvals USING btree (line_id) WHERE (line_id IS NOT NULL)
CREATE UNIQUE INDEX approvals_one_open ON public.approvals USING btree (subscription_id, kind) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX approvals_one_open_line ON public.approvals USING btree (line_id) WHERE ((closed_at IS NULL) AND (line_id IS NOT NULL))
CREATE INDEX approvals_open ON public.approvals USING btree (expires_at) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX approvals_pkey ON public.approvals USING btree (id)
CREATE INDEX approvals_subscription ON public.approvals USING btree (subscription_id, asked_at)
audit_entries.id bigint NOT NULL
audit_entries.at timestamp with time zone NOT NULL
audit_entries.operator text NOT NULL
audit_entries.action text NOT NULL
audit_entries.subscription_id uuid
audit_entries.phone_index bytea
audit_entries.reason text NOT NULL
audit_entries.outcome text NOT NULL
audit_entries.address text
audit_entries.number bigint
audit_entries.previous bytea
audit_entries.mac bytea
audit_entries CONSTRAINT audit_entries_number UNIQUE (number)
audit_entries CONSTRAINT audit_entries_pkey PRIMARY KEY (id)
audit_entries CONSTRAINT is_chained CHECK (((number IS NOT NULL) AND (number > 0) AND (mac IS NOT NULL) AND ((previous IS NULL) = (number = 1)))) NOT VALID
CREATE INDEX audit_entries_action ON public.audit_entries USING btree (split_part(action, ' '::text, 1), id)
CREATE INDEX audit_entries_at ON public.audit_entries USING btree (at, id)
CREATE UNIQUE INDEX audit_entries_number ON public.audit_entries USING btree (number)
CREATE INDEX audit_entries_operator ON public.audit_entries USING btree (operator, id)
CREATE UNIQUE INDEX audit_entries_pkey ON public.audit_entries USING btree (id)
CREATE INDEX audit_entries_subscription ON public.audit_entries USING btree (subscription_id, id)
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()
audit_head.is_only boolean NOT NULL DEFAULT true
audit_head.first_number bigint NOT NULL
audit_head.before_chain bigint NOT NULL
audit_head.number bigint NOT NULL
audit_head.mac bytea
audit_head.seal bytea
audit_head CONSTRAINT audit_head_is_only_check CHECK (is_only)
audit_head CONSTRAINT audit_head_pkey PRIMARY KEY (is_only)
audit_head CONSTRAINT sealed_with_the_first_entry CHECK (((number >= first_number) = ((mac IS NOT NULL) AND (seal IS NOT NULL))))
CREATE UNIQUE INDEX audit_head_pkey ON public.audit_head USING btree (is_only)
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.audit_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()
VIEW authentication_records AS SELECT authentications.id, authentications.client_id, authentications.person_index, authentications.line_id, authentications.subscription_id, authentications.device_id, authentications.channel, authentications.state, authentications.purpose, authentications.person, authentications.end_user, authentications.nonce, authentications.attempts, authentications.code_digest, authentications.sms_code, authentications.envelope, authentications.resends, authentications.sent_at, authentications.decline_reason, authentications.requested_at, authentications.expires_at, authentications.closed_at, authentications.line_version, authentications.authenticator_id, authentications.transaction, authentications.texts, authentications.code_host, authentications.held, authentications.budgets, authentications.not_me_at, authentications.window_id, authentications.opened_at, authentications.match_digits, authentications.match_failures, authentications.flow, authentications.match_proven FROM authentications UNION ALL SELECT past_authentications.id, past_authentications.client_id, past_authentications.person_index, past_authentications.line_id, past_authentications.subscription_id, past_authentications.device_id, past_authentications.channel, past_authentications.state, past_authentications.purpose, past_authentications.person, past_authentications.end_user, past_authentications.nonce, past_authentications.attempts, past_authentications.code_digest, past_authentications.sms_code, past_authentications.envelope, past_authentications.resends, past_authentications.sent_at, past_authentications.decline_reason, past_authentications.requested_at, past_authentications.expires_at, past_authentications.closed_at, past_authentications.line_version, past_authentications.authenticator_id, past_authentications.transaction, past_authentications.texts, past_authentications.code_host, past_authentications.held, past_authentications.budgets, past_authentications.not_me_at, past_authentications.window_id, past_authentications.opened_at, past_authentications.match_digits, past_authentications.match_failures, past_authentications.flow, past_authentications.match_proven FROM past_authentications;
authentications.id uuid NOT NULL
authentications.client_id uuid NOT NULL
authentications.person_index bytea NOT NULL
authentications.line_id text
authentications.subscription_id uuid
authentications.device_id uuid
authentications.channel text NOT NULL
authentications.state text NOT NULL
authentications.purpose text
authentications.person bytea
authentications.end_user bytea
authentications.nonce bytea NOT NULL
authentications.attempts smallint NOT NULL DEFAULT 0
authentications.code_digest bytea
authentications.sms_code bytea
authentications.envelope text
authentications.resends smallint NOT NULL DEFAULT 0
authentications.sent_at timestamp with time zone NOT NULL
authentications.decline_reason text
authentications.requested_at timestamp with time zone NOT NULL
authentications.expires_at timestamp with time zone NOT NULL
authentications.closed_at timestamp with time zone
authentications.line_version integer
authentications.authenticator_id uuid
authentications.transaction bytea
authentications.texts bytea
authentications.code_host text
authentications.held boolean NOT NULL DEFAULT false
authentications.budgets bytea[]
authentications.not_me_at timestamp with time zone
authentications.window_id uuid
authentications.opened_at timestamp with time zone
authentications.match_digits text
authentications.match_failures smallint NOT NULL DEFAULT 0
authentications.flow text NOT NULL DEFAULT 'api'::text
authentications.match_proven boolean NOT NULL DEFAULT false
authentications CONSTRAINT authentications_pkey PRIMARY KEY (id)
authentications CONSTRAINT authentications_rules CHECK (keep_rules_of_authentications_1764356000000(state, channel, flow, attempts, resends, match_failures, match_digits, match_proven, decline_reason, closed_at, code_digest, sms_code, envelope, end_user, person, purpose, texts, transaction))
CREATE INDEX authentications_age ON public.authentications USING brin (requested_at) WITH (autosummarize='on')
CREATE INDEX authentications_client ON public.authentications USING btree (client_id, id)
CREATE INDEX authentications_due ON public.authentications USING btree (expires_at) WHERE ((closed_at IS NULL) AND (expires_at > '-infinity'::timestamp with time zone))
CREATE INDEX authentications_history ON public.authentications USING btree (subscription_id, requested_at) WHERE (subscription_id IS NOT NULL)
CREATE INDEX authentications_line ON public.authentications USING btree (line_id) WHERE ((line_id IS NOT NULL) AND (subscription_id IS NULL))
CREATE UNIQUE INDEX authentications_one_pending ON public.authentications USING btree (person_index, client_id) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX authentications_pkey ON public.authentications USING btree (id)
CREATE TRIGGER ciba_ended AFTER UPDATE OF closed_at ON public.authentications FOR EACH ROW WHEN (((new.flow = 'ciba'::text) AND (old.closed_at IS NULL) AND (new.closed_at IS NOT NULL))) EXECUTE FUNCTION ciba_ended()
authentications WITH (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=5000, autovacuum_analyze_scale_factor=0.1, autovacuum_vacuum_cost_delay=0, autovacuum_analyze_threshold=500, fillfactor=50)
authenticators.id uuid NOT NULL
authenticators.device_id uuid NOT NULL
authenticators.subscription_id uuid NOT NULL
authenticators.kind text NOT NULL
authenticators.secret bytea
authenticators.terms text NOT NULL
authenticators.failures smallint NOT NULL DEFAULT 0
authenticators.last_step bigint NOT NULL DEFAULT '-1'::integer
authenticators.drift integer NOT NULL DEFAULT 0
authenticators.far_step bigint
authenticators.far_drift integer
authenticators.far_at timestamp with time zone
authenticators.created_at timestamp with time zone NOT NULL DEFAULT now()
authenticators CONSTRAINT authenticators_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices(id)
authenticators CONSTRAINT authenticators_failures_check CHECK (((failures >= 0) AND (failures <= 5)))
authenticators CONSTRAINT authenticators_kind_check CHECK ((kind = ANY (ARRAY['otp'::text, 'sign'::text])))
authenticators CONSTRAINT authenticators_one_of_a_kind UNIQUE (device_id, kind)
authenticators CONSTRAINT authenticators_pkey PRIMARY KEY (id)
authenticators CONSTRAINT authenticators_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
authenticators CONSTRAINT authenticators_terms_check CHECK ((terms <> ''::text))
authenticators CONSTRAINT far_is_whole CHECK ((((far_step IS NULL) = (far_drift IS NULL)) AND ((far_step IS NULL) = (far_at IS NULL))))
CREATE UNIQUE INDEX authenticators_one_of_a_kind ON public.authenticators USING btree (device_id, kind)
CREATE UNIQUE INDEX authenticators_pkey ON public.authenticators USING btree (id)
CREATE INDEX authenticators_subscription ON public.authenticators USING btree (subscription_id)
caller_checks.id uuid NOT NULL
caller_checks.subscription_id uuid NOT NULL
caller_checks.operator_id uuid NOT NULL
caller_checks.deed text NOT NULL
caller_checks.reason text NOT NULL
caller_checks.link integer NOT NULL
caller_checks.asked_at timestamp with time zone NOT NULL
caller_checks.authentication_id uuid
caller_checks.spent_at timestamp with time zone
caller_checks.ended_as text
caller_checks CONSTRAINT caller_check_spends_what_was_asked CHECK (((spent_at IS NULL) OR (authentication_id IS NOT NULL)))
caller_checks CONSTRAINT caller_checks_deed_check CHECK ((deed = ANY (ARRAY['cancel'::text, 'unlock_pin'::text])))
caller_checks CONSTRAINT caller_checks_ended_as_check CHECK ((ended_as = ANY (ARRAY['used'::text, 'lapsed'::text, 'not_me'::text, 'declined'::text, 'expired'::text, 'failed'::text, 'cancelled'::text])))
caller_checks CONSTRAINT caller_checks_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES accounts(id)
caller_checks CONSTRAINT caller_checks_pkey PRIMARY KEY (id)
caller_checks CONSTRAINT caller_checks_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
CREATE INDEX caller_checks_age ON public.caller_checks USING btree (asked_at)
CREATE UNIQUE INDEX caller_checks_authentication ON public.caller_checks USING btree (authentication_id)
CREATE UNIQUE INDEX caller_checks_pkey ON public.caller_checks USING btree (id)
CREATE INDEX caller_checks_subscription ON public.caller_checks USING btree (subscription_id, asked_at)
CREATE INDEX caller_checks_unrecorded ON public.caller_checks USING btree (asked_at) WHERE (ended_as IS NULL)
camara_misses.client_id uuid NOT NULL
camara_misses.day date NOT NULL
camara_misses.count integer NOT NULL
camara_misses CONSTRAINT camara_misses_count_check CHECK ((count > 0))
camara_misses CONSTRAINT camara_misses_pkey PRIMARY KEY (client_id, day)
CREATE UNIQUE INDEX camara_misses_pkey ON public.camara_misses USING btree (client_id, day)
carrier_events.id text NOT NULL
carrier_events.source text
carrier_events.event_id text
carrier_events.type text
carrier_events.line_id text
carrier_events.sequence bigint
carrier_events.at timestamp with time zone
carrier_events.outcome text NOT NULL
carrier_events.reason text
carrier_events.kept bytea
carrier_events.received_at timestamp with time zone NOT NULL DEFAULT now()
carrier_events CONSTRAINT carrier_events_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'stale'::text, 'unknown_line'::text, 'rejected'::text])))
carrier_events CONSTRAINT carrier_events_pkey PRIMARY KEY (id)
carrier_events CONSTRAINT kept_while_it_may_be_played_again CHECK (((kept IS NOT NULL) = (outcome = ANY (ARRAY['unknown_line'::text, 'rejected'::text]))))
CREATE INDEX carrier_events_kept ON public.carrier_events USING btree (received_at) WHERE (kept IS NOT NULL)
CREATE INDEX carrier_events_line ON public.carrier_events USING btree (line_id) WHERE (line_id IS NOT NULL)
CREATE UNIQUE INDEX carrier_events_pkey ON public.carrier_events USING btree (id)
CREATE INDEX carrier_events_received ON public.carrier_events USING btree (received_at)
charges.charged_in text NOT NULL
charges.subscription_id uuid NOT NULL
charges.month text NOT NULL
charges.days integer NOT NULL
charges.amount integer NOT NULL
charges.monthly_fee integer NOT NULL
charges CONSTRAINT charges_charged_in_fkey FOREIGN KEY (charged_in) REFERENCES closed_months(month)
charges CONSTRAINT charges_pkey PRIMARY KEY (charged_in, subscription_id, month)
charges CONSTRAINT charges_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
charges CONSTRAINT corrects_the_past CHECK ((month <= charged_in))
CREATE UNIQUE INDEX charges_pkey ON public.charges USING btree (charged_in, subscription_id, month)
CREATE INDEX charges_subscription ON public.charges USING btree (subscription_id, month)
CREATE OR REPLACE FUNCTION public.ciba_ended() RETURNS trigger LANGUAGE plpgsql AS $function$ BEGIN UPDATE ciba_requests SET ping_after = now() WHERE authentication_id = NEW.id AND ping IS NOT NULL AND pings = 0; RETURN NULL; END $function$
ciba_requests.id uuid NOT NULL
ciba_requests.digest bytea NOT NULL
ciba_requests.client_id uuid NOT NULL
ciba_requests.authentication_id uuid NOT NULL
ciba_requests.scopes text[] NOT NULL
ciba_requests.claims text[] NOT NULL
ciba_requests.acr text NOT NULL
ciba_requests.interval_seconds integer NOT NULL
ciba_requests.requested_at timestamp with time zone NOT NULL DEFAULT now()
ciba_requests.expires_at timestamp with time zone NOT NULL
ciba_requests.polling_until timestamp with time zone
ciba_requests.answered_at timestamp with time zone
ciba_requests.redeemed_at timestamp with time zone
ciba_requests.ping bytea
ciba_requests.pings integer NOT NULL DEFAULT 0
ciba_requests.ping_after timestamp with time zone
ciba_requests.is_by_number boolean NOT NULL DEFAULT false
ciba_requests CONSTRAINT ciba_requests_authentication_id_key UNIQUE (authentication_id)
ciba_requests CONSTRAINT ciba_requests_digest_check CHECK ((length(digest) = 32))
ciba_requests CONSTRAINT ciba_requests_digest_key UNIQUE (digest)
ciba_requests CONSTRAINT ciba_requests_interval_seconds_check CHECK ((interval_seconds > 0))
ciba_requests CONSTRAINT ciba_requests_pkey PRIMARY KEY (id)
ciba_requests CONSTRAINT ping_has_a_time CHECK (((ping IS NULL) = (ping_after IS NULL)))
CREATE UNIQUE INDEX ciba_requests_authentication_id_key ON public.ciba_requests USING btree (authentication_id)
CREATE UNIQUE INDEX ciba_requests_digest_key ON public.ciba_requests USING btree (digest)
CREATE INDEX ciba_requests_expiry ON public.ciba_requests USING btree (expires_at)
CREATE INDEX ciba_requests_ping_of_client ON public.ciba_requests USING btree (client_id, ping_after) WHERE (ping_after IS NOT NULL)
CREATE UNIQUE INDEX ciba_requests_pkey ON public.ciba_requests USING btree (id)
client_assertions.client_id uuid NOT NULL
client_assertions.jti text NOT NULL
client_assertions.expires_at timestamp with time zone NOT NULL
client_assertions CONSTRAINT client_assertions_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
client_assertions CONSTRAINT client_assertions_pkey PRIMARY KEY (client_id, jti)
CREATE INDEX client_assertions_expiry ON public.client_assertions USING btree (expires_at)
CREATE UNIQUE INDEX client_assertions_pkey ON public.client_assertions USING btree (client_id, jti)
client_key_uses.client_id uuid NOT NULL
client_key_uses.thumbprint text NOT NULL
client_key_uses.last_used_at timestamp with time zone NOT NULL
client_key_uses CONSTRAINT client_key_uses_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
client_key_uses CONSTRAINT client_key_uses_pkey PRIMARY KEY (client_id, thumbprint)
CREATE UNIQUE INDEX client_key_uses_pkey ON public.client_key_uses USING btree (client_id, thumbprint)
client_secrets.client_id uuid NOT NULL
client_secrets.digest bytea NOT NULL
client_secrets.made_at timestamp with time zone NOT NULL DEFAULT now()
client_secrets.ends_at timestamp with time zone
client_secrets.last_used_at timestamp with time zone
client_secrets.replaced_at timestamp with time zone
client_secrets CONSTRAINT client_secrets_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
client_secrets CONSTRAINT client_secrets_pkey PRIMARY KEY (client_id, digest)
CREATE UNIQUE INDEX client_secrets_pkey ON public.client_secrets USING btree (client_id, digest)
client_test_secrets.client_id uuid NOT NULL
client_test_secrets.digest bytea NOT NULL
client_test_secrets.made_at timestamp with time zone NOT NULL DEFAULT now()
client_test_secrets.ends_at timestamp with time zone
client_test_secrets.last_used_at timestamp with time zone
client_test_secrets CONSTRAINT client_test_secrets_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
client_test_secrets CONSTRAINT client_test_secrets_pkey PRIMARY KEY (client_id, digest)
CREATE UNIQUE INDEX client_test_secrets_pkey ON public.client_test_secrets USING btree (client_id, digest)
clients.id uuid NOT NULL
clients.client_id text NOT NULL
clients.name text NOT NULL
clients.secret_digest bytea
clients.jwks jsonb
clients.scopes text[] NOT NULL
clients.return_urls text[] NOT NULL DEFAULT '{}'::text[]
clients.starts_per_minute integer NOT NULL DEFAULT 6000
clients.created_at timestamp with time zone NOT NULL DEFAULT now()
clients.frame_origins text[] NOT NULL DEFAULT '{}'::text[]
clients.refuses_sms boolean NOT NULL DEFAULT false
clients.vendor_code text
clients.requires_registration boolean NOT NULL DEFAULT false
clients.token_endpoint_auth_method text
clients.assertion_audience text NOT NULL DEFAULT 'issuer'::text
clients.window_host text
clients.disabled_at timestamp with time zone
clients.test_jwks jsonb
clients.id_token_signed_response_alg text NOT NULL DEFAULT 'ES256'::text
clients.sector text
clients.backchannel_token_delivery_mode text NOT NULL DEFAULT 'poll'::text
clients.backchannel_client_notification_endpoint text
clients.backchannel_authentication_request_signing_alg text
clients.may_name_by_number boolean NOT NULL DEFAULT false
clients.fapi boolean NOT NULL DEFAULT false
clients.dpop_bound_access_tokens boolean NOT NULL DEFAULT false
clients.require_signed_request_object boolean NOT NULL DEFAULT false
clients.log_in_match boolean NOT NULL DEFAULT false
clients.jwks_uri text
clients.camara boolean NOT NULL DEFAULT false
clients CONSTRAINT client_can_prove_itself CHECK (((secret_digest IS NOT NULL) OR (jwks IS NOT NULL) OR (jwks_uri IS NOT NULL) OR (NOT (token_endpoint_auth_method IS DISTINCT FROM 'none'::text))))
clients CONSTRAINT clients_assertion_audience_check CHECK ((assertion_audience = ANY (ARRAY['issuer'::text, 'endpoint'::text])))
clients CONSTRAINT clients_backchannel_authentication_request_signing_alg_check CHECK ((backchannel_authentication_request_signing_alg = ANY (ARRAY['ES256'::text, 'PS256'::text])))
clients CONSTRAINT clients_backchannel_token_delivery_mode_check CHECK ((backchannel_token_delivery_mode = ANY (ARRAY['poll'::text, 'ping'::text])))
clients CONSTRAINT clients_client_id_key UNIQUE (client_id)
clients CONSTRAINT clients_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60)))
clients CONSTRAINT clients_pkey PRIMARY KEY (id)
clients CONSTRAINT clients_starts_per_minute_check CHECK ((starts_per_minute > 0))
clients CONSTRAINT clients_token_endpoint_auth_method_check CHECK ((token_endpoint_auth_method = ANY (ARRAY['private_key_jwt'::text, 'client_secret_basic'::text, 'client_secret_post'::text, 'none'::text])))
clients CONSTRAINT clients_vendor_code_check CHECK ((vendor_code ~ '^[A-Z0-9]{2,8}$'::text))
clients CONSTRAINT clients_vendor_code_key UNIQUE (vendor_code)
clients CONSTRAINT id_token_alg_is_known CHECK ((id_token_signed_response_alg = ANY (ARRAY['ES256'::text, 'RS256'::text])))
clients CONSTRAINT keys_at_an_address_are_the_only_ones CHECK (((jwks_uri IS NULL) OR ((NOT (token_endpoint_auth_method IS DISTINCT FROM 'private_key_jwt'::text)) AND (jwks IS NULL) AND (secret_digest IS NULL))))
clients CONSTRAINT ping_has_an_endpoint CHECK (((backchannel_token_delivery_mode = 'poll'::text) OR (backchannel_client_notification_endpoint IS NOT NULL)))
clients CONSTRAINT public_client_has_no_secret CHECK (((token_endpoint_auth_method <> 'none'::text) OR ((secret_digest IS NULL) AND (jwks IS NULL) AND (test_jwks IS NULL))))
clients CONSTRAINT sector_is_a_host_name CHECK ((sector ~ '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$'::text))
clients CONSTRAINT window_host_is_a_host_name CHECK (((length(window_host) <= 253) AND (window_host ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'::text)))
CREATE UNIQUE INDEX clients_client_id_key ON public.clients USING btree (client_id)
CREATE INDEX clients_disabled ON public.clients USING btree (disabled_at) WHERE (disabled_at IS NOT NULL)
CREATE UNIQUE INDEX clients_pkey ON public.clients USING btree (id)
CREATE UNIQUE INDEX clients_vendor_code_key ON public.clients USING btree (vendor_code)
closed_months.month text NOT NULL
closed_months.monthly_fee integer NOT NULL
closed_months.closed_at timestamp with time zone NOT NULL DEFAULT now()
closed_months CONSTRAINT closed_months_month_check CHECK ((month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text))
closed_months CONSTRAINT closed_months_pkey PRIMARY KEY (month)
CREATE UNIQUE INDEX closed_months_pkey ON public.closed_months USING btree (month)
consents.subscription_id uuid NOT NULL
consents.terms text NOT NULL
consents.locale text NOT NULL
consents.at timestamp with time zone NOT NULL DEFAULT now()
consents.document text NOT NULL DEFAULT 'required'::text
consents.channel text NOT NULL DEFAULT 'website'::text
consents.recorded_by text
consents.withdrawn_at timestamp with time zone
consents CONSTRAINT consents_channel_check CHECK ((channel = ANY (ARRAY['website'::text, 'call_centre'::text, 'app'::text])))
consents CONSTRAINT consents_document_check CHECK ((document ~ '^(required|terms|privacy|optional-[a-z0-9-]{1,40})$'::text))
consents CONSTRAINT consents_locale_check CHECK ((locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'::text))
consents CONSTRAINT consents_pkey PRIMARY KEY (subscription_id, document, at)
consents CONSTRAINT consents_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
consents CONSTRAINT consents_terms_check CHECK ((terms <> ''::text))
consents CONSTRAINT read_aloud_by_somebody CHECK (((channel = 'call_centre'::text) = (recorded_by IS NOT NULL)))
CREATE UNIQUE INDEX consents_one ON public.consents USING btree (subscription_id, document, terms, channel) WHERE (withdrawn_at IS NULL)
CREATE UNIQUE INDEX consents_pkey ON public.consents USING btree (subscription_id, document, at)
console_invitations.id uuid NOT NULL
console_invitations.client_id uuid NOT NULL
console_invitations.role text NOT NULL
console_invitations.invitee text NOT NULL
console_invitations.digest bytea NOT NULL
console_invitations.invited_by text NOT NULL
console_invitations.created_at timestamp with time zone NOT NULL DEFAULT now()
console_invitations.expires_at timestamp with time zone NOT NULL
console_invitations.closed_at timestamp with time zone
console_invitations.closed_as text
console_invitations CONSTRAINT console_invitations_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
console_invitations CONSTRAINT console_invitations_closed_as_check CHECK ((closed_as = ANY (ARRAY['accepted'::text, 'withdrawn'::text])))
console_invitations CONSTRAINT console_invitations_digest_check CHECK ((length(digest) = 32))
console_invitations CONSTRAINT console_invitations_digest_key UNIQUE (digest)
console_invitations CONSTRAINT console_invitations_pkey PRIMARY KEY (id)
console_invitations CONSTRAINT console_invitations_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'developer'::text, 'owner'::text])))
console_invitations CONSTRAINT invitation_closed_as_something CHECK (((closed_at IS NULL) = (closed_as IS NULL)))
CREATE INDEX console_invitations_client ON public.console_invitations USING btree (client_id) WHERE (closed_at IS NULL)
CREATE INDEX console_invitations_closed ON public.console_invitations USING btree (closed_at) WHERE (closed_at IS NOT NULL)
CREATE UNIQUE INDEX console_invitations_digest_key ON public.console_invitations USING btree (digest)
CREATE INDEX console_invitations_expiry ON public.console_invitations USING btree (expires_at)
CREATE INDEX console_invitations_inviter ON public.console_invitations USING btree (invited_by) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX console_invitations_pkey ON public.console_invitations USING btree (id)
console_members.id uuid NOT NULL
console_members.client_id uuid NOT NULL
console_members.account_id uuid NOT NULL
console_members.role text NOT NULL
console_members.since timestamp with time zone NOT NULL DEFAULT now()
console_members.ended_at timestamp with time zone
console_members CONSTRAINT console_members_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
console_members CONSTRAINT console_members_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
console_members CONSTRAINT console_members_pkey PRIMARY KEY (id)
console_members CONSTRAINT console_members_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'developer'::text, 'owner'::text])))
CREATE INDEX console_members_client ON public.console_members USING btree (client_id) WHERE (ended_at IS NULL)
CREATE INDEX console_members_ended ON public.console_members USING btree (ended_at) WHERE (ended_at IS NOT NULL)
CREATE UNIQUE INDEX console_members_one ON public.console_members USING btree (account_id, client_id) WHERE (ended_at IS NULL)
CREATE UNIQUE INDEX console_members_pkey ON public.console_members USING btree (id)
corrections.id uuid NOT NULL
corrections.subscription_id uuid NOT NULL
corrections.fact text NOT NULL
corrections.detail bytea NOT NULL
corrections.asked_by text NOT NULL
corrections.asked_at timestamp with time zone NOT NULL DEFAULT now()
corrections.closed_by text
corrections.closed_at timestamp with time zone
corrections CONSTRAINT correction_closed_by_somebody CHECK (((closed_by IS NULL) = (closed_at IS NULL)))
corrections CONSTRAINT corrections_fact_check CHECK ((fact = ANY (ARRAY['owner'::text, 'number'::text, 'plan'::text, 'holder'::text, 'handset'::text, 'status'::text])))
corrections CONSTRAINT corrections_pkey PRIMARY KEY (id)
CREATE INDEX corrections_closed ON public.corrections USING btree (closed_at) WHERE (closed_at IS NOT NULL)
CREATE UNIQUE INDEX corrections_once ON public.corrections USING btree (subscription_id, fact) WHERE (closed_at IS NULL)
CREATE INDEX corrections_open ON public.corrections USING btree (asked_at) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX corrections_pkey ON public.corrections USING btree (id)
CREATE INDEX corrections_subscription ON public.corrections USING btree (subscription_id)
counted_hours.hour timestamp with time zone NOT NULL
counted_hours.counted_at timestamp with time zone NOT NULL
counted_hours CONSTRAINT counted_hours_pkey PRIMARY KEY (hour)
CREATE UNIQUE INDEX counted_hours_pkey ON public.counted_hours USING btree (hour)
customer_sessions.digest bytea NOT NULL
customer_sessions.errand text NOT NULL
customer_sessions.terms text
customer_sessions.authentication_id uuid
customer_sessions.line_id text
customer_sessions.person_index bytea
customer_sessions.verified_at timestamp with time zone
customer_sessions.verified_for text
customer_sessions.channel text
customer_sessions.enrolment bytea
customer_sessions.created_at timestamp with time zone NOT NULL DEFAULT now()
customer_sessions.seen_at timestamp with time zone NOT NULL DEFAULT now()
customer_sessions.verified_by uuid
customer_sessions CONSTRAINT customer_sessions_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'sms'::text])))
customer_sessions CONSTRAINT customer_sessions_errand_check CHECK ((errand = ANY (ARRAY['join'::text, 'login'::text, 'cancel'::text, 'new_phone'::text, 'reissue'::text])))
customer_sessions CONSTRAINT customer_sessions_pkey PRIMARY KEY (digest)
customer_sessions CONSTRAINT customer_sessions_verified_for_check CHECK ((verified_for = ANY (ARRAY['join'::text, 'login'::text, 'cancel'::text, 'new_phone'::text, 'reissue'::text])))
customer_sessions CONSTRAINT join_has_terms CHECK (((errand <> 'join'::text) OR (terms IS NOT NULL)))
customer_sessions CONSTRAINT verified_names_a_line CHECK ((((verified_at IS NULL) = (line_id IS NULL)) AND ((verified_at IS NULL) = (person_index IS NULL)) AND ((verified_at IS NULL) = (verified_for IS NULL)) AND ((verified_at IS NULL) = (channel IS NULL))))
CREATE INDEX customer_sessions_age ON public.customer_sessions USING btree (created_at)
CREATE UNIQUE INDEX customer_sessions_pkey ON public.customer_sessions USING btree (digest)
data_reads.id bigint NOT NULL
data_reads.subscription_id uuid NOT NULL
data_reads.what text NOT NULL
data_reads.channel text NOT NULL
data_reads.at timestamp with time zone NOT NULL DEFAULT now()
data_reads CONSTRAINT data_reads_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'sms'::text])))
data_reads CONSTRAINT data_reads_pkey PRIMARY KEY (id)
data_reads CONSTRAINT data_reads_what_check CHECK ((what = ANY (ARRAY['page'::text, 'file'::text, 'statements'::text, 'erasure'::text])))
CREATE UNIQUE INDEX data_reads_pkey ON public.data_reads USING btree (id)
CREATE INDEX data_reads_subscription ON public.data_reads USING btree (subscription_id, id)
deed_requests.id uuid NOT NULL
deed_requests.subscription_id uuid NOT NULL
deed_requests.deed text NOT NULL
deed_requests.asked_by uuid NOT NULL
deed_requests.asked_at timestamp with time zone NOT NULL DEFAULT now()
deed_requests.reason text NOT NULL
deed_requests.link integer NOT NULL
deed_requests.expires_at timestamp with time zone NOT NULL
deed_requests.spent_at timestamp with time zone
deed_requests.spent_by uuid
deed_requests CONSTRAINT deed_request_is_spent_once CHECK (((spent_at IS NULL) = (spent_by IS NULL)))
deed_requests CONSTRAINT deed_requests_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES clients(id)
deed_requests CONSTRAINT deed_requests_deed_check CHECK ((deed = ANY (ARRAY['cancel'::text, 'resume'::text, 'enrolment-code'::text, 'unlock-pin'::text])))
deed_requests CONSTRAINT deed_requests_pkey PRIMARY KEY (id)
deed_requests CONSTRAINT deed_requests_spent_by_fkey FOREIGN KEY (spent_by) REFERENCES clients(id)
deed_requests CONSTRAINT deed_requests_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
CREATE INDEX deed_requests_age ON public.deed_requests USING btree (expires_at)
CREATE UNIQUE INDEX deed_requests_one_open ON public.deed_requests USING btree (subscription_id, deed, asked_by) WHERE (spent_at IS NULL)
CREATE UNIQUE INDEX deed_requests_pkey ON public.deed_requests USING btree (id)
CREATE INDEX deed_requests_subscription ON public.deed_requests USING btree (subscription_id)
deliveries.id bigint NOT NULL
deliveries.kind text NOT NULL
deliveries.authentication_id uuid
deliveries.device_id uuid
deliveries.attempts smallint NOT NULL DEFAULT 0
deliveries.due_at timestamp with time zone NOT NULL
deliveries.claimed_until timestamp with time zone
deliveries.created_at timestamp with time zone NOT NULL
deliveries.expires_at timestamp with time zone NOT NULL
deliveries.notice_id uuid
deliveries.alert_id uuid
deliveries CONSTRAINT deliveries_kind_check CHECK ((kind = ANY (ARRAY['wake'::text, 'code'::text, 'cancelled'::text, 'test'::text, 'sms'::text, 'notice'::text, 'alert'::text, 'push_test'::text])))
deliveries CONSTRAINT deliveries_pkey PRIMARY KEY (id)
CREATE INDEX deliveries_due ON public.deliveries USING btree (due_at)
CREATE UNIQUE INDEX deliveries_pkey ON public.deliveries USING btree (id)
departed_numbers.person_index bytea NOT NULL
departed_numbers.line_id text NOT NULL
departed_numbers.left_at timestamp with time zone NOT NULL
departed_numbers.sim_changed_at timestamp with time zone
departed_numbers.sim_doubted_at timestamp with time zone
departed_numbers.doubted_at timestamp with time zone
departed_numbers.handset_changed_at timestamp with time zone
departed_numbers.protected_until timestamp with time zone
departed_numbers CONSTRAINT departed_numbers_pkey PRIMARY KEY (person_index)
CREATE INDEX departed_numbers_age ON public.departed_numbers USING btree (left_at)
CREATE INDEX departed_numbers_line ON public.departed_numbers USING btree (line_id)
CREATE UNIQUE INDEX departed_numbers_pkey ON public.departed_numbers USING btree (person_index)
device_contacts.device_id uuid NOT NULL
device_contacts.at timestamp with time zone NOT NULL DEFAULT now()
device_contacts CONSTRAINT device_contacts_pkey PRIMARY KEY (device_id)
CREATE UNIQUE INDEX device_contacts_pkey ON public.device_contacts USING btree (device_id)
device_keys.digest bytea NOT NULL
device_keys CONSTRAINT device_keys_pkey PRIMARY KEY (digest)
CREATE UNIQUE INDEX device_keys_pkey ON public.device_keys USING btree (digest)
device_proofs.device_id uuid NOT NULL
device_proofs.jti text NOT NULL
device_proofs.seen_at timestamp with time zone NOT NULL DEFAULT now()
device_proofs CONSTRAINT device_proofs_pkey PRIMARY KEY (device_id, jti)
CREATE INDEX device_proofs_age ON public.device_proofs USING brin (seen_at)
CREATE UNIQUE INDEX device_proofs_pkey ON public.device_proofs USING btree (device_id, jti)
devices.id uuid NOT NULL
devices.subscription_id uuid NOT NULL
devices.serial_number text NOT NULL
devices.state text NOT NULL
devices.signing_key jsonb NOT NULL
devices.encryption_key jsonb NOT NULL
devices.knowledge_key bytea
devices.platform text NOT NULL
devices.os_version text NOT NULL
devices.app_version text NOT NULL
devices.name text
devices.push_token bytea
devices.push_token_digest bytea
devices.push_token_at timestamp with time zone NOT NULL DEFAULT now()
devices.pin_failures smallint NOT NULL DEFAULT 0
devices.test_digest bytea
devices.test_envelope text
devices.test_failures smallint NOT NULL DEFAULT 0
devices.test_expires_at timestamp with time zone NOT NULL
devices.created_at timestamp with time zone NOT NULL DEFAULT now()
devices.activated_at timestamp with time zone
devices.revoked_at timestamp with time zone
devices.pin_check_id uuid
devices.pin_check_nonce bytea
devices.pin_check_expires_at timestamp with time zone
devices.issuer_id uuid
devices.card_key jsonb
devices.push_service text NOT NULL
devices.name_cipher bytea
devices.replaced_at timestamp with time zone
devices.pin_wrong smallint NOT NULL DEFAULT 0
devices.pin_locked_at timestamp with time zone
devices.push_token_died_at timestamp with time zone
devices.consent jsonb
devices CONSTRAINT devices_issuer_id_fkey FOREIGN KEY (issuer_id) REFERENCES clients(id)
devices CONSTRAINT devices_pkey PRIMARY KEY (id)
devices CONSTRAINT devices_rules CHECK (keep_rules_of_devices_1764356000000(state, platform, push_service, push_token, knowledge_key, name, name_cipher, pin_failures, pin_wrong, test_failures, pin_check_id, pin_check_nonce, pin_check_expires_at))
devices CONSTRAINT devices_serial_number_key UNIQUE (serial_number)
devices CONSTRAINT devices_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
CREATE INDEX devices_locked ON public.devices USING btree (pin_locked_at) WHERE (pin_locked_at IS NOT NULL)
CREATE UNIQUE INDEX devices_one_active ON public.devices USING btree (subscription_id, issuer_id) NULLS NOT DISTINCT WHERE (state = 'active'::text)
CREATE UNIQUE INDEX devices_pkey ON public.devices USING btree (id)
CREATE INDEX devices_revoked ON public.devices USING btree (revoked_at) WHERE (revoked_at IS NOT NULL)
CREATE UNIQUE INDEX devices_serial_number_key ON public.devices USING btree (serial_number)
CREATE INDEX devices_subscription ON public.devices USING btree (subscription_id)
CREATE INDEX devices_to_clear ON public.devices USING btree (revoked_at) WHERE ((state = 'revoked'::text) AND ((knowledge_key IS NOT NULL) OR (name IS NOT NULL) OR (name_cipher IS NOT NULL) OR (push_token IS NOT NULL) OR (test_envelope IS NOT NULL)))
CREATE INDEX devices_untested ON public.devices USING btree (test_expires_at) WHERE (state = 'testing'::text)
devices WITH (fillfactor=70)
disclosures PARTITION BY RANGE (at)
disclosures.id bigint NOT NULL DEFAULT nextval('disclosures_id_seq'::regclass)
disclosures.line_id text NOT NULL
disclosures.subscription_id uuid
disclosures.client_id uuid NOT NULL
disclosures.api text NOT NULL
disclosures.purpose text
disclosures.at timestamp with time zone NOT NULL DEFAULT now()
disclosures CONSTRAINT disclosures_pkey PRIMARY KEY (id, at)
CREATE INDEX disclosures_line ON ONLY public.disclosures USING btree (line_id, id) WHERE (subscription_id IS NULL)
CREATE UNIQUE INDEX disclosures_pkey ON ONLY public.disclosures USING btree (id, at)
CREATE INDEX disclosures_subscription ON ONLY public.disclosures USING btree (subscription_id, id) WHERE (subscription_id IS NOT NULL)
CREATE OR REPLACE FUNCTION public.drop_partition(parent text, partition text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET lock_timeout TO '1s' AS $function$ BEGIN PERFORM FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition WHERE i.inhparent = to_regclass(parent) AND c.relname = partition; IF NOT FOUND THEN RAISE EXCEPTION '% has no partition %', parent, partition; END IF; EXECUTE format('DROP TABLE %I', partition); END $function$
CREATE OR REPLACE FUNCTION public.drop_past_authentications(partition text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET lock_timeout TO '1s' AS $function$ BEGIN PERFORM FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'past_authentications'::regclass AND c.relname = partition; IF NOT FOUND THEN RAISE EXCEPTION 'past_authentications has no partition %', partition; END IF; EXECUTE format('DROP TABLE %I', partition); END $function$
enrolment_codes.code_digest bytea NOT NULL
enrolment_codes.subscription_id uuid
enrolment_codes.expires_at timestamp with time zone NOT NULL
enrolment_codes.used_at timestamp with time zone
enrolment_codes.device_id uuid
enrolment_codes.issuer_id uuid
enrolment_codes.card_key jsonb
enrolment_codes.reissue_id uuid
enrolment_codes.decoy_index bytea
enrolment_codes.confirmed boolean NOT NULL DEFAULT false
enrolment_codes CONSTRAINT code_is_of_a_subscription_or_a_decoy CHECK (((subscription_id IS NULL) = (decoy_index IS NOT NULL)))
enrolment_codes CONSTRAINT enrolment_codes_issuer_id_fkey FOREIGN KEY (issuer_id) REFERENCES clients(id)
enrolment_codes CONSTRAINT enrolment_codes_pkey PRIMARY KEY (code_digest)
enrolment_codes CONSTRAINT enrolment_codes_reissue_id_fkey FOREIGN KEY (reissue_id) REFERENCES reissues(id) ON DELETE SET NULL
enrolment_codes CONSTRAINT enrolment_codes_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id) ON DELETE CASCADE
enrolment_codes CONSTRAINT only_an_issuer_gives_a_card CHECK (((issuer_id IS NOT NULL) OR (card_key IS NULL)))
CREATE INDEX enrolment_codes_decoy ON public.enrolment_codes USING btree (decoy_index) WHERE (decoy_index IS NOT NULL)
CREATE INDEX enrolment_codes_decoy_over ON public.enrolment_codes USING btree (expires_at) WHERE (decoy_index IS NOT NULL)
CREATE UNIQUE INDEX enrolment_codes_pkey ON public.enrolment_codes USING btree (code_digest)
CREATE INDEX enrolment_codes_reissue ON public.enrolment_codes USING btree (reissue_id) WHERE (reissue_id IS NOT NULL)
CREATE INDEX enrolment_codes_subscription ON public.enrolment_codes USING btree (subscription_id)
figures.client_id uuid NOT NULL
figures.hour timestamp with time zone NOT NULL
figures.starts integer NOT NULL
figures.channels jsonb NOT NULL
figures.ends jsonb NOT NULL
figures.times jsonb NOT NULL
figures.not_me integer NOT NULL
figures CONSTRAINT figures_pkey PRIMARY KEY (client_id, hour)
CREATE INDEX figures_hour ON public.figures USING btree (hour)
CREATE UNIQUE INDEX figures_pkey ON public.figures USING btree (client_id, hour)
form_budgets.key bytea NOT NULL
form_budgets.sent timestamp with time zone[] NOT NULL
form_budgets CONSTRAINT form_budgets_pkey PRIMARY KEY (key)
CREATE UNIQUE INDEX form_budgets_pkey ON public.form_budgets USING btree (key)
idempotency_keys.client_id uuid NOT NULL
idempotency_keys.key_digest bytea NOT NULL
idempotency_keys.request_digest bytea NOT NULL
idempotency_keys.authentication_id uuid NOT NULL
idempotency_keys.created_at timestamp with time zone NOT NULL DEFAULT now()
idempotency_keys CONSTRAINT idempotency_keys_pkey PRIMARY KEY (client_id, key_digest)
CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON public.idempotency_keys USING btree (client_id, key_digest)
journal_mark.is_only boolean NOT NULL DEFAULT true
journal_mark.installation uuid NOT NULL DEFAULT gen_random_uuid()
journal_mark.system_identifier text
journal_mark.value bigint NOT NULL DEFAULT 0
journal_mark.epoch integer NOT NULL DEFAULT 0
journal_mark.compared_until timestamp with time zone
journal_mark.restored_at timestamp with time zone
journal_mark CONSTRAINT journal_mark_is_only_check CHECK (is_only)
journal_mark CONSTRAINT journal_mark_pkey PRIMARY KEY (is_only)
CREATE UNIQUE INDEX journal_mark_pkey ON public.journal_mark USING btree (is_only)
journal_writers.id uuid NOT NULL
journal_writers.mark bigint NOT NULL
journal_writers.seen_at timestamp with time zone NOT NULL DEFAULT now()
journal_writers CONSTRAINT journal_writers_pkey PRIMARY KEY (id)
CREATE UNIQUE INDEX journal_writers_pkey ON public.journal_writers USING btree (id)
CREATE OR REPLACE FUNCTION public.keep_rules_of_authentications_1764356000000(state text, channel text, flow text, attempts smallint, resends smallint, match_failures smallint, match_digits text, match_proven boolean, decline_reason text, closed_at timestamp with time zone, code_digest bytea, sms_code bytea, envelope text, end_user bytea, person bytea, purpose text, texts bytea, transaction bytea) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp' AS $function$ DECLARE broken text := CASE WHEN NOT (state IN ('pending', 'opened', 'verified', 'declined', 'expired', 'failed', 'cancelled')) THEN 'authentications_state_check' WHEN NOT (channel IN ('push', 'sms', 'otp', 'sign', 'approve')) THEN 'authentications_channel_check' WHEN NOT (decline_reason IN ('not_me', 'cancelled', 'wrong_details')) THEN 'authentications_decline_reason_check' WHEN NOT (attempts BETWEEN 0 AND 5) THEN 'authentications_attempts_check' WHEN NOT (resends BETWEEN 0 AND 3) THEN 'authentications_resends_check' WHEN NOT (match_failures BETWEEN 0 AND 3) THEN 'authentications_match_failures_check' WHEN NOT (flow IN ('api', 'code', 'ciba', 'number')) THEN 'flow_is_known' WHEN NOT ((state IN ('pending', 'opened')) = (closed_at IS NULL)) THEN 'closed_has_a_time' WHEN NOT (state IN ('pending', 'opened') OR code_digest IS NULL AND sms_code IS NULL AND envelope IS NULL) THEN 'closed_keeps_no_code' WHEN NOT (closed_at IS NULL OR end_user IS NULL) THEN 'closed_keeps_no_end_user' WHEN NOT ((state IN ('pending', 'opened', 'verified')) = (person IS NOT NULL)) THEN 'only_verified_keeps_the_person' WHEN NOT (num_nonnulls(purpose, texts) = 1) THEN 'purpose_is_kept_once' WHEN NOT (channel = 'sms' OR sms_code IS NULL) THEN 'push_keeps_no_plain_code' WHEN NOT (channel <> 'approve' OR match_digits IS NOT NULL) THEN 'approval_has_digits' WHEN NOT (match_digits IS NULL OR channel = 'sms' OR state NOT IN ('opened', 'verified') OR match_proven) THEN 'match_is_proven' WHEN NOT ((channel = 'sign' AND closed_at IS NULL) = (transaction IS NOT NULL)) THEN 'transaction_is_signed_while_open' END; BEGIN IF broken IS NULL THEN RETURN true; END IF; RAISE check_violation USING TABLE = 'authentications', CONSTRAINT = broken, MESSAGE = format('new row for relation "%s" violates check constraint "%s"', 'authentications', broken); END $function$
CREATE OR REPLACE FUNCTION public.keep_rules_of_devices_1764356000000(state text, platform text, push_service text, push_token bytea, knowledge_key bytea, name text, name_cipher bytea, pin_failures smallint, pin_wrong smallint, test_failures smallint, pin_check_id uuid, pin_check_nonce bytea, pin_check_expires_at timestamp with time zone) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp' AS $function$ DECLARE broken text := CASE WHEN NOT (state IN ('testing', 'active', 'revoked')) THEN 'devices_state_check' WHEN NOT (platform IN ('android', 'ios')) THEN 'devices_platform_check' WHEN NOT (push_service IN ('fcm', 'apns', 'webpush', 'none')) THEN 'devices_push_service_check' WHEN NOT (push_service <> 'none' OR push_token IS NULL) THEN 'devices_none_has_no_token' WHEN NOT (pin_failures BETWEEN 0 AND 5) THEN 'devices_pin_failures_check' WHEN NOT (pin_wrong BETWEEN 0 AND 15) THEN 'devices_pin_wrong_check' WHEN NOT (test_failures BETWEEN 0 AND 5) THEN 'devices_test_failures_check' WHEN NOT (state = 'revoked' OR knowledge_key IS NOT NULL) THEN 'device_in_use_has_its_key' WHEN NOT (name IS NULL OR name_cipher IS NULL) THEN 'device_is_named_once' WHEN NOT ((pin_check_id IS NULL) = (pin_check_nonce IS NULL) AND (pin_check_id IS NULL) = (pin_check_expires_at IS NULL)) THEN 'pin_check_is_whole' END; BEGIN IF broken IS NULL THEN RETURN true; END IF; RAISE check_violation USING TABLE = 'devices', CONSTRAINT = broken, MESSAGE = format('new row for relation "%s" violates check constraint "%s"', 'devices', broken); END $function$
lines.id text NOT NULL
lines.phone_index bytea
lines.phone_number bytea NOT NULL
lines.owner bytea NOT NULL
lines.carrier text NOT NULL
lines.status text NOT NULL
lines.holder text NOT NULL
lines.plan text NOT NULL
lines.handset jsonb NOT NULL
lines.updated_at timestamp with time zone NOT NULL DEFAULT now()
lines.version integer NOT NULL DEFAULT 1
lines.sequence bigint NOT NULL DEFAULT '-1'::integer
lines.told_at timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone
lines.awaited_index bytea
lines.sim_changed_at timestamp with time zone
lines.sim_doubted_at timestamp with time zone
lines.doubted_at timestamp with time zone
lines.handset_changed_at timestamp with time zone
lines.protected_until timestamp with time zone
lines.known_since timestamp with time zone NOT NULL DEFAULT now()
lines.numbered_at timestamp with time zone
lines.handed_at timestamp with time zone
lines CONSTRAINT lines_has_or_awaits_number CHECK ((num_nonnulls(phone_index, awaited_index) = 1))
lines CONSTRAINT lines_holder_check CHECK ((holder = ANY (ARRAY['self'::text, 'corporate'::text, 'other_party'::text])))
lines CONSTRAINT lines_pkey PRIMARY KEY (id)
lines CONSTRAINT lines_plan_check CHECK ((plan = ANY (ARRAY['postpaid'::text, 'prepaid'::text, 'm2m'::text])))
lines CONSTRAINT lines_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'terminated'::text])))
CREATE INDEX lines_awaiting ON public.lines USING btree (awaited_index) WHERE (awaited_index IS NOT NULL)
CREATE INDEX lines_doubted ON public.lines USING btree (doubted_at) WHERE (doubted_at IS NOT NULL)
CREATE INDEX lines_former ON public.lines USING btree (phone_index) WHERE (status = 'terminated'::text)
CREATE INDEX lines_over ON public.lines USING btree (updated_at) WHERE (status = 'terminated'::text)
CREATE UNIQUE INDEX lines_phone ON public.lines USING btree (phone_index) WHERE (status <> 'terminated'::text)
CREATE UNIQUE INDEX lines_pkey ON public.lines USING btree (id)
CREATE TRIGGER swap_line_changed_hands BEFORE UPDATE OF status, phone_index, numbered_at ON public.lines FOR EACH ROW WHEN (((new.numbered_at IS DISTINCT FROM old.numbered_at) OR ((new.status = 'terminated'::text) AND (old.status <> 'terminated'::text)) OR ((new.phone_index IS NULL) AND (old.phone_index IS NOT NULL)))) EXECUTE FUNCTION swap_line_changed_hands()
loss_breaker.is_only boolean NOT NULL DEFAULT true
loss_breaker.reports timestamp with time zone[] NOT NULL DEFAULT '{}'::timestamp with time zone[]
loss_breaker.tripped_since timestamp with time zone
loss_breaker.tripped_until timestamp with time zone
loss_breaker CONSTRAINT loss_breaker_is_only_check CHECK (is_only)
loss_breaker CONSTRAINT loss_breaker_pkey PRIMARY KEY (is_only)
CREATE UNIQUE INDEX loss_breaker_pkey ON public.loss_breaker USING btree (is_only)
migrations.id integer NOT NULL DEFAULT nextval('migrations_id_seq'::regclass)
migrations.timestamp bigint NOT NULL
migrations.name character varying NOT NULL
migrations CONSTRAINT PK_8c82d7f526340ab734260ea46be PRIMARY KEY (id)
CREATE UNIQUE INDEX "PK_8c82d7f526340ab734260ea46be" ON public.migrations USING btree (id)
not_me_counts.client_id uuid NOT NULL
not_me_counts.hour timestamp with time zone NOT NULL
not_me_counts.answers integer NOT NULL
not_me_counts CONSTRAINT not_me_counts_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id)
not_me_counts CONSTRAINT not_me_counts_pkey PRIMARY KEY (client_id, hour)
CREATE INDEX not_me_counts_hour ON public.not_me_counts USING btree (hour)
CREATE UNIQUE INDEX not_me_counts_pkey ON public.not_me_counts USING btree (client_id, hour)
notices.id uuid NOT NULL
notices.subscription_id uuid NOT NULL
notices.kind text NOT NULL
notices.detail text
notices.address bytea NOT NULL
notices.created_at timestamp with time zone NOT NULL DEFAULT now()
notices CONSTRAINT notices_pkey PRIMARY KEY (id)
CREATE INDEX notices_age ON public.notices USING btree (created_at)
CREATE UNIQUE INDEX notices_pkey ON public.notices USING btree (id)
CREATE INDEX notices_subscription ON public.notices USING btree (subscription_id)
openid_requests.id uuid NOT NULL
openid_requests.client_id uuid NOT NULL
openid_requests.request_uri_digest bytea
openid_requests.parameters bytea NOT NULL
openid_requests.redirect_uri text NOT NULL
openid_requests.code_challenge text
openid_requests.window_id uuid
openid_requests.authentication_id uuid
openid_requests.code_digest bytea
openid_requests.code_expires_at timestamp with time zone
openid_requests.redeemed_at timestamp with time zone
openid_requests.expires_at timestamp with time zone NOT NULL
openid_requests.dpop_jkt text
openid_requests CONSTRAINT openid_requests_check CHECK (((request_uri_digest IS NOT NULL) OR (window_id IS NOT NULL)))
openid_requests CONSTRAINT openid_requests_check1 CHECK ((((code_digest IS NULL) = (authentication_id IS NULL)) AND ((code_digest IS NULL) = (code_expires_at IS NULL))))
openid_requests CONSTRAINT openid_requests_check2 CHECK (((redeemed_at IS NULL) OR (code_digest IS NOT NULL)))
openid_requests CONSTRAINT openid_requests_code_digest_check CHECK ((octet_length(code_digest) = 32))
openid_requests CONSTRAINT openid_requests_code_digest_key UNIQUE (code_digest)
openid_requests CONSTRAINT openid_requests_pkey PRIMARY KEY (id)
openid_requests CONSTRAINT openid_requests_request_uri_digest_check CHECK ((octet_length(request_uri_digest) = 32))
openid_requests CONSTRAINT openid_requests_request_uri_digest_key UNIQUE (request_uri_digest)
CREATE INDEX openid_requests_authentication ON public.openid_requests USING btree (authentication_id) WHERE (authentication_id IS NOT NULL)
CREATE UNIQUE INDEX openid_requests_code_digest_key ON public.openid_requests USING btree (code_digest)
CREATE INDEX openid_requests_expiry ON public.openid_requests USING btree (expires_at)
CREATE UNIQUE INDEX openid_requests_pkey ON public.openid_requests USING btree (id)
CREATE UNIQUE INDEX openid_requests_request_uri_digest_key ON public.openid_requests USING btree (request_uri_digest)
openid_revocations.authentication_id uuid NOT NULL
openid_revocations.revoked_at timestamp with time zone NOT NULL DEFAULT now()
openid_revocations CONSTRAINT openid_revocations_pkey PRIMARY KEY (authentication_id)
CREATE INDEX openid_revocations_expiry ON public.openid_revocations USING btree (revoked_at)
CREATE UNIQUE INDEX openid_revocations_pkey ON public.openid_revocations USING btree (authentication_id)
operator_looks.session_digest bytea NOT NULL
operator_looks.about text NOT NULL
operator_looks.reason text NOT NULL
operator_looks CONSTRAINT operator_looks_pkey PRIMARY KEY (session_digest, about)
operator_looks CONSTRAINT operator_looks_session_digest_fkey FOREIGN KEY (session_digest) REFERENCES account_sessions(digest) ON DELETE CASCADE
CREATE UNIQUE INDEX operator_looks_pkey ON public.operator_looks USING btree (session_digest, about)
past_authentications PARTITION BY RANGE (id)
past_authentications.id uuid NOT NULL
past_authentications.client_id uuid NOT NULL
past_authentications.person_index bytea NOT NULL
past_authentications.line_id text
past_authentications.subscription_id uuid
past_authentications.device_id uuid
past_authentications.channel text NOT NULL
past_authentications.state text NOT NULL
past_authentications.purpose text
past_authentications.person bytea
past_authentications.end_user bytea
past_authentications.nonce bytea NOT NULL
past_authentications.attempts smallint NOT NULL DEFAULT 0
past_authentications.code_digest bytea
past_authentications.sms_code bytea
past_authentications.envelope text
past_authentications.resends smallint NOT NULL DEFAULT 0
past_authentications.sent_at timestamp with time zone NOT NULL
past_authentications.decline_reason text
past_authentications.requested_at timestamp with time zone NOT NULL
past_authentications.expires_at timestamp with time zone NOT NULL
past_authentications.closed_at timestamp with time zone
past_authentications.line_version integer
past_authentications.authenticator_id uuid
past_authentications.transaction bytea
past_authentications.texts bytea
past_authentications.code_host text
past_authentications.held boolean NOT NULL DEFAULT false
past_authentications.budgets bytea[]
past_authentications.not_me_at timestamp with time zone
past_authentications.window_id uuid
past_authentications.opened_at timestamp with time zone
past_authentications.match_digits text
past_authentications.match_failures smallint NOT NULL DEFAULT 0
past_authentications.flow text NOT NULL DEFAULT 'api'::text
past_authentications.match_proven boolean NOT NULL DEFAULT false
past_authentications CONSTRAINT past_authentications_pkey PRIMARY KEY (id)
CREATE INDEX past_authentications_client ON ONLY public.past_authentications USING btree (client_id, id)
CREATE INDEX past_authentications_history ON ONLY public.past_authentications USING btree (subscription_id, requested_at) WHERE (subscription_id IS NOT NULL)
CREATE INDEX past_authentications_line ON ONLY public.past_authentications USING btree (line_id) WHERE ((line_id IS NOT NULL) AND (subscription_id IS NULL))
CREATE UNIQUE INDEX past_authentications_pkey ON ONLY public.past_authentications USING btree (id)
past_carrier_events PARTITION BY RANGE (received_at)
past_carrier_events.id text NOT NULL
past_carrier_events.source text
past_carrier_events.event_id text
past_carrier_events.type text
past_carrier_events.line_id text
past_carrier_events.sequence bigint
past_carrier_events.at timestamp with time zone
past_carrier_events.outcome text NOT NULL
past_carrier_events.reason text
past_carrier_events.received_at timestamp with time zone NOT NULL
past_carrier_events CONSTRAINT past_carrier_events_pkey PRIMARY KEY (received_at, id)
CREATE INDEX past_carrier_events_line ON ONLY public.past_carrier_events USING btree (line_id) WHERE (line_id IS NOT NULL)
CREATE UNIQUE INDEX past_carrier_events_pkey ON ONLY public.past_carrier_events USING btree (received_at, id)
push_answers PARTITION BY RANGE (answered_at)
push_answers.id bigint NOT NULL DEFAULT nextval('push_answers_id_seq'::regclass)
push_answers.device_id uuid NOT NULL
push_answers.delivery_id bigint NOT NULL
push_answers.kind text NOT NULL
push_answers.push_service text NOT NULL
push_answers.outcome text NOT NULL
push_answers.code text
push_answers.message_id text
push_answers.attempt smallint NOT NULL
push_answers.answered_at timestamp with time zone NOT NULL DEFAULT now()
push_answers.took_ms integer NOT NULL
push_answers.authentication_id uuid
push_answers CONSTRAINT push_answers_code_check CHECK ((length(code) <= 80))
push_answers CONSTRAINT push_answers_kind_check CHECK ((kind = ANY (ARRAY['wake'::text, 'code'::text, 'cancelled'::text, 'test'::text, 'notice'::text, 'alert'::text, 'push_test'::text])))
push_answers CONSTRAINT push_answers_message_id_check CHECK ((length(message_id) <= 200))
push_answers CONSTRAINT push_answers_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'unregistered'::text, 'rejected'::text, 'retry'::text])))
push_answers CONSTRAINT push_answers_pkey PRIMARY KEY (id, answered_at)
CREATE INDEX push_answers_device ON ONLY public.push_answers USING btree (device_id, id)
CREATE UNIQUE INDEX push_answers_pkey ON ONLY public.push_answers USING btree (id, answered_at)
CREATE INDEX push_answers_time ON ONLY public.push_answers USING btree (answered_at)
CREATE OR REPLACE FUNCTION public.refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $function$ BEGIN RAISE EXCEPTION '% is append-only: % is refused, whoever asks', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation', HINT = 'What an entry has wrong, a further entry puts right.'; END $function$
registrations.id uuid NOT NULL
registrations.client_id uuid NOT NULL
registrations.subscription_id uuid
registrations.device_id uuid
registrations.person_index bytea
registrations.state text NOT NULL
registrations.nonce bytea NOT NULL
registrations.key_digest bytea
registrations.request_digest bytea
registrations.requested_at timestamp with time zone NOT NULL
registrations.expires_at timestamp with time zone NOT NULL
registrations.confirmed_at timestamp with time zone
registrations.closed_at timestamp with time zone
registrations.closed_by text
registrations CONSTRAINT active_was_confirmed CHECK (((state <> 'active'::text) OR (confirmed_at IS NOT NULL)))
registrations CONSTRAINT asked_names_a_person CHECK (((state <> 'pending'::text) OR (person_index IS NOT NULL)))
registrations CONSTRAINT key_is_whole CHECK (((key_digest IS NULL) = (request_digest IS NULL)))
registrations CONSTRAINT names_a_device_or_nobody CHECK (((subscription_id IS NULL) = (device_id IS NULL)))
registrations CONSTRAINT nobody_confirms CHECK (((device_id IS NOT NULL) OR (confirmed_at IS NULL)))
registrations CONSTRAINT registration_closed_has_a_time CHECK ((((state = ANY (ARRAY['pending'::text, 'active'::text])) = (closed_at IS NULL)) AND ((closed_at IS NULL) = (closed_by IS NULL))))
registrations CONSTRAINT registrations_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id)
registrations CONSTRAINT registrations_closed_by_check CHECK ((closed_by = ANY (ARRAY['app'::text, 'website'::text, 'client'::text, 'time'::text, 'another'::text, 'device'::text])))
registrations CONSTRAINT registrations_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices(id)
registrations CONSTRAINT registrations_pkey PRIMARY KEY (id)
registrations CONSTRAINT registrations_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'active'::text, 'declined'::text, 'expired'::text, 'revoked'::text])))
registrations CONSTRAINT registrations_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
CREATE INDEX registrations_age ON public.registrations USING btree (requested_at)
CREATE INDEX registrations_client ON public.registrations USING btree (client_id, requested_at)
CREATE INDEX registrations_device ON public.registrations USING btree (device_id) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX registrations_key ON public.registrations USING btree (client_id, key_digest) WHERE (key_digest IS NOT NULL)
CREATE INDEX registrations_keyed ON public.registrations USING btree (requested_at) WHERE (key_digest IS NOT NULL)
CREATE INDEX registrations_on_device ON public.registrations USING btree (device_id) WHERE (device_id IS NOT NULL)
CREATE UNIQUE INDEX registrations_one_active ON public.registrations USING btree (client_id, subscription_id) WHERE (state = 'active'::text)
CREATE UNIQUE INDEX registrations_one_pending ON public.registrations USING btree (client_id, person_index) WHERE (state = 'pending'::text)
CREATE INDEX registrations_pending ON public.registrations USING btree (expires_at) WHERE (state = 'pending'::text)
CREATE UNIQUE INDEX registrations_pkey ON public.registrations USING btree (id)
CREATE INDEX registrations_revoked ON public.registrations USING btree (closed_at) WHERE (state = 'revoked'::text)
CREATE INDEX registrations_subscription ON public.registrations USING btree (subscription_id, requested_at)
reissue_applications.id uuid NOT NULL
reissue_applications.digest bytea NOT NULL
reissue_applications.person bytea
reissue_applications.due_at timestamp with time zone NOT NULL DEFAULT now()
reissue_applications.subscription_id uuid
reissue_applications.cause text NOT NULL
reissue_applications.old_serial_number text NOT NULL
reissue_applications.identity_proof text NOT NULL
reissue_applications.authentication_id uuid
reissue_applications.proof_reference bytea
reissue_applications.delivery text NOT NULL
reissue_applications.recipient bytea
reissue_applications.state text NOT NULL DEFAULT 'filed'::text
reissue_applications.filed_at timestamp with time zone NOT NULL DEFAULT now()
reissue_applications.expires_at timestamp with time zone NOT NULL
reissue_applications.reissue_id uuid
reissue_applications.closed_by text
reissue_applications.closed_at timestamp with time zone
reissue_applications CONSTRAINT application_closed_at_once CHECK (((state = 'filed'::text) = (closed_at IS NULL)))
reissue_applications CONSTRAINT application_taken_as_reissue CHECK (((state = 'taken'::text) = (reissue_id IS NOT NULL)))
reissue_applications CONSTRAINT reissue_applications_cause_check CHECK ((cause = ANY (ARRAY['lost'::text, 'broken'::text])))
reissue_applications CONSTRAINT reissue_applications_delivery_check CHECK ((delivery = ANY (ARRAY['visit'::text, 'post'::text, 'app'::text])))
reissue_applications CONSTRAINT reissue_applications_digest_check CHECK ((length(digest) = 32))
reissue_applications CONSTRAINT reissue_applications_digest_key UNIQUE (digest)
reissue_applications CONSTRAINT reissue_applications_identity_proof_check CHECK ((identity_proof = ANY (ARRAY['phone'::text, 'certificate'::text, 'i_pin'::text, 'id_card'::text])))
reissue_applications CONSTRAINT reissue_applications_old_serial_number_check CHECK ((old_serial_number ~ '^PG-\d{4}-\d{4}-\d{4}$'::text))
reissue_applications CONSTRAINT reissue_applications_pkey PRIMARY KEY (id)
reissue_applications CONSTRAINT reissue_applications_state_check CHECK ((state = ANY (ARRAY['filed'::text, 'taken'::text, 'declined'::text, 'withdrawn'::text, 'expired'::text])))
reissue_applications CONSTRAINT reissue_applications_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
reissue_applications CONSTRAINT verified_by_phone CHECK (((identity_proof = 'phone'::text) = (authentication_id IS NOT NULL)))
CREATE INDEX reissue_applications_age ON public.reissue_applications USING btree (filed_at)
CREATE UNIQUE INDEX reissue_applications_authentication ON public.reissue_applications USING btree (authentication_id) WHERE (authentication_id IS NOT NULL)
CREATE UNIQUE INDEX reissue_applications_digest_key ON public.reissue_applications USING btree (digest)
CREATE INDEX reissue_applications_due ON public.reissue_applications USING btree (due_at) WHERE (person IS NOT NULL)
CREATE INDEX reissue_applications_filed ON public.reissue_applications USING btree (filed_at) WHERE (state = 'filed'::text)
CREATE UNIQUE INDEX reissue_applications_pkey ON public.reissue_applications USING btree (id)
CREATE UNIQUE INDEX reissue_applications_reissue ON public.reissue_applications USING btree (reissue_id) WHERE (reissue_id IS NOT NULL)
CREATE INDEX reissue_applications_subscription ON public.reissue_applications USING btree (subscription_id, filed_at)
CREATE INDEX reissue_applications_verified ON public.reissue_applications USING btree (subscription_id, filed_at) WHERE ((state = 'filed'::text) AND (authentication_id IS NOT NULL))
CREATE INDEX reissue_applications_waiting ON public.reissue_applications USING btree (subscription_id, filed_at) WHERE (state = 'filed'::text)
reissues.id uuid NOT NULL
reissues.subscription_id uuid NOT NULL
reissues.cause text NOT NULL
reissues.old_serial_number text NOT NULL
reissues.identity_proof text NOT NULL
reissues.delivery text NOT NULL
reissues.state text NOT NULL
reissues.link integer NOT NULL
reissues.applied_by text NOT NULL
reissues.applied_by_operator uuid
reissues.applied_at timestamp with time zone NOT NULL DEFAULT now()
reissues.expires_at timestamp with time zone NOT NULL
reissues.decided_by text
reissues.decided_by_operator uuid
reissues.decided_at timestamp with time zone
reissues.issued_by text
reissues.issued_at timestamp with time zone
reissues.device_id uuid
reissues.registered_at timestamp with time zone
reissues.closed_by text
reissues.closed_at timestamp with time zone
reissues CONSTRAINT reissue_closed_has_a_time CHECK (((state = ANY (ARRAY['completed'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text])) = (closed_at IS NOT NULL)))
reissues CONSTRAINT reissue_decided_before_it_counts CHECK (((state <> ALL (ARRAY['approved'::text, 'issued'::text, 'registered'::text, 'completed'::text, 'refused'::text])) OR (decided_by IS NOT NULL)))
reissues CONSTRAINT reissue_decided_by_somebody_else CHECK ((decided_by_operator <> applied_by_operator))
reissues CONSTRAINT reissue_decision_is_whole CHECK (((decided_by IS NULL) = (decided_at IS NULL)))
reissues CONSTRAINT reissue_issued_before_it_counts CHECK (((state <> ALL (ARRAY['issued'::text, 'registered'::text, 'completed'::text])) OR (issued_at IS NOT NULL)))
reissues CONSTRAINT reissue_registered_names_a_device CHECK (((state <> ALL (ARRAY['registered'::text, 'completed'::text])) OR ((device_id IS NOT NULL) AND (registered_at IS NOT NULL))))
reissues CONSTRAINT reissues_applied_by_operator_fkey FOREIGN KEY (applied_by_operator) REFERENCES accounts(id)
reissues CONSTRAINT reissues_cause_check CHECK ((cause = ANY (ARRAY['lost'::text, 'broken'::text])))
reissues CONSTRAINT reissues_decided_by_operator_fkey FOREIGN KEY (decided_by_operator) REFERENCES accounts(id)
reissues CONSTRAINT reissues_delivery_check CHECK ((delivery = ANY (ARRAY['visit'::text, 'post'::text, 'app'::text])))
reissues CONSTRAINT reissues_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices(id)
reissues CONSTRAINT reissues_identity_proof_check CHECK ((identity_proof = ANY (ARRAY['phone'::text, 'certificate'::text, 'i_pin'::text, 'id_card'::text])))
reissues CONSTRAINT reissues_pkey PRIMARY KEY (id)
reissues CONSTRAINT reissues_state_check CHECK ((state = ANY (ARRAY['applied'::text, 'approved'::text, 'issued'::text, 'registered'::text, 'completed'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text])))
reissues CONSTRAINT reissues_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
CREATE INDEX reissues_age ON public.reissues USING btree (applied_at)
CREATE INDEX reissues_device ON public.reissues USING btree (device_id) WHERE (device_id IS NOT NULL)
CREATE UNIQUE INDEX reissues_one_open ON public.reissues USING btree (subscription_id) WHERE (closed_at IS NULL)
CREATE INDEX reissues_open ON public.reissues USING btree (expires_at) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX reissues_pkey ON public.reissues USING btree (id)
CREATE INDEX reissues_subscription ON public.reissues USING btree (subscription_id, applied_at)
reports.id uuid NOT NULL
reports.kind text NOT NULL
reports.person bytea
reports.subscription_id uuid
reports.filed_at timestamp with time zone NOT NULL DEFAULT now()
reports.due_at timestamp with time zone NOT NULL DEFAULT now()
reports.outcome text
reports.settled_by text
reports.settled_at timestamp with time zone
reports.told_at timestamp with time zone[] NOT NULL DEFAULT '{}'::timestamp with time zone[]
reports CONSTRAINT named_until_dealt_with CHECK (((person IS NULL) = (outcome IS NOT NULL)))
reports CONSTRAINT reports_kind_check CHECK ((kind = ANY (ARRAY['lost_phone'::text, 'new_phone'::text, 'forgotten_pin'::text])))
reports CONSTRAINT reports_outcome_check CHECK ((outcome = ANY (ARRAY['nobody'::text, 'no_change'::text, 'suspended'::text, 'code_sent'::text, 'confirmed'::text, 'call_centre'::text])))
reports CONSTRAINT reports_pkey PRIMARY KEY (id)
reports CONSTRAINT settled_by_somebody CHECK (((settled_by IS NULL) = (settled_at IS NULL)))
CREATE INDEX reports_age ON public.reports USING btree (filed_at)
CREATE INDEX reports_at_the_desk ON public.reports USING btree (filed_at) WHERE ((outcome = ANY (ARRAY['suspended'::text, 'call_centre'::text])) AND (settled_at IS NULL))
CREATE INDEX reports_due ON public.reports USING btree (due_at) WHERE (outcome IS NULL)
CREATE UNIQUE INDEX reports_one_new_phone ON public.reports USING btree (subscription_id) WHERE ((kind = 'new_phone'::text) AND (outcome IS NULL))
CREATE UNIQUE INDEX reports_pkey ON public.reports USING btree (id)
CREATE INDEX reports_subscription ON public.reports USING btree (subscription_id) WHERE (subscription_id IS NOT NULL)
service_figures.hour timestamp with time zone NOT NULL
service_figures.requests jsonb NOT NULL
service_figures.pushes jsonb NOT NULL
service_figures CONSTRAINT service_figures_pkey PRIMARY KEY (hour)
CREATE UNIQUE INDEX service_figures_pkey ON public.service_figures USING btree (hour)
sink_tokens.id uuid NOT NULL
sink_tokens.client_id uuid NOT NULL
sink_tokens.digest bytea NOT NULL
sink_tokens.note text
sink_tokens.issued_at timestamp with time zone NOT NULL DEFAULT now()
sink_tokens.expires_at timestamp with time zone NOT NULL
sink_tokens.revoked_at timestamp with time zone
sink_tokens.last_used_at timestamp with time zone
sink_tokens CONSTRAINT sink_tokens_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
sink_tokens CONSTRAINT sink_tokens_digest_key UNIQUE (digest)
sink_tokens CONSTRAINT sink_tokens_pkey PRIMARY KEY (id)
CREATE INDEX sink_tokens_client ON public.sink_tokens USING btree (client_id)
CREATE UNIQUE INDEX sink_tokens_digest_key ON public.sink_tokens USING btree (digest)
CREATE UNIQUE INDEX sink_tokens_pkey ON public.sink_tokens USING btree (id)
CREATE INDEX sink_tokens_revoked ON public.sink_tokens USING btree (revoked_at) WHERE (revoked_at IS NOT NULL)
sms_permissions.id uuid NOT NULL
sms_permissions.subscription_id uuid NOT NULL
sms_permissions.client_id uuid NOT NULL
sms_permissions.device_id uuid NOT NULL
sms_permissions.nonce bytea NOT NULL
sms_permissions.created_at timestamp with time zone NOT NULL
sms_permissions.expires_at timestamp with time zone NOT NULL
sms_permissions.permitted_at timestamp with time zone
sms_permissions.ends_at timestamp with time zone
sms_permissions.ended_at timestamp with time zone
sms_permissions CONSTRAINT only_permitted_ends CHECK (((ended_at IS NULL) OR (permitted_at IS NOT NULL)))
sms_permissions CONSTRAINT permitted_has_an_end CHECK (((permitted_at IS NULL) = (ends_at IS NULL)))
sms_permissions CONSTRAINT sms_permissions_pkey PRIMARY KEY (id)
CREATE INDEX sms_permissions_age ON public.sms_permissions USING brin (created_at) WITH (autosummarize='on')
CREATE UNIQUE INDEX sms_permissions_pkey ON public.sms_permissions USING btree (id)
CREATE UNIQUE INDEX sms_permissions_standing ON public.sms_permissions USING btree (subscription_id, client_id) WHERE ((permitted_at IS NOT NULL) AND (ended_at IS NULL))
CREATE INDEX sms_permissions_subscription ON public.sms_permissions USING btree (subscription_id, permitted_at)
sms_receipts.id bigint NOT NULL
sms_receipts.message_id text NOT NULL
sms_receipts.state text NOT NULL
sms_receipts.received_at timestamp with time zone NOT NULL DEFAULT now()
sms_receipts CONSTRAINT sms_receipts_pkey PRIMARY KEY (id)
sms_receipts CONSTRAINT sms_receipts_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'unknown'::text, 'delivered'::text, 'expired'::text, 'deleted'::text, 'undeliverable'::text, 'rejected'::text])))
CREATE INDEX sms_receipts_age ON public.sms_receipts USING btree (received_at)
CREATE INDEX sms_receipts_named ON public.sms_receipts USING btree (message_id)
CREATE UNIQUE INDEX sms_receipts_pkey ON public.sms_receipts USING btree (id)
start_budgets.person_index bytea NOT NULL
start_budgets.starts timestamp with time zone[] NOT NULL
start_budgets.quiet_until timestamp with time zone
start_budgets CONSTRAINT start_budgets_pkey PRIMARY KEY (person_index)
CREATE UNIQUE INDEX start_budgets_pkey ON public.start_budgets USING btree (person_index)
subscription_links.subscription_id uuid NOT NULL
subscription_links.number integer NOT NULL
subscription_links.previous integer
subscription_links.from_state text
subscription_links.to_state text NOT NULL
subscription_links.change text NOT NULL
subscription_links.reason text
subscription_links.actor text NOT NULL
subscription_links.actor_id text
subscription_links.event_source text
subscription_links.event_id text
subscription_links.at timestamp with time zone NOT NULL
subscription_links.recorded_at timestamp with time zone NOT NULL DEFAULT now()
subscription_links CONSTRAINT link_counts_on CHECK ((((number = 1) AND (previous IS NULL) AND (from_state IS NULL)) OR ((previous = (number - 1)) AND (from_state IS NOT NULL))))
subscription_links CONSTRAINT link_ends_in_its_state UNIQUE (subscription_id, number, to_state)
subscription_links CONSTRAINT link_follows_the_one_before FOREIGN KEY (subscription_id, previous, from_state) REFERENCES subscription_links(subscription_id, number, to_state)
subscription_links CONSTRAINT link_is_allowed CHECK ((((COALESCE(from_state, ''::text) || '>'::text) || to_state) = ANY (ARRAY['>awaiting_device'::text, 'awaiting_device>awaiting_device'::text, 'awaiting_device>active'::text, 'awaiting_device>suspended'::text, 'awaiting_device>cancelled'::text, 'active>active'::text, 'active>suspended'::text, 'active>cancelled'::text, 'suspended>suspended'::text, 'suspended>active'::text, 'suspended>cancelled'::text])))
subscription_links CONSTRAINT subscription_links_actor_check CHECK ((actor = ANY (ARRAY['customer'::text, 'operator'::text, 'carrier'::text, 'reconciliation'::text, 'unknown'::text])))
subscription_links CONSTRAINT subscription_links_change_check CHECK ((change = ANY (ARRAY['subscribed'::text, 'device_activated'::text, 'suspended'::text, 'resumed'::text, 'cancelled'::text])))
subscription_links CONSTRAINT subscription_links_pkey PRIMARY KEY (subscription_id, number)
subscription_links CONSTRAINT subscription_links_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
CREATE UNIQUE INDEX link_ends_in_its_state ON public.subscription_links USING btree (subscription_id, number, to_state)
CREATE INDEX subscription_links_age ON public.subscription_links USING brin (recorded_at) WITH (autosummarize='on')
CREATE UNIQUE INDEX subscription_links_pkey ON public.subscription_links USING btree (subscription_id, number)
subscriptions.id uuid NOT NULL
subscriptions.line_id text NOT NULL
subscriptions.state text NOT NULL
subscriptions.suspensions text[] NOT NULL DEFAULT '{}'::text[]
subscriptions.reason text
subscriptions.protected_since timestamp with time zone
subscriptions.since timestamp with time zone NOT NULL DEFAULT now()
subscriptions.created_at timestamp with time zone NOT NULL DEFAULT now()
subscriptions.link integer NOT NULL DEFAULT 1
subscriptions.handset_changed_at timestamp with time zone
subscriptions.reissued_at timestamp with time zone
subscriptions.unconfirmed_enrolment_at timestamp with time zone
subscriptions.loss_objected_at timestamp with time zone
subscriptions.new_phone_objected_at timestamp with time zone
subscriptions.pin_unlocked_at timestamp with time zone
subscriptions CONSTRAINT active_is_protected CHECK (((state <> 'active'::text) OR ((protected_since IS NOT NULL) AND (suspensions = '{}'::text[]))))
subscriptions CONSTRAINT cancelled_for_a_reason CHECK (((state <> 'cancelled'::text) OR ((reason IS NOT NULL) AND (reason = ANY (ARRAY['website'::text, 'call_centre'::text, 'ported_out'::text, 'owner_changed'::text, 'unsupported_device'::text, 'line_terminated'::text, 'ineligible_plan'::text])))))
subscriptions CONSTRAINT stands_at_its_last_link FOREIGN KEY (id, link, state) REFERENCES subscription_links(subscription_id, number, to_state)
subscriptions CONSTRAINT subscriptions_line_id_fkey FOREIGN KEY (line_id) REFERENCES lines(id)
subscriptions CONSTRAINT subscriptions_pkey PRIMARY KEY (id)
subscriptions CONSTRAINT subscriptions_state_check CHECK ((state = ANY (ARRAY['awaiting_device'::text, 'active'::text, 'suspended'::text, 'cancelled'::text])))
subscriptions CONSTRAINT subscriptions_suspensions_check CHECK ((suspensions <@ ARRAY['line_suspended'::text, 'loss_reported'::text, 'sim_swapped'::text]))
subscriptions CONSTRAINT suspended_for_a_reason CHECK (((state <> 'suspended'::text) OR (suspensions <> '{}'::text[])))
CREATE INDEX subscriptions_line ON public.subscriptions USING btree (line_id, created_at)
CREATE UNIQUE INDEX subscriptions_one_a_line ON public.subscriptions USING btree (line_id) WHERE (state <> 'cancelled'::text)
CREATE INDEX subscriptions_over ON public.subscriptions USING btree (since) WHERE (state = 'cancelled'::text)
CREATE UNIQUE INDEX subscriptions_pkey ON public.subscriptions USING btree (id)
CREATE INDEX subscriptions_suspended ON public.subscriptions USING btree (id) WHERE (state = 'suspended'::text)
CREATE OR REPLACE FUNCTION public.swap_line_changed_hands() RETURNS trigger LANGUAGE plpgsql AS $function$ BEGIN WITH ended AS ( UPDATE swap_subscriptions SET ended_at = now() WHERE line_id = NEW.id AND ended_at IS NULL RETURNING id, client_id ) INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason) SELECT id, client_id, 'ended', now(), 'NETWORK_TERMINATED' FROM ended; IF NEW.numbered_at IS DISTINCT FROM OLD.numbered_at THEN NEW.handed_at = date_trunc('milliseconds', now()); END IF; RETURN NEW; END $function$
swap_notifications.id uuid NOT NULL DEFAULT gen_random_uuid()
swap_notifications.subscription_id uuid NOT NULL
swap_notifications.client_id uuid NOT NULL
swap_notifications.kind text NOT NULL
swap_notifications.at timestamp with time zone NOT NULL
swap_notifications.reason text
swap_notifications.attempts integer NOT NULL DEFAULT 0
swap_notifications.due_at timestamp with time zone NOT NULL DEFAULT now()
swap_notifications CONSTRAINT swap_notification_of_an_end_has_a_reason CHECK (((kind = 'ended'::text) = (reason IS NOT NULL)))
swap_notifications CONSTRAINT swap_notifications_kind_check CHECK ((kind = ANY (ARRAY['started'::text, 'swapped'::text, 'ended'::text])))
swap_notifications CONSTRAINT swap_notifications_pkey PRIMARY KEY (id)
swap_notifications CONSTRAINT swap_notifications_reason_check CHECK ((reason = ANY (ARRAY['MAX_EVENTS_REACHED'::text, 'NETWORK_TERMINATED'::text, 'SUBSCRIPTION_EXPIRED'::text, 'ACCESS_TOKEN_EXPIRED'::text, 'SUBSCRIPTION_DELETED'::text])))
swap_notifications CONSTRAINT swap_notifications_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES swap_subscriptions(id)
CREATE INDEX swap_notifications_due ON public.swap_notifications USING btree (client_id, ((kind <> 'swapped'::text)), due_at)
CREATE UNIQUE INDEX swap_notifications_pkey ON public.swap_notifications USING btree (id)
CREATE INDEX swap_notifications_subscription ON public.swap_notifications USING btree (subscription_id)
swap_subscriptions.id uuid NOT NULL
swap_subscriptions.client_id uuid NOT NULL
swap_subscriptions.line_id text NOT NULL
swap_subscriptions.slot smallint NOT NULL
swap_subscriptions.sink text NOT NULL
swap_subscriptions.sealed bytea NOT NULL
swap_subscriptions.purpose text
swap_subscriptions.expire_time timestamp with time zone
swap_subscriptions.token_expires_at timestamp with time zone
swap_subscriptions.initial_event boolean NOT NULL
swap_subscriptions.most_events integer
swap_subscriptions.events integer NOT NULL DEFAULT 0
swap_subscriptions.started_at timestamp with time zone NOT NULL
swap_subscriptions.ends_at timestamp with time zone NOT NULL
swap_subscriptions.ended_at timestamp with time zone
swap_subscriptions CONSTRAINT swap_subscription_has_events_left CHECK (((ended_at IS NOT NULL) OR (most_events IS NULL) OR (events < most_events)))
swap_subscriptions CONSTRAINT swap_subscriptions_events_check CHECK ((events >= 0))
swap_subscriptions CONSTRAINT swap_subscriptions_most_events_check CHECK ((most_events > 0))
swap_subscriptions CONSTRAINT swap_subscriptions_pkey PRIMARY KEY (id)
swap_subscriptions CONSTRAINT swap_subscriptions_slot_check CHECK (((slot >= 1) AND (slot <= 5)))
CREATE INDEX swap_subscriptions_client ON public.swap_subscriptions USING btree (client_id, id) WHERE (ended_at IS NULL)
CREATE INDEX swap_subscriptions_end ON public.swap_subscriptions USING btree (ends_at) WHERE (ended_at IS NULL)
CREATE INDEX swap_subscriptions_ended ON public.swap_subscriptions USING btree (ended_at) WHERE (ended_at IS NOT NULL)
CREATE INDEX swap_subscriptions_line ON public.swap_subscriptions USING btree (line_id) WHERE (ended_at IS NULL)
CREATE UNIQUE INDEX swap_subscriptions_pkey ON public.swap_subscriptions USING btree (id)
CREATE UNIQUE INDEX swap_subscriptions_slot ON public.swap_subscriptions USING btree (client_id, line_id, slot) WHERE (ended_at IS NULL)
test_authentications.id uuid NOT NULL
test_authentications.client_id uuid NOT NULL
test_authentications.channel text NOT NULL
test_authentications.state text NOT NULL DEFAULT 'pending'::text
test_authentications.person bytea
test_authentications.person_digest bytea NOT NULL
test_authentications.code text
test_authentications.question text
test_authentications.wrong_first smallint NOT NULL DEFAULT 0
test_authentications.attempts smallint NOT NULL DEFAULT 0
test_authentications.resends smallint NOT NULL DEFAULT 0
test_authentications.sent_at timestamp with time zone NOT NULL
test_authentications.started_at timestamp with time zone NOT NULL
test_authentications.opens_at timestamp with time zone
test_authentications.ends_at timestamp with time zone NOT NULL
test_authentications.ends_as text NOT NULL
test_authentications.expires_at timestamp with time zone NOT NULL
test_authentications.next_at timestamp with time zone NOT NULL
test_authentications.closed_at timestamp with time zone
test_authentications.key_digest bytea
test_authentications.request_digest bytea
test_authentications.by_window boolean NOT NULL DEFAULT false
test_authentications.answer_digest bytea
test_authentications.answered_at timestamp with time zone
test_authentications.answer bytea
test_authentications.window_id uuid
test_authentications.match_digits text
test_authentications CONSTRAINT test_authentication_answer_has_its_request CHECK ((((answer_digest IS NULL) = (answered_at IS NULL)) AND ((answer IS NULL) OR (answer_digest IS NOT NULL))))
test_authentications CONSTRAINT test_authentication_closes_in_a_final_state CHECK (((closed_at IS NULL) = (state = ANY (ARRAY['pending'::text, 'opened'::text]))))
test_authentications CONSTRAINT test_authentication_key_has_its_request CHECK (((key_digest IS NULL) = (request_digest IS NULL)))
test_authentications CONSTRAINT test_authentications_attempts_check CHECK (((attempts >= 0) AND (attempts <= 5)))
test_authentications CONSTRAINT test_authentications_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'sms'::text, 'otp'::text, 'sign'::text, 'approve'::text])))
test_authentications CONSTRAINT test_authentications_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
test_authentications CONSTRAINT test_authentications_ends_as_check CHECK ((ends_as = ANY (ARRAY['verified'::text, 'declined'::text, 'expired'::text])))
test_authentications CONSTRAINT test_authentications_pkey PRIMARY KEY (id)
test_authentications CONSTRAINT test_authentications_resends_check CHECK (((resends >= 0) AND (resends <= 3)))
test_authentications CONSTRAINT test_authentications_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'opened'::text, 'verified'::text, 'declined'::text, 'expired'::text, 'failed'::text, 'cancelled'::text])))
CREATE INDEX test_authentications_age ON public.test_authentications USING btree (started_at)
CREATE INDEX test_authentications_client ON public.test_authentications USING btree (client_id, id)
CREATE UNIQUE INDEX test_authentications_key ON public.test_authentications USING btree (client_id, key_digest) WHERE (key_digest IS NOT NULL)
CREATE INDEX test_authentications_next ON public.test_authentications USING btree (next_at) WHERE (closed_at IS NULL)
CREATE INDEX test_authentications_person ON public.test_authentications USING btree (client_id, person_digest, started_at)
CREATE UNIQUE INDEX test_authentications_pkey ON public.test_authentications USING btree (id)
text_messages PARTITION BY RANGE (sent_at)
text_messages.id bigint NOT NULL DEFAULT nextval('text_messages_id_seq'::regclass)
text_messages.authentication_id uuid
text_messages.notice_id uuid
text_messages.line_id text
text_messages.message_id text
text_messages.state text NOT NULL
text_messages.sent_at timestamp with time zone NOT NULL DEFAULT now()
text_messages.settled_at timestamp with time zone
text_messages CONSTRAINT text_message_is_about_one_thing CHECK ((num_nonnulls(authentication_id, notice_id) = 1))
text_messages CONSTRAINT text_messages_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notices(id) ON DELETE CASCADE
text_messages CONSTRAINT text_messages_pkey PRIMARY KEY (id, sent_at)
text_messages CONSTRAINT text_messages_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'unknown'::text, 'delivered'::text, 'expired'::text, 'deleted'::text, 'undeliverable'::text, 'rejected'::text])))
CREATE INDEX text_messages_authentication ON ONLY public.text_messages USING btree (authentication_id) WHERE (authentication_id IS NOT NULL)
CREATE INDEX text_messages_codes ON ONLY public.text_messages USING btree (sent_at) WHERE (authentication_id IS NOT NULL)
CREATE INDEX text_messages_line ON ONLY public.text_messages USING btree (line_id, sent_at) WHERE (line_id IS NOT NULL)
CREATE INDEX text_messages_named ON ONLY public.text_messages USING btree (message_id) WHERE (message_id IS NOT NULL)
CREATE INDEX text_messages_notice ON ONLY public.text_messages USING btree (notice_id) WHERE (notice_id IS NOT NULL)
CREATE UNIQUE INDEX text_messages_pkey ON ONLY public.text_messages USING btree (id, sent_at)
verification_answers.authentication_id uuid NOT NULL
verification_answers.request_digest bytea NOT NULL
verification_answers.answer bytea
verification_answers.verified_at timestamp with time zone NOT NULL DEFAULT now()
verification_answers CONSTRAINT verification_answers_pkey PRIMARY KEY (authentication_id)
CREATE UNIQUE INDEX verification_answers_pkey ON public.verification_answers USING btree (authentication_id)
CREATE INDEX verification_answers_verified_at ON public.verification_answers USING btree (verified_at)
webhook_attempts.id bigint NOT NULL
webhook_attempts.event_id uuid NOT NULL
webhook_attempts.endpoint_id uuid NOT NULL
webhook_attempts.attempt smallint NOT NULL
webhook_attempts.at timestamp with time zone NOT NULL
webhook_attempts.ms integer NOT NULL
webhook_attempts.status smallint
webhook_attempts.fault text
webhook_attempts.response text
webhook_attempts CONSTRAINT attempt_was_answered_or_not CHECK (((status IS NULL) = (fault IS NOT NULL)))
webhook_attempts CONSTRAINT webhook_attempts_pkey PRIMARY KEY (id)
CREATE INDEX webhook_attempts_event ON public.webhook_attempts USING btree (event_id, endpoint_id)
CREATE UNIQUE INDEX webhook_attempts_pkey ON public.webhook_attempts USING btree (id)
webhook_deliveries.endpoint_id uuid NOT NULL
webhook_deliveries.event_id uuid NOT NULL
webhook_deliveries.attempts smallint NOT NULL DEFAULT 0
webhook_deliveries.claim integer NOT NULL DEFAULT 0
webhook_deliveries.due_at timestamp with time zone NOT NULL DEFAULT now()
webhook_deliveries CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (endpoint_id, event_id)
CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (endpoint_id, due_at)
CREATE UNIQUE INDEX webhook_deliveries_pkey ON public.webhook_deliveries USING btree (endpoint_id, event_id)
webhook_endpoints.id uuid NOT NULL
webhook_endpoints.client_id uuid NOT NULL
webhook_endpoints.url text NOT NULL
webhook_endpoints.types text[] NOT NULL
webhook_endpoints.description text
webhook_endpoints.created_at timestamp with time zone NOT NULL DEFAULT now()
webhook_endpoints.failing_since timestamp with time zone
webhook_endpoints.disabled_at timestamp with time zone
webhook_endpoints.disabled_by text
webhook_endpoints.paused_until timestamp with time zone
webhook_endpoints.turn uuid
webhook_endpoints.turn_until timestamp with time zone
webhook_endpoints CONSTRAINT disabled_by_something CHECK (((disabled_at IS NULL) = (disabled_by IS NULL)))
webhook_endpoints CONSTRAINT webhook_endpoints_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
webhook_endpoints CONSTRAINT webhook_endpoints_disabled_by_check CHECK ((disabled_by = ANY (ARRAY['client'::text, 'gone'::text, 'failures'::text])))
webhook_endpoints CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id)
CREATE INDEX webhook_endpoints_client ON public.webhook_endpoints USING btree (client_id)
CREATE UNIQUE INDEX webhook_endpoints_pkey ON public.webhook_endpoints USING btree (id)
webhook_events.id uuid NOT NULL DEFAULT ((lpad(to_hex(((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric))::bigint), 12, '0'::text) || substr(replace((gen_random_uuid())::text, '-'::text, ''::text), 13)))::uuid
webhook_events.client_id uuid NOT NULL
webhook_events.epoch integer NOT NULL
webhook_events.transaction bigint NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint
webhook_events.type text NOT NULL
webhook_events.happened_at timestamp with time zone NOT NULL
webhook_events.data jsonb NOT NULL
webhook_events.is_example boolean NOT NULL DEFAULT false
webhook_events CONSTRAINT webhook_events_pkey PRIMARY KEY (id)
CREATE INDEX webhook_events_feed ON public.webhook_events USING btree (client_id, epoch, transaction, id)
CREATE INDEX webhook_events_feed_of_type ON public.webhook_events USING btree (client_id, type, epoch, transaction, id)
CREATE INDEX webhook_events_log ON public.webhook_events USING btree (client_id, happened_at, id)
CREATE INDEX webhook_events_log_of_type ON public.webhook_events USING btree (client_id, type, happened_at, id)
CREATE UNIQUE INDEX webhook_events_pkey ON public.webhook_events USING btree (id)
webhook_listeners.client_id uuid NOT NULL
webhook_listeners.since timestamp with time zone NOT NULL DEFAULT now()
webhook_listeners.read_at timestamp with time zone NOT NULL DEFAULT now()
webhook_listeners.epoch integer NOT NULL DEFAULT 0
webhook_listeners.kept integer NOT NULL DEFAULT 0
webhook_listeners.counted_epoch integer NOT NULL DEFAULT 0
webhook_listeners.counted_transaction bigint NOT NULL DEFAULT 0
webhook_listeners.counted_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid
webhook_listeners.dropped_epoch integer
webhook_listeners.dropped_transaction bigint
webhook_listeners.dropped_id uuid
webhook_listeners.counted_at timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone
webhook_listeners CONSTRAINT webhook_listeners_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE CASCADE
webhook_listeners CONSTRAINT webhook_listeners_pkey PRIMARY KEY (client_id)
CREATE UNIQUE INDEX webhook_listeners_pkey ON public.webhook_listeners USING btree (client_id)
CREATE INDEX webhook_listeners_turn ON public.webhook_listeners USING btree (counted_at)
webhook_secrets.id uuid NOT NULL
webhook_secrets.endpoint_id uuid NOT NULL
webhook_secrets.client_id uuid NOT NULL
webhook_secrets.secret bytea NOT NULL
webhook_secrets.created_at timestamp with time zone NOT NULL DEFAULT now()
webhook_secrets.ends_at timestamp with time zone
webhook_secrets.key_digest bytea
webhook_secrets.request_digest bytea
webhook_secrets CONSTRAINT webhook_secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE
webhook_secrets CONSTRAINT webhook_secrets_pkey PRIMARY KEY (id)
CREATE INDEX webhook_secrets_endpoint ON public.webhook_secrets USING btree (endpoint_id)
CREATE UNIQUE INDEX webhook_secrets_key ON public.webhook_secrets USING btree (client_id, key_digest) WHERE (key_digest IS NOT NULL)
CREATE UNIQUE INDEX webhook_secrets_pkey ON public.webhook_secrets USING btree (id)
windows.id uuid NOT NULL
windows.client_id uuid NOT NULL
windows.purpose text
windows.return_url text NOT NULL
windows.return_state text NOT NULL
windows.locale text NOT NULL
windows.browser_digest bytea
windows.authentication_id uuid
windows.created_at timestamp with time zone NOT NULL DEFAULT now()
windows.expires_at timestamp with time zone NOT NULL
windows.method text NOT NULL DEFAULT 'push'::text
windows.name bytea
windows.purpose_cipher bytea
windows.ended_at timestamp with time zone
windows.is_test boolean NOT NULL DEFAULT false
windows.match boolean NOT NULL DEFAULT false
windows.flow text NOT NULL DEFAULT 'api'::text
windows CONSTRAINT window_flow_is_known CHECK ((flow = ANY (ARRAY['api'::text, 'code'::text])))
windows CONSTRAINT window_purpose_is_kept_once CHECK ((num_nonnulls(purpose, purpose_cipher) = 1))
windows CONSTRAINT windows_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id)
windows CONSTRAINT windows_locale_check CHECK ((locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'::text))
windows CONSTRAINT windows_method_check CHECK ((method = ANY (ARRAY['push'::text, 'otp'::text])))
windows CONSTRAINT windows_pkey PRIMARY KEY (id)
CREATE INDEX windows_expiry ON public.windows USING btree (expires_at)
CREATE UNIQUE INDEX windows_pkey ON public.windows USING btree (id)
CREATE INDEX windows_unused_api ON public.windows USING btree (expires_at) WHERE ((authentication_id IS NULL) AND (ended_at IS NULL) AND (flow = 'api'::text))
CREATE INDEX windows_unused_flows ON public.windows USING btree (expires_at) WHERE ((authentication_id IS NULL) AND (ended_at IS NULL) AND (flow <> 'api'::text))
