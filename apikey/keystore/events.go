package keystore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
)

// Event is an entry of the audit trail, written in the transaction of the change
// that it is about.
type Event struct {
	At    time.Time
	Kind  string // create, derive, rotate, revoke, renew, wrap, unwrap, unwrap_again, delete, link_add, link_remove, link_mode
	Actor string // see WithActor
	Key   uuid.UUID

	Project, Version, Build apikey.ID
	// Scopes and AllowList are those given at birth, nil in later events. Of a
	// link: its scopes.
	Scopes    apikey.Scopes
	AllowList apikey.AllowList
	// Detail is the rest in words, such as "grace 30s".
	Detail string
}

const eventColumns = `at, kind, actor, key_id, project, version, build, scopes, allow_list, detail`

const selectEvents = `SELECT ` + eventColumns + ` FROM buildkey_events WHERE `

// Events is the story of a key, oldest first. It outlives the key; a key that
// never was has none. Its only errors match apikey.ErrUnavailable.
func (s *Store) Events(ctx context.Context, id uuid.UUID) ([]Event, error) {
	return s.events(ctx, selectEvents+`key_id = ? ORDER BY id`, id.String())
}

// LinkEvents is the story of a project's links and switches, as edited by that
// project, oldest first. Its only errors match apikey.ErrUnavailable.
func (s *Store) LinkEvents(ctx context.Context, project apikey.ID) ([]Event, error) {
	if !storable(project) {
		return nil, nil
	}
	return s.events(ctx, selectEvents+`key_id IS NULL AND project = ? ORDER BY id`, project)
}

func (s *Store) events(ctx context.Context, statement string, arg any) ([]Event, error) {
	var events []Event
	err := s.eachRow(ctx, statement, []any{arg}, func(rows *sqlx.Rows) error {
		e, err := scanEvent(rows)
		if err == nil {
			events = append(events, e)
		}
		return err
	})
	if err != nil {
		return nil, trouble("read the audit trail", err)
	}
	return events, nil
}

func scanEvent(rows *sqlx.Rows) (Event, error) {
	var e Event
	var at int64
	var key uuid.NullUUID
	var scopes, allowList string
	err := rows.Scan(&at, &e.Kind, &e.Actor, &key, &e.Project, &e.Version, &e.Build, &scopes, &allowList, &e.Detail)
	if err == nil && scopes != "" {
		err = json.Unmarshal([]byte(scopes), &e.Scopes)
	}
	if err == nil && allowList != "" {
		err = json.Unmarshal([]byte(allowList), &e.AllowList)
	}
	e.At, e.Key = instant(sql.NullInt64{Int64: at, Valid: true}), key.UUID
	return e, err
}

// The kinds of events.
const (
	eventCreate      = "create"
	eventDerive      = "derive"
	eventRotate      = "rotate"
	eventRevoke      = "revoke"
	eventRenew       = "renew"
	eventWrap        = "wrap"
	eventUnwrap      = "unwrap"
	eventUnwrapAgain = "unwrap_again" // and the key is revoked
	eventDelete      = "delete"
	eventLinkAdd     = "link_add"
	eventLinkRemove  = "link_remove"
	eventLinkMode    = "link_mode"
)

const insertEvent = `INSERT INTO buildkey_events (` + eventColumns + `)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// born records the birth of r, with all that it may do.
func (c *change) born(kind string, r *row, detail string) error {
	actor := cmp.Or(actorOf(c.ctx), r.createdBy)
	_, err := c.exec(insertEvent, r.createdAt, kind, actor, r.id.String(), r.project, r.version, r.build, r.scopes, r.allowList, detail)
	c.tell(kind, slog.String("key", r.id.String()), slog.String("actor", actor), slog.String("project", string(r.project)),
		slog.String("version", string(r.version)), slog.String("build", string(r.build)), slog.String("detail", detail))
	return err
}

// insertEvents records the same of many keys. What they may do was recorded at
// their birth.
const insertEvents = `INSERT INTO buildkey_events (` + eventColumns + `)
SELECT ?::bigint, ?::text, ?::text, k.id, k.project, k.version, k.build, '', '', ?::text FROM buildkey_keys k
WHERE k.id` + amongIDs + ` ORDER BY k.id`

// happened records what was done to keys that are in the table.
func (c *change) happened(at int64, kind, detail string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	c.weakens(kind, ids...)
	actor := actorOf(c.ctx)
	_, err := c.exec(insertEvents, at, kind, actor, detail, jsonText(ids))
	for _, id := range ids {
		c.tell(kind, slog.String("key", id), slog.String("actor", actor), slog.String("detail", detail))
	}
	return err
}

// linked records an edit of a project's links.
func (c *change) linked(kind string, project apikey.ID, scopes, detail string) error {
	c.weakens(kind)
	actor := actorOf(c.ctx)
	_, err := c.exec(insertEvent, c.now(), kind, actor, uuid.NullUUID{}, project, "", "", scopes, "", detail)
	c.tell(kind, slog.String("project", string(project)), slog.String("actor", actor), slog.String("detail", detail))
	return err
}

// tell puts a line into the log once the change is committed, or is done where the
// caller has yet to commit it.
func (c *change) tell(kind string, attrs ...slog.Attr) {
	if !c.commits {
		attrs = append(attrs, slog.Bool("committed", false))
	}
	c.log = append(c.log, func() {
		c.cfg.Logger.LogAttrs(c.ctx, slog.LevelInfo, "keystore: "+kind, attrs...)
	})
}

// Events are numbered in the order of time, so the oldest are at the start of the
// primary key, and deleting stops by itself where younger ones begin. A range keeps
// the planner from reading the whole table for every batch.
const purgeEvents = `DELETE FROM buildkey_events WHERE at < ?
	AND id >= (SELECT min(e.id) FROM buildkey_events e) AND id < (SELECT min(e.id) + ? FROM buildkey_events e)`

// PurgeEvents deletes the audit trail that is older than age, in batches, and
// returns how many entries that were. Nothing else ever deletes any; Run does not.
// Errors: a [*SpecError] for an age that is not positive, or one that matches
// apikey.ErrUnavailable.
func (s *Store) PurgeEvents(ctx context.Context, age time.Duration) (int64, error) {
	if age <= 0 {
		return 0, specError("age", "%v is not positive", age)
	}
	before := s.now() - age.Microseconds()
	return s.inBatches(ctx, "purge events", func(c *change) (int64, error) {
		return c.exec(purgeEvents, before, purgeBatch)
	})
}
