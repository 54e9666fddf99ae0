package keystore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/buildkey/buildkey/apikey"
)

// maxEntries is how many entries a project has in each direction.
const maxEntries = 200

// LinkEdit is an entry to add to a project's list.
type LinkEdit struct {
	Project   apikey.ID // whose list
	Direction Direction
	Other     apikey.ID // whom it names
	// Scopes are what a visitor may do, for an inbound entry. Nil: read. An empty
	// list is an error.
	Scopes apikey.Scopes
}

// insertLink counts under the lock of the project's row, which every editor of
// its lists takes first.
const insertLink = `INSERT INTO buildkey_links (project, direction, other, scopes)
SELECT ?::text, ?::text, ?::text, ?::text
WHERE (SELECT count(*) FROM buildkey_links WHERE project = ? AND direction = ?) < ?
ON CONFLICT (project, direction, other) DO NOTHING`

// AddLink adds an entry. It counts at the next verification of every key. Errors:
// [ErrLinkExists]; a [*SpecError] for a link to itself, an unknown direction,
// unknown or empty scopes, scopes of an outbound entry, or a list of 200 entries
// already; or one that matches apikey.ErrUnavailable. That the other project
// exists is for the caller to know.
func (s *Store) AddLink(ctx context.Context, edit LinkEdit) error {
	var bad fieldErrors
	checkEnds(edit, &bad)
	scopes := s.checkLinkScopes(edit, &bad)
	if err := bad.err(); err != nil {
		return err
	}
	return s.change(ctx, "add a link", func(c *change) error {
		if err := c.lockProject(edit.Project); err != nil {
			return err
		}
		n, err := c.exec(insertLink, edit.Project, edit.Direction, edit.Other, scopes, edit.Project, edit.Direction, maxEntries)
		if err != nil {
			return err
		}
		if n == 0 {
			return c.notAdded(edit)
		}
		return c.linked(eventLinkAdd, edit.Project, scopes.String, fmt.Sprintf("%s %s", edit.Direction, edit.Other))
	})
}

// notAdded tells a second entry from one too many.
func (c *change) notAdded(edit LinkEdit) error {
	var found int
	full := specError("project", "the %s list has %d entries, and %d is the most: remove one first, or open the direction", edit.Direction, maxEntries, maxEntries)
	err := c.get(full, `SELECT 1 FROM buildkey_links WHERE project = ? AND direction = ? AND other = ?`,
		[]any{edit.Project, edit.Direction, edit.Other}, &found)
	if err == nil {
		err = ErrLinkExists
	}
	return err
}

// RemoveLink removes an entry. It no longer counts at the next verification of any
// key. Errors: apikey.ErrNotFound, a [*SpecError] for an unknown direction, or one
// that matches apikey.ErrUnavailable.
func (s *Store) RemoveLink(ctx context.Context, project apikey.ID, direction Direction, other apikey.ID) error {
	var bad fieldErrors
	checkDirection(direction, &bad)
	if err := bad.err(); err != nil {
		return err
	}
	if !storable(project) || !storable(other) {
		return apikey.ErrNotFound
	}
	return s.change(ctx, "remove a link", func(c *change) error {
		if err := c.lockProject(project); err != nil {
			return err
		}
		n, err := c.exec(`DELETE FROM buildkey_links WHERE project = ? AND direction = ? AND other = ?`, project, direction, other)
		if err != nil {
			return err
		}
		if n == 0 {
			return apikey.ErrNotFound
		}
		return c.linked(eventLinkRemove, project, "", fmt.Sprintf("%s %s", direction, other))
	})
}

// SetLinkMode opens a direction to every project, or closes it to those listed. An
// empty mode leaves the direction as it is. Errors: a [*SpecError] for an unknown
// mode or no project, or one that matches apikey.ErrUnavailable.
func (s *Store) SetLinkMode(ctx context.Context, project apikey.ID, inbound, outbound LinkMode) error {
	var bad fieldErrors
	checkProject(project, &bad)
	checkMode("inbound", inbound, &bad)
	checkMode("outbound", outbound, &bad)
	if err := bad.err(); err != nil {
		return err
	}
	return s.change(ctx, "switch links", func(c *change) error {
		if err := c.lockProject(project); err != nil {
			return err
		}
		if _, err := c.exec(`UPDATE buildkey_projects SET inbound_open = COALESCE(?, inbound_open), outbound_open = COALESCE(?, outbound_open) WHERE id = ?`,
			inbound.open(), outbound.open(), project); err != nil {
			return err
		}
		return c.linked(eventLinkMode, project, "", fmt.Sprintf("inbound %s, outbound %s", inbound.words(), outbound.words()))
	})
}

func (m LinkMode) open() sql.NullBool { return sql.NullBool{Bool: m == Open, Valid: m != ""} }

func (m LinkMode) words() string {
	if m == "" {
		return "as it was"
	}
	return string(m)
}

// lockProject holds the row of a project, under which its entries are counted, and
// makes it when it is not there.
func (c *change) lockProject(project apikey.ID) error {
	if _, err := c.exec(`INSERT INTO buildkey_projects (id) VALUES (?) ON CONFLICT (id) DO NOTHING`, project); err != nil {
		return err
	}
	_, err := c.ids(`SELECT id FROM buildkey_projects WHERE id = ? FOR UPDATE`, project)
	return err
}

func checkProject(project apikey.ID, bad *fieldErrors) {
	if project == "" {
		bad.add("project", "is required")
	}
	bad.id("project", project)
}

func checkMode(field string, m LinkMode, bad *fieldErrors) {
	if m != "" && m != Listed && m != Open {
		bad.add(field, "%q is neither listed nor open", clip(string(m)))
	}
}

func checkDirection(d Direction, bad *fieldErrors) {
	if d != Inbound && d != Outbound {
		bad.add("direction", "%q is neither inbound nor outbound", clip(string(d)))
	}
}

// checkEnds collects what is wrong with the ends of a link. The other project's
// field is named project as well, as it is in JSON.
func checkEnds(edit LinkEdit, bad *fieldErrors) {
	checkProject(edit.Project, bad)
	checkProject(edit.Other, bad)
	checkDirection(edit.Direction, bad)
	if edit.Project == edit.Other && edit.Project != "" {
		bad.add("project", "%q would be linked to itself, which it always is", clip(string(edit.Other)))
	}
}

// checkLinkScopes returns the scopes as the table keeps them.
func (c *core) checkLinkScopes(edit LinkEdit, bad *fieldErrors) sql.NullString {
	if edit.Scopes == nil {
		return sql.NullString{}
	}
	if edit.Direction == Outbound {
		bad.add("scopes", "an outbound entry has none: the project that is reached says what a visitor may do")
	}
	scopes := c.checkScopes(edit.Scopes, nil, bad)
	return sql.NullString{String: jsonText(scopes), Valid: true}
}
