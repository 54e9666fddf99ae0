package keystore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/buildkey/buildkey/apikey"
	"github.com/jmoiron/sqlx"
)

// Direction is a side of a link, as the project that lists the other sees it.
type Direction string

// The directions.
const (
	Inbound  Direction = "inbound"  // whose keys may reach this project
	Outbound Direction = "outbound" // which projects this one's keys may reach
)

// LinkMode says whom a direction lets through. The zero LinkMode changes nothing.
type LinkMode string

// The modes.
const (
	Listed LinkMode = "listed" // the entries
	Open   LinkMode = "open"   // every project
)

// LinkSettings are a project's links. A project that never had any is reachable
// by nobody: inbound listed and empty, outbound open.
type LinkSettings struct{ Inbound, Outbound LinkList }

// LinkList is one direction: its mode, and its entries by the other's id. An
// entry without Scopes lets its visitor read.
type LinkList struct {
	Mode    LinkMode
	Entries []apikey.Link
}

const (
	selectModes   = `SELECT inbound_open, outbound_open FROM buildkey_projects WHERE id = ?`
	selectEntries = `SELECT direction, other, scopes FROM buildkey_links WHERE project = ? ORDER BY direction, other`
)

// Links returns a project's settings. A project that the store knows nothing of
// has the default ones. Its only errors match apikey.ErrUnavailable.
func (s *Store) Links(ctx context.Context, project apikey.ID) (LinkSettings, error) {
	if !storable(project) {
		return LinkSettings{Inbound: LinkList{Mode: Listed}, Outbound: LinkList{Mode: Open}}, nil
	}
	settings, err := s.modes(ctx, project)
	if err != nil {
		return LinkSettings{}, err
	}
	if err := s.eachRow(ctx, selectEntries, []any{project}, settings.scan); err != nil {
		return LinkSettings{}, trouble("read links", err)
	}
	return settings, nil
}

func (s *Store) modes(ctx context.Context, project apikey.ID) (LinkSettings, error) {
	inbound, outbound := false, true
	err := s.reader().QueryRowxContext(ctx, s.text(selectModes), project).Scan(&inbound, &outbound)
	settings := LinkSettings{Inbound: LinkList{Mode: modeOf(inbound)}, Outbound: LinkList{Mode: modeOf(outbound)}}
	return settings, troubleBut(nil, "read links", err)
}

func modeOf(open bool) LinkMode {
	if open {
		return Open
	}
	return Listed
}

// scan adds the entry that is a row of selectEntries.
func (l *LinkSettings) scan(rows *sqlx.Rows) error {
	var direction Direction
	var entry apikey.Link
	var scopes sql.NullString
	if err := rows.Scan(&direction, &entry.Project, &scopes); err != nil {
		return err
	}
	if scopes.Valid {
		if err := json.Unmarshal([]byte(scopes.String), &entry.Scopes); err != nil {
			return fmt.Errorf("the scopes of the link to %s cannot be read: %w", entry.Project, err)
		}
	}
	list := &l.Inbound
	if direction == Outbound {
		list = &l.Outbound
	}
	list.Entries = append(list.Entries, entry)
	return nil
}
