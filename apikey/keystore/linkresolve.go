package keystore

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/apikey"
)

// maxLinks is how many projects a key reaches beside its own.
const maxLinks = 400

// The stamp changes with whatever changes what keys reach; see the migration. It is
// NULL only in a schema that was tampered with.
const stamp = `(SELECT g.stamp FROM buildkey_reach g)`

// reach is NULL when the stamp is the one that is known for the project already, else
// what buildkey_reached tells: the stamp and three lists.
const reach = `CASE WHEN ` + stamp + ` || k.project = ? THEN NULL ELSE buildkey_reached(k.project) END AS reach`

// reachedSQLite is buildkey_reached where there are no functions: the stamp, and the
// projects that keys of k.project may reach, those that it lists, those that list it,
// and those that are open to all. Whoever lists a project, or opens itself, must not
// make that project's keys slow: so each list reads an index up to a bound, and nothing
// is looked up for what it finds. 601 is what 400 can need: 200 may be on the own list
// already, and one more tells that there are more. What others say is not asked for a
// project that lets nobody but its list out. The same stands in the migration of
// PostgreSQL.
const reachedSQLite = `format('%s` + partEnd + `%s` + partEnd + `%s` + partEnd + `%s', ` + stamp + `, (
	SELECT string_agg(o.other || char(31) || COALESCE(i.scopes, ''), char(30))
	FROM buildkey_links o
	LEFT JOIN buildkey_links i ON i.project = o.other AND i.direction = 'inbound' AND i.other = o.project
	LEFT JOIN buildkey_projects t ON t.id = o.other
	WHERE o.project = k.project AND o.direction = 'outbound' AND (i.project IS NOT NULL OR t.inbound_open)
), CASE WHEN ` + goesOutSQLite + ` THEN (
	SELECT string_agg(v.project || char(31) || COALESCE(v.scopes, ''), char(30)) FROM (
		SELECT i.project, i.scopes FROM buildkey_links i
		WHERE i.direction = 'inbound' AND i.other = k.project
		ORDER BY i.project LIMIT 601) v
) END, CASE WHEN ` + goesOutSQLite + ` THEN (
	SELECT string_agg(w.id, char(30)) FROM (
		SELECT t.id FROM buildkey_projects t
		WHERE t.inbound_open AND t.id <> k.project
		ORDER BY t.id LIMIT 601) w
) END)`

const goesOutSQLite = `COALESCE((SELECT own.outbound_open FROM buildkey_projects own WHERE own.id = k.project), true)`

// reached is what keys of a project reach. It does not change.
type reached struct {
	links []apikey.Link
	cut   bool // there were more than a key carries
}

// reached reads the column, whose first part is the stamp.
func (c *core) reached(column string) (stamp string, r *reached, err error) {
	parts := strings.Split(column, partEnd)
	if len(parts) != 4 {
		return "", nil, errors.New("the lists of links cannot be read")
	}
	reader := linkReader{core: c, taken: map[string]bool{}}
	var lists [3][]apikey.Link
	for i := range lists {
		if lists[i], err = reader.entries(parts[1+i]); err != nil {
			return "", nil, err
		}
	}
	// A project that is open and has an entry goes by its entry.
	links := slices.Concat(byID(lists[0]), byID(slices.Concat(lists[1], lists[2])))
	return parts[0], &reached{links: links[:min(len(links), maxLinks)], cut: len(links) > maxLinks}, nil
}

func byID(links []apikey.Link) []apikey.Link {
	slices.SortFunc(links, func(a, b apikey.Link) int { return cmp.Compare(a.Project, b.Project) })
	return links
}

// linkReader reads lists of links, and takes each project once.
type linkReader struct {
	*core
	taken map[string]bool
}

// The signs in a list of links, char(30) and char(31) in its statement.
const (
	entryEnd   = "\x1e"
	projectEnd = "\x1f" // within an entry
)

// entries reads one list, without what another list had.
func (r *linkReader) entries(list string) ([]apikey.Link, error) {
	if list == "" {
		return nil, nil
	}
	links := make([]apikey.Link, 0, 1+strings.Count(list, entryEnd))
	for entry := range strings.SplitSeq(list, entryEnd) {
		project, stored, _ := strings.Cut(entry, projectEnd)
		if r.taken[project] {
			continue
		}
		r.taken[project] = true
		scopes, err := r.scopesOf(stored)
		if err != nil {
			return nil, err
		}
		links = append(links, apikey.Link{Project: apikey.ID(project), Scopes: scopes})
	}
	return links, nil
}

// scopesOf is what an entry's scopes permit; none given permit to read.
func (r *linkReader) scopesOf(stored string) (apikey.Scopes, error) {
	if stored == "" {
		return r.reads, nil
	}
	g, err := r.scopes.of(stored)
	return g.permits, err
}
