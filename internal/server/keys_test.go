package server

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

var badKeys = []struct {
	name, body string
	status     int
	field      string
}{
	{"no project", `{}`, 400, "project"},
	{"a project that is null", `{"project": null}`, 400, "project"},
	{"a project that is not there", `{"project": 9}`, 400, "project"},
	{"another project's version", `{"project": 1, "version": 21}`, 400, "version"},
	{"another version's build", `{"project": 1, "version": 12, "build": 101}`, 400, "build"},
	{"a build without version", `{"project": 1, "build": 101}`, 400, "version"},
	{"a build that is not there", `{"project": 1, "version": 11, "build": 999}`, 400, "build"},
	{"a project in quotes", `{"project": "1"}`, 400, "project"},
	{"no scopes", `{"project": 1, "scopes": []}`, 400, "scopes"},
	{"an unknown scope", `{"project": 1, "scopes": ["robot:read"]}`, 400, "scopes"},
	{"a scope that is null", `{"project": 1, "scopes": [null]}`, 400, "scopes"},
	{"every scope", `{"project": 1, "scope": "*:*"}`, 400, "scope"},
	{"an unknown scope in both forms", `{"project": 1, "scope": "build:read", "scopes": ["nope"]}`, 400, "scopes"},
	{"no targets", `{"project": 1, "allow_list": []}`, 400, "allow_list"},
	{"a target of no type", `{"project": 1, "allow_list": ["robot:1"]}`, 400, "allow_list"},
	{"a target with space", `{"project": 1, "allow_list": ["build: 1"]}`, 400, "allow_list"},
	{"targets that are null", `{"project": 1, "allow_list": [null]}`, 400, "allow_list"},
	{"an empty name", `{"project": 1, "name": ""}`, 400, "name"},
	{"a name of 101", `{"project": 1, "name": "` + strings.Repeat("x", 101) + `"}`, 400, "name"},
	{"a name with a newline", `{"project": 1, "name": "a\nb"}`, 400, "name"},
	{"no time", `{"project": 1, "ttl": 0}`, 400, "ttl"},
	{"time before now", `{"project": 1, "ttl": "-1h"}`, 400, "ttl"},
	{"too much time", `{"project": 1, "ttl": "24h1s"}`, 400, "ttl"},
	{"time beyond counting", `{"project": 1, "ttl": 9223372036854775807}`, 400, "ttl"},
	{"time with a fraction", `{"project": 1, "ttl": 1.5}`, 400, "ttl"},
	{"no unit", `{"project": 1, "ttl": "90"}`, 400, "ttl"},
	{"max_ttl below ttl", `{"project": 1, "ttl": "2h", "max_ttl": "1h"}`, 400, "max_ttl"},
	{"no time to activate", `{"project": 1, "activate_within": "0s"}`, 400, "activate_within"},
	{"an unknown field", `{"project": 1, "Scopes": []}`, 400, "Scopes"},
}

func TestCreateKeyRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		before := w.contents()
		for _, row := range badKeys {
			got := w.do("staff", "POST", "keys/", row.body)
			if got.status != row.status || !slices.Contains(got.fields(), row.field) {
				t.Errorf("%s: %d about %v, want %d about %s: %s", row.name, got.status, got.fields(), row.status, row.field, got.text)
			}
		}
		if w.contents() != before {
			t.Error("a refused key was stored")
		}
	})
}

func TestCreatedKeyIsShownWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		made := w.do("staff", "POST", "keys/", `{"project": 1, "version": 11, "build": 101, "name": "a/b c", "scope": "all", "scopes": ["build:update"],
			"allow_list": [{"type": "Build", "id": "101"}], "ttl": "90m", "max_ttl": 7200, "activate_within": 60}`).want(201).json()
		for name, want := range map[string]any{
			"name": "a/b c", "level": "build", "project": 1.0, "version": 11.0, "build": 101.0, "parent": nil, "created_by": "staff",
			"activated_at": nil, "expires_at": nil, "revoked_at": nil, "last_used_at": nil,
		} {
			if made[name] != want {
				t.Errorf("%s is %v, want %v", name, made[name], want)
			}
		}
		secret := made["key"].(string)
		who := w.do(secret, "GET", "whoami/", nil).want(200)
		if strings.Contains(who.text, secret) || who.json()["id"] != made["id"] || who.json()["key"] != nil {
			t.Errorf("whoami says %s", who.text)
		}
		began, err := time.Parse(time.RFC3339, who.json()["activated_at"].(string))
		w.must(err)
		if ends := began.Add(90 * time.Minute).Format(time.RFC3339Nano); who.json()["expires_at"] != ends {
			t.Errorf("it expires at %v, want %v", who.json()["expires_at"], ends)
		}
		w.do("staff", "POST", "keys/", `{"project": 1, "name": "a/b c"}`).want(409)
		w.do("staff", "POST", "keys/", `{"project": 2, "name": "a/b c"}`).want(201)
		named := w.do("staff", "GET", "keys/by-name/1/"+url.PathEscape("a/b c")+"/", nil).want(200)
		if named.json()["id"] != made["id"] || strings.Contains(named.text, secret) {
			t.Errorf("by name it is %s", named.text)
		}
		w.do("staff", "GET", "keys/by-name/1/nobody/", nil).want(404)
		w.do("staff", "GET", "keys/by-name/01/"+url.PathEscape("a/b c")+"/", nil).want(404)
		w.do("staff", "GET", "keys/by-name/1/%ff%00/", nil).want(404)
	})
}

func TestKeysLifeByStaff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		made := w.do("staff", "POST", "keys/", `{"project": 1, "name": "k"}`).want(201).json()
		id, secret := made["id"].(string), made["key"].(string)
		rotated := w.do("staff", "POST", "keys/"+id+"/rotate/", `{"overlap": "5m"}`).want(201).json()
		fresh, freshID := rotated["key"].(string), rotated["id"].(string)
		w.do(secret, "GET", "whoami/", nil).want(200)
		w.do(fresh, "GET", "whoami/", nil).want(200)
		w.do("staff", "POST", "keys/"+id+"/rotate/", `{}`).want(409)
		w.do("staff", "PUT", "keys/"+id+"/expire/", nil).want(204)
		w.do(secret, "GET", "whoami/", nil).want(401)
		w.do("staff", "PUT", "keys/"+freshID+"/expire/", `{"grace": 60}`).want(204)
		w.do(fresh, "GET", "whoami/", nil).want(200)
		w.do("staff", "PUT", "keys/"+freshID+"/expire/", `{"grace": -1}`).want(400)
		w.do("staff", "PUT", "keys/"+freshID+"/expire/", ``).want(204)
		w.do("staff", "PUT", "keys/"+freshID+"/expire/", ``).want(204)
		w.do(fresh, "GET", "whoami/", nil).want(401)
		if shown := w.do("staff", "GET", "keys/"+freshID+"/", nil).want(200).json(); shown["revoked_at"] == nil {
			t.Errorf("the revoked key is %v", shown)
		}
		w.do("staff", "DELETE", "keys/"+freshID+"/", nil).want(204)
		w.do("staff", "DELETE", "keys/"+freshID+"/", nil).want(404)
		absent := uuid.NewString()
		for method, path := range map[string]string{"GET": "", "PUT": "expire/", "POST": "rotate/", "DELETE": ""} {
			w.do("staff", method, "keys/"+absent+"/"+path, nil).want(404)
			w.do("staff", method, "keys/"+strings.ToUpper(id)+"/"+path, nil).want(404)
			w.do("kp", method, "keys/"+id+"/"+path, nil).want(403)
		}
	})
}

func TestKeysAreListed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for query, want := range map[string]float64{
			"": 8, "?include_dead=true": 9, "?project=1": 7, "?project=2": 1, "?build=101": 1, "?build=101&include_dead=true": 2,
			"?project=3": 0, "?version=11": 3, "?limit=1": 8,
		} {
			got := w.do("staff", "GET", "keys/"+query, nil).want(200)
			if got.json()["count"] != want {
				t.Errorf("keys/%s counts %v, want %v", query, got.json()["count"], want)
			}
			for name, secret := range w.keys {
				if strings.Contains(got.text, secret) {
					t.Errorf("the list holds the secret of %s", name)
				}
			}
		}
		w.do("staff", "GET", "keys/?project=one", nil).want(400)
		w.do("staff", "GET", "keys/?include_dead=1", nil).want(400)
	})
}

func TestKeyInfo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	config := w.do("staff", "GET", "keys/config/", nil).want(200).json()
	for name, want := range map[string]float64{"ttl": 3 * 3600, "max_ttl": 24 * 3600, "activate_within": 24 * 3600, "max_activate_within": 7 * 24 * 3600} {
		if config[name] != want {
			t.Errorf("%s is %v, want %v", name, config[name], want)
		}
	}
	w.do("kp", "GET", "keys/config/", nil).want(403)
	shown := w.do("anon", "GET", "keys/scopes/", nil).want(200).json()
	scopes := shown["scopes"].([]any)
	sorted := slices.IsSortedFunc(scopes, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	if !sorted || !slices.Contains(scopes, any("build:*")) || shown["bundles"].(map[string]any)["buildkey:read"] == nil {
		t.Errorf("the scopes are %v", shown)
	}
}

func TestDerivedKeyIsWeaker(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		parent := w.mint(keystore.Spec{Project: "1", Version: "11", Scopes: apikey.Scopes{"build:update", "key:create"}, AllowList: list(t, "build:101", "build:201")})
		for _, row := range []struct {
			name, body string
			status     int
			field      string
		}{
			{"another project", `{"project": 2}`, 403, "project"},
			{"a sibling version", `{"version": 12}`, 403, "version"},
			{"a version that is not there", `{"version": 999}`, 403, "version"},
			{"more scopes", `{"scopes": ["command:create"]}`, 403, "scopes"},
			{"another scope", `{"scope": "command:create"}`, 403, "\"scope\""},
			{"a longer list", `{"allow_list": ["build:*"]}`, 403, "allow_list"},
			{"another version's build", `{"build": 103}`, 400, "build"},
			{"another project's build", `{"build": 201}`, 400, "build"},
			{"nothing allowed", `{"scopes": []}`, 400, "scopes"},
			{"nonsense", `{"parent": 1}`, 400, "parent"},
		} {
			got := w.do(parent, "POST", "keys/derive/", row.body)
			if got.status != row.status || !strings.Contains(got.text, row.field) {
				t.Errorf("%s: %d, want %d naming %s: %s", row.name, got.status, row.status, row.field, got.text)
			}
		}
		child := w.do(parent, "POST", "keys/derive/", `{"build": 101, "scopes": ["build:read"]}`).want(201).json()
		if child["level"] != "build" || child["version"] != 11.0 || child["parent"] == nil {
			t.Errorf("the child is %v", child)
		}
		secret := child["key"].(string)
		w.do(secret, "GET", "build/101/", nil).want(200)
		w.do(secret, "GET", "build/102/", nil).want(404)
		w.do(secret, "PATCH", "build/101/", `{"commit": "a"}`).want(403)
		w.do(secret, "POST", "keys/derive/", nil).want(403)
		w.do(parent, "POST", "revoke/", nil).want(204)
		w.do(secret, "GET", "build/101/", nil).want(401)
		w.do(parent, "POST", "revoke/", nil).want(204)
	})
}

func list(t *testing.T, texts ...string) apikey.AllowList {
	t.Helper()
	l, err := apikey.ParseAllowList(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestUnwrapOpensOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		wrapped := w.do("staff", "POST", "build/?wrap=true", `{"project": 1, "version": 11}`).want(201)
		if wrapped.json()["key"] != nil || strings.Contains(wrapped.text, `"key":`) {
			t.Errorf("the answer holds the key: %s", wrapped.text)
		}
		handle := `{"handle": "` + wrapped.json()["handle"].(string) + `"}`
		opened := w.do("anon", "POST", "keys/unwrap/", handle).want(200)
		key := opened.json()["key"].(string)
		if opened.header.Get("Cache-Control") != "no-store" {
			t.Errorf("the key may be stored: %v", opened.header)
		}
		w.do(key, "GET", "whoami/", nil).want(200)
		w.do("anon", "POST", "keys/unwrap/", handle).want(410)
		w.do(key, "GET", "whoami/", nil).want(401)
		for _, body := range []string{`{"handle": "nonsense"}`, `{"handle": ""}`, `{"handle": "` + key + `"}`} {
			w.do("anon", "POST", "keys/unwrap/", body).want(404)
		}
		w.do("anon", "POST", "keys/unwrap/", `{}`).want(400)
		dead := w.do("staff", "POST", "build/?wrap=true", `{"project": 1, "version": 11}`).want(201).json()
		w.do("staff", "PUT", "keys/"+dead["key_id"].(string)+"/expire/", nil).want(204)
		w.do("anon", "POST", "keys/unwrap/", `{"handle": "`+dead["handle"].(string)+`"}`).want(410)
	})
}

func TestRevokeNeedsTheSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, caller := range []string{"anon", "staff", "bk_unknown", w.keys["kb"][:len(w.keys["kb"])-1]} {
		if got := w.do(caller, "POST", "revoke/", nil).want(401); got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s is not asked for a key: %v", caller, got.header)
		}
	}
	w.do("kb", "GET", "whoami/", nil).want(200)
}
