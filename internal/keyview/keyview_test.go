package keyview

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRecord(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 13, 0, 0, 500_000, time.FixedZone("CET", 3600))
	id := uuid.MustParse("01920c5e-5b6d-7c1a-8f00-3d9a4e2b7c11")
	for _, row := range []struct {
		name string
		key  apikey.Key
		want string
	}{
		{"whole", apikey.Key{ID: id, Name: "n", Project: "1", Version: "11", Build: "b-7", Scopes: apikey.Scopes{"build:read"}, Permits: apikey.Scopes{"build:update"},
			AllowList: apikey.AllowList{{Type: "build", ID: "7"}}, Parent: id, CreatedBy: "ci", CreatedAt: at, ActivateBy: at, ActivatedAt: at, ExpiresAt: at, RevokedAt: at, LastUsedAt: at},
			`{"id":"01920c5e-5b6d-7c1a-8f00-3d9a4e2b7c11","name":"n","level":"build","project":1,"version":11,"build":"b-7","scopes":["build:read"],` +
				`"allow_list":["build:7"],"parent":"01920c5e-5b6d-7c1a-8f00-3d9a4e2b7c11","created_by":"ci","created_at":"2026-03-01T12:00:00.0005Z",` +
				`"activate_by":"2026-03-01T12:00:00.0005Z","activated_at":"2026-03-01T12:00:00.0005Z","expires_at":"2026-03-01T12:00:00.0005Z",` +
				`"revoked_at":"2026-03-01T12:00:00.0005Z","last_used_at":"2026-03-01T12:00:00.0005Z"}`},
		{"with nothing set", apikey.Key{ID: id, Project: "1"},
			`{"id":"01920c5e-5b6d-7c1a-8f00-3d9a4e2b7c11","name":"","level":"project","project":1,"version":null,"build":null,"scopes":null,"allow_list":null,` +
				`"parent":null,"created_by":null,"created_at":null,"activate_by":null,"activated_at":null,"expires_at":null,"revoked_at":null,"last_used_at":null}`},
	} {
		if diff := cmp.Diff(row.want, asJSON(t, Of(row.key))); diff != "" {
			t.Errorf("%s:\n%s", row.name, diff)
		}
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	for id, want := range map[ID]string{
		"": "null", "7": "7", "9223372036854775807": "9223372036854775807", "9223372036854775808": `"9223372036854775808"`,
		"007": `"007"`, "+7": `"+7"`, "-0": `"-0"`, "1e2": `"1e2"`, `a"b`: `"a\"b"`,
	} {
		if got := asJSON(t, id); got != want {
			t.Errorf("%q is %s, want %s", id, got, want)
		}
	}
}

func TestLinkSettings(t *testing.T) {
	t.Parallel()
	settings := keystore.LinkSettings{
		Inbound:  keystore.LinkList{Mode: keystore.Listed, Entries: []apikey.Link{{Project: "2", Scopes: apikey.Scopes{"build:read"}}, {Project: "x"}}},
		Outbound: keystore.LinkList{Mode: keystore.Open},
	}
	want := `{"inbound":{"mode":"listed","entries":[{"project":2,"scopes":["build:read"]},{"project":"x","scopes":null}]},"outbound":{"mode":"open","entries":[]}}`
	if diff := cmp.Diff(want, asJSON(t, OfLinks(settings))); diff != "" {
		t.Error(diff)
	}
}
