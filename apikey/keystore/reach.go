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

// The three columns are the stamp and, unless it is the one that is known already,
// the projects that key k reaches: those that its own project lists, and the others
// by id. Whoever lists a project, or opens itself to all, must not make that
// project's keys slow, so each part reads an index up to a bound that is one more
// than a key carries. A project with a row of its own goes by own, and g is the row
// for all. What others say is not asked when own lets nobody but its list out.
const reachColumns = reachStamp + ` AS stamp,
CASE WHEN ` + reachStamp + ` = ? THEN NULL ELSE (
	SELECT string_agg(o.other || chr(31) || COALESCE(i.scopes, ''), chr(30))
	FROM buildkey_links o
	LEFT JOIN buildkey_links i ON i.project = o.other AND i.direction = 'inbound' AND i.other = o.project
	LEFT JOIN buildkey_projects t ON t.id = o.other
	WHERE o.project = k.project AND o.direction = 'outbound' AND (i.project IS NOT NULL OR t.inbound_open)
) END AS listed,
CASE WHEN ` + reachStamp + ` = ? THEN NULL ELSE (
	SELECT string_agg(u.project || chr(31) || COALESCE(u.scopes, ''), chr(30)) FROM (
		SELECT v.project, v.scopes FROM (
			SELECT i.project, i.scopes FROM buildkey_links i
			WHERE i.direction = 'inbound' AND i.other = k.project AND COALESCE(own.outbound_open, true)
				AND NOT EXISTS (SELECT 1 FROM buildkey_links o WHERE o.project = k.project AND o.direction = 'outbound' AND o.other = i.project)
			ORDER BY i.project LIMIT 401) v
		UNION ALL
		SELECT w.id, NULL FROM (
			SELECT t.id FROM buildkey_projects t
			WHERE t.inbound_open AND t.id <> k.project AND COALESCE(own.outbound_open, true)
				AND NOT EXISTS (SELECT 1 FROM buildkey_links o WHERE o.project = k.project AND o.direction = 'outbound' AND o.other = t.id)
				AND NOT EXISTS (SELECT 1 FROM buildkey_links i WHERE i.project = t.id AND i.direction = 'inbound' AND i.other = k.project)
			ORDER BY t.id LIMIT 401) w
	) u
) END AS others`

// reach is what the columns gave.
type reach struct{ stamp, listed, others *string }

func (r *reach) dest() []any { return []any{&r.stamp, &r.listed, &r.others} }

// links reads r and tells whether there were more than a key carries.
func (c *core) links(r reach) ([]apikey.Link, bool, error) {
	permits := visitors{core: c}
	listed, err := permits.entries(r.listed)
	if err != nil {
		return nil, false, err
	}
	others, err := permits.entries(r.others)
	if err != nil {
		return nil, false, err
	}
	links := slices.Concat(listed, others)
	cut := len(links) > maxLinks
	return links[:min(len(links), maxLinks)], cut, nil
}

// visitors expands each list of scopes once, since most entries are alike.
type visitors struct {
	*core
	known map[string]apikey.Scopes
}

// entries reads one column, and sorts it by id.
func (v *visitors) entries(column *string) ([]apikey.Link, error) {
	if column == nil {
		return nil, nil
	}
	links := make([]apikey.Link, 0, 1+strings.Count(*column, "\x1e"))
	for entry := range strings.SplitSeq(*column, "\x1e") {
		project, stored, _ := strings.Cut(entry, "\x1f")
		scopes, err := v.of(stored)
		if err != nil {
			return nil, err
		}
		links = append(links, apikey.Link{Project: apikey.ID(project), Scopes: scopes})
	}
	slices.SortFunc(links, func(a, b apikey.Link) int { return cmp.Compare(a.Project, b.Project) })
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
