package keystore

import (
	"encoding/json"
	"slices"

	"github.com/buildkey/buildkey/apikey"
)

// maxLinks is how many projects a key reaches beside its own.
const maxLinks = 400

// reachColumn lists the projects that key k reaches, as JSON pairs of project
// and scopes: those that its own project lists first, then by id. Whoever lists
// a project, or opens itself to all, must not make that project's keys slow, so
// each part reads an index up to a bound. 601 is what 400 can need: 200 may be
// on the own list already, and one more tells that there are more.
//
// A project with a row of its own goes by own.
const reachColumn = `(SELECT json_agg(json_build_array(l.project, l.scopes) ORDER BY l.rank, l.project) FROM (
	SELECT c.project, min(c.rank) AS rank, max(c.scopes) AS scopes FROM (
		SELECT o.other AS project, 0 AS rank, i.scopes
		FROM buildkey_links o
		LEFT JOIN buildkey_links i ON i.project = o.other AND i.direction = 'inbound' AND i.other = o.project
		LEFT JOIN buildkey_projects t ON t.id = o.other
		WHERE o.project = k.project AND o.direction = 'outbound' AND (i.project IS NOT NULL OR t.inbound_open)
		UNION ALL
		SELECT v.project, 1, v.scopes FROM (
			SELECT n.project, n.scopes FROM buildkey_links n
			WHERE n.direction = 'inbound' AND n.other = k.project AND COALESCE(own.outbound_open, true)
			ORDER BY n.project LIMIT 601) v
		UNION ALL
		SELECT w.id, 1, NULL FROM (
			SELECT p.id FROM buildkey_projects p
			WHERE p.inbound_open AND p.id <> k.project AND COALESCE(own.outbound_open, true)
			ORDER BY p.id LIMIT 601) w
	) c GROUP BY c.project ORDER BY min(c.rank), c.project LIMIT 401
) l) AS reach`

// links reads what reachColumn gave, and tells whether there were more.
func (c *core) links(reach []byte) ([]apikey.Link, bool, error) {
	var pairs [][2]*string
	if len(reach) == 0 {
		return nil, false, nil
	}
	if err := json.Unmarshal(reach, &pairs); err != nil || len(pairs) == 0 {
		return nil, false, err
	}
	cut := len(pairs) > maxLinks
	pairs = pairs[:min(len(pairs), maxLinks)]
	links := make([]apikey.Link, 0, len(pairs))
	permits := visitors{core: c}
	for _, pair := range pairs {
		scopes, err := permits.of(pair[1])
		if err != nil {
			return nil, false, err
		}
		links = append(links, apikey.Link{Project: apikey.ID(*pair[0]), Scopes: scopes})
	}
	return links, cut, nil
}

// visitors expands each list of scopes once, since most entries are alike.
type visitors struct {
	*core
	known map[string]apikey.Scopes
}

// of is what an entry's scopes permit; none given permit to read.
func (v *visitors) of(text *string) (apikey.Scopes, error) {
	stored := ""
	if text != nil {
		stored = *text
	}
	if scopes, ok := v.known[stored]; ok {
		return scopes, nil
	}
	scopes := slices.Clone(v.reads)
	if text != nil {
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
