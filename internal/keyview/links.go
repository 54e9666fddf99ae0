package keyview

import (
	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// Link is a project that is listed, with what its visitors may do.
type Link struct {
	Project ID            `json:"project"`
	Scopes  apikey.Scopes `json:"scopes"`
}

// Links returns links as a list, which is empty and not null when there are none.
func Links(links []apikey.Link) []Link {
	views := make([]Link, len(links))
	for i, l := range links {
		views[i] = Link{ID(l.Project), l.Scopes}
	}
	return views
}

// LinkSettings are both lists of a project.
type LinkSettings struct {
	Inbound  LinkList `json:"inbound"`
	Outbound LinkList `json:"outbound"`
}

// LinkList is one direction.
type LinkList struct {
	Mode    keystore.LinkMode `json:"mode"`
	Entries []Link            `json:"entries"`
}

// OfLinks are the settings of a project.
func OfLinks(s keystore.LinkSettings) LinkSettings {
	list := func(l keystore.LinkList) LinkList { return LinkList{l.Mode, Links(l.Entries)} }
	return LinkSettings{list(s.Inbound), list(s.Outbound)}
}
