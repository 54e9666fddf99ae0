package cli

import (
	"strings"
	"testing"
)

// TestWhatTheDatabaseRefuses: arguments that are well formed, and still no good.
func TestWhatTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	url := serveOn(t, newSQLite(t)).database
	must(t, "keys", "create", "--project", "1", "--name", "taken", "--database-url", url)
	tests := []struct {
		name, args string
		code       int
		want       string
	}{
		{"no such project", "keys create --project 99", 1, "the database has no project 99"},
		{"no such version", "keys create --project 1 --version 99", 1, "the database has no project 1, version 99"},
		{"no such build", "keys create --project 1 --version 1 --build 99", 1, "version 1, build 99: check the ids"},
		{"a name that is taken", "keys create --project 1 --name taken", 1, "the name is taken"},
		{"unknown scope", "keys create --project 1 --scope build:fly", 2, "scopes: "},
		{"blank scope", "keys create --project 1 --scope=", 2, "scopes: "},
		{"no target", "keys create --project 1 --allow build", 2, "--allow: "},
		{"a target of no type", "keys create --project 1 --allow ship:1", 2, "ship"},
		{"a life too long", "keys create --project 1 --ttl 30h", 2, "ttl: 30h0m0s is above the maximum 24h0m0s"},
		{"a wait too long", "keys create --project 1 --activate-within 1000h", 2, "activate_within: "},
		{"less life than ttl", "keys create --project 1 --ttl 2h --max-ttl 1h", 2, "max_ttl: "},
		{"show no key", "keys show " + someID, 1, "there is no key " + someID},
		{"revoke no key", "keys revoke " + someID, 1, "there is no key " + someID},
		{"rotate no key", "keys rotate " + someID, 1, "there is no key " + someID},
		{"revoke what is no key", "keys revoke -", 1, "malformed"},
		{"links of no project", "links list --project 99", 1, "the database has no project 99"},
		{"link to no project", "links add --project 1 --direction outbound --other 99", 1, "the database has no project 99"},
		{"link to itself", "links add --project 1 --direction inbound --other 1", 2, "itself"},
		{"remove no link", "links remove --project 1 --direction inbound --other 2", 1, "does not name project 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append(strings.Fields(test.args), "--database-url", url)
			call(t, t.Context(), nil, "bk_nonsense", args...).checkRefusal(t, test.code, test.want)
		})
	}
}

func TestRotateADeadKey(t *testing.T) {
	t.Parallel()
	r := serveOn(t, newSQLite(t))
	_, id := newKeyOf(t, r)
	must(t, "keys", "revoke", id, "--database-url", r.database)
	must(t, "keys", "revoke", id, "--database-url", r.database)
	call(t, t.Context(), nil, "", "keys", "rotate", id, "--database-url", r.database).checkRefusal(t, 1, "key "+id+": ")
}
