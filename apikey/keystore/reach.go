package keystore

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/apikey"
)

// maxLinks is how many projects a key reaches beside its own.
const maxLinks = 400

// reachStamp changes whenever what keys of a project reach may have changed; see
// the migration. It is NULL only in a schema that was tampered with.
const reachStamp = `(g.stamp || CASE WHEN COALESCE(own.outbound_open, true) THEN '/o/' ELSE '/l/' END || COALESCE(own.stamp, '') || '/' || k.project)`

// The columns are the stamp and, unless it is the one that is known already, the
// projects that key k may reach: those that its own project lists, those that list
// it, and those that are open to all. Whoever lists a project, or opens itself, must
// not make that project's keys slow: so each part reads an index up to a bound, and
// nothing is looked up for what it finds. 601 is what 400 can need: 200 may be on
// the own list already, and one more tells that there are more. A project with a row
// of its own goes by own, and g is the row for all. What others say is not asked
// when own lets nobody but its list out.
const reachColumns = reachStamp + ` AS stamp,
CASE WHEN ` + reachStamp + ` = ? THEN NULL ELSE (
	SELECT string_agg(o.other || chr(31) || COALESCE(i.scopes, ''), chr(30))
	FROM buildkey_links o
	LEFT JOIN buildkey_links i ON i.project = o.other AND i.direction = 'inbound' AND i.other = o.project
	LEFT JOIN buildkey_projects t ON t.id = o.other
	WHERE o.project = k.project AND o.direction = 'outbound' AND (i.project IS NOT NULL OR t.inbound_open)
) END AS listed,
CASE WHEN ` + reachStamp + ` = ? THEN NULL ELSE (
	SELECT string_agg(v.project || chr(31) || COALESCE(v.scopes, ''), chr(30)) FROM (
		SELECT i.project, i.scopes FROM buildkey_links i
		WHERE i.direction = 'inbound' AND i.other = k.project AND COALESCE(own.outbound_open, true)
		ORDER BY i.project LIMIT 601) v
) END AS inbound,
CASE WHEN ` + reachStamp + ` = ? THEN NULL ELSE (
	SELECT string_agg(w.id, chr(30)) FROM (
		SELECT t.id FROM buildkey_projects t
		WHERE t.inbound_open AND t.id <> k.project AND COALESCE(own.outbound_open, true)
		ORDER BY t.id LIMIT 601) w
) END AS opened`

// reach is what the columns gave.
type reach struct{ stamp, listed, inbound, opened *string }

func (r *reach) dest() []any { return []any{&r.stamp, &r.listed, &r.inbound, &r.opened} }

// links reads r and tells whether there were more than a key carries.
func (c *core) links(r reach) ([]apikey.Link, bool, error) {
	permits := visitors{core: c, taken: map[string]bool{}}
	listed, err := permits.entries(r.listed)
	if err != nil {
		return nil, false, err
	}
	// A project that is open and has an entry goes by its entry.
	inbound, err := permits.entries(r.inbound)
	if err != nil {
		return nil, false, err
	}
	opened, err := permits.entries(r.opened)
	if err != nil {
		return nil, false, err
	}
	links := slices.Concat(byID(listed), byID(slices.Concat(inbound, opened)))
	cut := len(links) > maxLinks
	return links[:min(len(links), maxLinks)], cut, nil
}

func byID(links []apikey.Link) []apikey.Link {
	slices.SortFunc(links, func(a, b apikey.Link) int { return cmp.Compare(a.Project, b.Project) })
	return links
}

// visitors expands each list of scopes once, since most entries are alike, and takes
// each project once.
type visitors struct {
	*core
	known map[string]apikey.Scopes
	taken map[string]bool
}

// entries reads one column, without what another column had.
func (v *visitors) entries(column *string) ([]apikey.Link, error) {
	if column == nil {
		return nil, nil
	}
	links := make([]apikey.Link, 0, 1+strings.Count(*column, "\x1e"))
	for entry := range strings.SplitSeq(*column, "\x1e") {
		project, stored, _ := strings.Cut(entry, "\x1f")
		if v.taken[project] {
			continue
		}
		v.taken[project] = true
		scopes, err := v.of(stored)
		if err != nil {
			return nil, err
		}
		links = append(links, apikey.Link{Project: apikey.ID(project), Scopes: scopes})
	}
	return links, nil
}

// of is what an entry's scopes permit; none given permit to read.
func (v *visitors) of(stored string) (apikey.Scopes, error) {
	if scopes, ok := v.known[stored]; ok {
		return scopes, nil
	}
	scopes := slices.Clone(v.reads)
	if stored != "" {
		var names apikey.Scopes
		if err := json.Unmarshal([]byte(stored), &names); err != nil {
			return nil, err
		}
		scopes = v.cfg.Catalog.Expand(names)
	}
	if v.known == nil {
		v.known = map[string]apikey.Scopes{}
	}
	v.known[stored] = scopes
	return scopes, nil
}
