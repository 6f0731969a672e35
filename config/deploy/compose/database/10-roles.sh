#!/bin/bash
# Two roles, as "Upgrading" in the operation guide asks for: the owner of the tables, and the one that only uses them.
# PostgreSQL's image runs this once, on an empty volume.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  -v owner="$(cat /run/secrets/owner_password)" -v service="$(cat /run/secrets/service_password)" <<'SQL'
CREATE ROLE pushguard_owner LOGIN PASSWORD :'owner';
CREATE ROLE pushguard_service LOGIN PASSWORD :'service';
CREATE DATABASE pushguard OWNER pushguard_owner;
SQL
