package arch

import (
	"slices"
	"strings"
	"testing"
)

const (
	uuid  = "github.com/google/uuid"
	sqlx  = "github.com/jmoiron/sqlx"
	pq    = "github.com/lib/pq"
	mux   = "github.com/gorilla/mux"
	goose = "github.com/pressly/goose/v3"
	otter = "github.com/maypok86/otter/v2"
)

// arrows is what each library package may import besides the standard library
// and packages under internal/ that import only the standard library. A package
// that is not named here may import nothing else.
var arrows = map[string][]string{
	"parser":             {},
	"apikey":             {uuid},
	"apikey/apikeytest":  {module + "/apikey", uuid},
	"apikey/keystore":    {module + "/apikey", uuid, sqlx, goose},
	"apikey/keycache":    {module + "/apikey", module + "/apikey/keystore", uuid, pq, otter},
	"permission":         {module + "/apikey"},
	"queryset":           {module + "/apikey", sqlx, pq},
	"middleware":         {module + "/parser", module + "/apikey", module + "/permission", mux},
	"queryset/internal/": {module + "/apikey", module + "/queryset", sqlx, pq, uuid},
}

// muxFiles are the only files outside internal/ and cmd/ that know gorilla/mux.
var muxFiles = []string{"middleware/routes.go"}

func TestLibraryPackagesImportOnlyWhatTheyMay(t *testing.T) {
	all := files(t)
	plain := plainInternals(all)
	for _, f := range all {
		if strings.HasPrefix(f.pkg, "internal/") || strings.HasPrefix(f.pkg, "cmd/") {
			continue
		}
		for _, path := range f.imports {
			if !standard(path) && !plain[path] && !may(f.pkg, path) {
				t.Errorf("%s imports %s: package %s may not", f.path, path, f.pkg)
			}
		}
	}
}

func may(pkg, path string) bool {
	for from, to := range arrows {
		if from != pkg && !(strings.HasSuffix(from, "/") && strings.HasPrefix(pkg+"/", from)) {
			continue
		}
		if slices.ContainsFunc(to, func(p string) bool {
			return path == p || strings.HasPrefix(path, p+"/") && !strings.HasPrefix(p, module)
		}) {
			return true
		}
	}
	return false
}

// plainInternals are the packages under internal/ that import only the standard
// library and each other.
func plainInternals(all []file) map[string]bool {
	plain := map[string]bool{}
	for _, f := range all {
		if strings.HasPrefix(f.pkg, "internal/") {
			plain[module+"/"+f.pkg] = true
		}
	}
	for range all {
		for _, f := range all {
			for _, path := range f.imports {
				if !standard(path) && !plain[path] {
					delete(plain, module+"/"+f.pkg)
				}
			}
		}
	}
	return plain
}

func TestOnlyTheRouteWalkerKnowsMux(t *testing.T) {
	for _, f := range files(t) {
		inside := strings.HasPrefix(f.pkg, "internal/") || strings.HasPrefix(f.pkg, "cmd/")
		if slices.Contains(f.imports, mux) && !inside && !slices.Contains(muxFiles, f.path) {
			t.Errorf("%s imports %s", f.path, mux)
		}
	}
}

// TestArrowsAreFollowedOnPurpose fails when an arrow is allowed that nobody
// uses any more, so that the list above stays the truth.
func TestArrowsAreFollowedOnPurpose(t *testing.T) {
	used := map[string]bool{}
	for _, f := range files(t) {
		for _, path := range f.imports {
			used[f.pkg+" "+path] = true
		}
	}
	for from, to := range arrows {
		for _, path := range to {
			if strings.HasSuffix(from, "/") || path == goose {
				continue
			}
			if !used[from+" "+path] {
				t.Errorf("%s may import %s and does not", from, path)
			}
		}
	}
}
