package queryset_test

import (
	"slices"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// key is one of any level, most often one that some row hangs from.
func (d dice) key(w *oracle.World) *apikey.Key {
	if d.chance(2) {
		return &apikey.Key{}
	}
	k := &apikey.Key{AllowList: d.allowList(w)}
	k.Project, k.Version, k.Build = d.attachment(w)
	k.Scopes, k.Permits = d.scopes(w)
	if d.chance(50) {
		k.Links = d.links(w, k)
	}
	return k
}

func (d dice) attachment(w *oracle.World) (project, version, build apikey.ID) {
	t := pick(d, w.Tables...)
	row := pick(d, w.Rows[t]...)
	ids := [oracle.Build + 1]apikey.ID{}
	for _, a := range attachments {
		ids[a] = d.keyID(w, w.Attached(t, row, a))
	}
	switch d.IntN(14) {
	case 0, 1, 2:
		ids[oracle.Version], ids[oracle.Build] = "", ""
	case 3, 4, 5:
		ids[oracle.Build] = ""
	case 6, 7:
		ids[oracle.Version] = ""
	case 8:
		a := pick(d, attachments...)
		ids[a] = apikey.ID(d.odd(string(ids[a])))
	}
	if d.chance(2) {
		ids[oracle.Project] = ""
	}
	return ids[oracle.Project], ids[oracle.Version], ids[oracle.Build]
}

func (d dice) keyID(w *oracle.World, v oracle.Value) apikey.ID {
	if v.Valid && d.chance(90) {
		return apikey.ID(v.Text)
	}
	return apikey.ID(d.near(d.usual(w)))
}

// usual is the kind of some id in w.
func (d dice) usual(w *oracle.World) oracle.Kind {
	t := pick(d, w.Tables...)
	for _, a := range attachments {
		if t.Own[a] != "" {
			return t.Kinds[t.Own[a]]
		}
	}
	return t.Kinds[t.ID]
}

// scopes are all that there is, half of the time.
func (d dice) scopes(w *oracle.World) (asked, permitted apikey.Scopes) {
	asked = apikey.Scopes{apikey.BundleBuilder}
	switch d.IntN(20) {
	case 0:
		return asked, nil
	case 1:
		return d.names(w, 60), nil
	case 2:
		return asked, apikey.Scopes{}
	case 3, 4, 5:
		return asked, d.names(w, 70)
	}
	for _, t := range w.Tables {
		permitted = append(permitted, t.Resource+":*")
	}
	return asked, permitted
}

// names are scopes, one by one and with wildcards. It may be empty, not nil.
func (d dice) names(w *oracle.World, percent int) apikey.Scopes {
	names := apikey.Scopes{}
	for _, t := range w.Tables {
		if d.chance(15) {
			names = append(names, t.Resource+":*")
		}
		names = append(names, d.some([]string{
			t.Resource + ":read", t.Resource + ":create", t.Resource + ":update", t.Resource + ":delete",
		}, percent)...)
	}
	if d.chance(10) {
		names = append(names, pick(d, apikey.BundleAll, "*:*", "other:*", "r:read", ""))
	}
	return names
}

func (d dice) allowList(w *oracle.World) apikey.AllowList {
	if d.chance(60) {
		return apikey.AllowList{{Type: "*", ID: "*"}}
	}
	var targets []apikey.Target
	for range d.IntN(12) {
		t := pick(d, w.Tables...)
		target := apikey.Target{Type: pick(d, t.Resource, t.Resource, t.Resource, "*", "other"), ID: d.near(t.Kinds[t.ID])}
		switch d.IntN(8) {
		case 0:
			target.ID = "*"
		case 1:
			target.ID = d.odd(target.ID)
		case 2:
			target.ID = pick(d, universe(t.Kinds[t.ID])...)
		}
		if list, err := apikey.NewAllowList(target); err == nil {
			targets = append(targets, list...)
		}
	}
	list, err := apikey.NewAllowList(targets...)
	if err != nil {
		panic(err)
	}
	return list
}

// links may name the key's own project, one project twice, one that is not
// there, one that is no id, and scopes for nothing.
func (d dice) links(w *oracle.World, k *apikey.Key) []apikey.Link {
	links := make([]apikey.Link, 0, 4)
	for range 1 + d.IntN(4) {
		link := apikey.Link{Project: d.linked(w), Scopes: d.names(w, 60)}
		switch d.IntN(14) {
		case 0:
			link.Project = k.Project
		case 1:
			link.Project = apikey.ID(d.odd(string(link.Project)))
		case 2:
			link.Project = ""
		case 3:
			link.Scopes = nil
		case 4, 5, 6, 7:
			_, link.Scopes = d.scopes(w)
		}
		links = append(links, link)
	}
	if d.chance(20) {
		links = slices.Concat(links, links[:1])
	}
	return links
}

// linked is the project of some row.
func (d dice) linked(w *oracle.World) apikey.ID {
	t := pick(d, w.Tables...)
	return d.keyID(w, w.Attached(t, pick(d, w.Rows[t]...), oracle.Project))
}
