package middleware_test

import (
	"crypto/rand"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/permission"
)

// TestPresentedTextHidesNothing that is no key: not the path, nor the words of an
// error.
func TestPresentedTextHidesNothing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ presented, path, says string }{
		{goodID.String(), "/keys/" + goodID.String() + "/", "apikey: "},
		{"/a/very/long/path/of/builds", "/a/very/long/path/of/builds", "apikey: "},
		{"builds", "/builds/7", "apikey: "},
		{"e", "/builds/7", "apikey: the key is unknown"},
		{"misshapen", "/misshapen/7", "apikey: the key is malformed"},
	} {
		s := newStand()
		r := httptest.NewRequest("GET", row.path, nil)
		r.Header.Set("Authorization", "Token "+row.presented)
		s.serve(r, s.Require(permission.HasBuildAPIKey)(ok))
		if len(s.log.lines(`"path":"`+row.path+`"`, row.says)) != 1 {
			t.Errorf("%s: log %s", row.presented, s.log)
		}
	}
}

// TestAnyKeyInThePath is not logged, whoever brings it: it is easily pasted where its
// id belongs. Nor is it as a method.
func TestAnyKeyInThePath(t *testing.T) {
	t.Parallel()
	for _, secret := range secrets(t) {
		for _, presented := range []string{"", goodKey, "two words", awayKey} {
			s := newStand()
			r := request("GET", presented)
			r.URL.Path, r.Method = "/keys/"+secret+"/revoke/", secret
			s.serve(r, s.Require(permission.DenyAll)(ok))
			if log := s.log.String(); strings.Contains(log, secret[3:20]) || !strings.Contains(log, "[redacted]/revoke/") {
				t.Errorf("with %q: log %s", presented, log)
			}
		}
	}
}

// TestKeyThatNobodyCouldVerify is not logged, however short.
func TestKeyThatNobodyCouldVerify(t *testing.T) {
	t.Parallel()
	s := newStand()
	r := request("GET", awayKey)
	r.URL.Path = "/keys/" + awayKey
	if w := s.serve(r, s.Require(permission.HasBuildAPIKey)(ok)); w.Code != 503 || strings.Contains(s.log.String(), awayKey) {
		t.Errorf("%d: log %s", w.Code, s.log)
	}
}

// secrets are a key, a handle and other tokens.
func secrets(t *testing.T) []string {
	t.Helper()
	format, err := apikey.NewFormat("")
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{rand.Text(), strings.Repeat("0123456789abcdef", 4)}
	for _, f := range []apikey.Format{format, format.HandleFormat()} {
		secret, err := f.Mint(uuid.New(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, secret.Reveal())
	}
	return texts
}

// TestNamesInThePathAreLogged as they are.
func TestNamesInThePathAreLogged(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/builds/7/", "/keys/018f2b2e-7b1c-7c3e-9f00-aa11bb22cc33/", "/commits/" + strings.Repeat("5180b3d7", 5) + "/", "/builds/018f2b2e7b1c7c3e9f00aa11bb22cc33/",
		"/versions/a-branch-with-a-name-that-says-all-that-it-is-about-and-more/",
	} {
		s := newStand()
		r := request("GET", "")
		r.URL.Path = path
		s.serve(r, s.Require(permission.DenyAll)(ok))
		if len(s.log.lines(`"path":"`+path+`"`)) != 1 {
			t.Errorf("%s: log %s", path, s.log)
		}
	}
}
