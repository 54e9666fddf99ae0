package keystore

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
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

const selectEvents = `SELECT at, kind, actor, key_id, project, version, build, scopes, allow_list, detail
FROM buildkey_events WHERE `

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
	rows, err := s.reader().QueryxContext(ctx, s.text(statement), arg)
	if err != nil {
		return nil, trouble("read the audit trail", err)
	}
	defer rows.Close()
	var events []Event
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, trouble("read the audit trail", err)
		}
		events = append(events, e)
	}
	return events, trouble("read the audit trail", rows.Err())
}

func scanEvent(rows interface{ Scan(...any) error }) (Event, error) {
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
