package keystore

import (
	"database/sql"

	"github.com/buildkey/buildkey/apikey"
)

func checkProject(project apikey.ID, bad *invalid) {
	if project == "" {
		bad.add("project", "is required")
	}
	bad.id("project", project)
}

func checkMode(field string, m LinkMode, bad *invalid) {
	if m != "" && m != Listed && m != Open {
		bad.add(field, "%q is neither listed nor open", clip(string(m)))
	}
}

// checkDirection collects what is wrong with a link. The other project's field
// is named project as well, as it is in JSON.
func checkDirection(project apikey.ID, direction Direction, other apikey.ID, bad *invalid) {
	checkProject(project, bad)
	checkProject(other, bad)
	if direction != Inbound && direction != Outbound {
		bad.add("direction", "%q is neither inbound nor outbound", clip(string(direction)))
	}
	if project == other && project != "" {
		bad.add("project", "%q would be linked to itself, which it always is", clip(string(other)))
	}
}

// checkLinkScopes returns the scopes as the table keeps them.
func (c *core) checkLinkScopes(edit LinkEdit, bad *invalid) sql.NullString {
	if edit.Scopes == nil {
		return sql.NullString{}
	}
	if edit.Direction == Outbound {
		bad.add("scopes", "an outbound entry has none: the project that is reached says what a visitor may do")
	}
	scopes := c.checkScopes(edit.Scopes, nil, bad)
	return sql.NullString{String: jsonText(scopes), Valid: true}
}
